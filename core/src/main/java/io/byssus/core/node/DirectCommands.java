package io.byssus.core.node;

import io.byssus.core.delivery.Router;
import io.byssus.core.operations.Operations;
import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage;

/** What clients send to sessions. Stateless; on the client's lane. */
record DirectCommands(Operations operations, Replies replies) {
  void send(Client client, SessionHolder holder, Command.Send send) {
    if (replies.tooLargeNow(client, send.id(), send.data())) {
      return;
    }
    replies.answered(
        client,
        send.id(),
        ErrorCode.UNKNOWN,
        replies.carrying(
            client,
            send.data(),
            operations.send(holder.principal(), send.to(), send.data(), send.dedupe())),
        routed -> sent(client, send.id(), routed));
  }

  private void sent(Client client, long id, Router.Routed routed) {
    if (routed.sessions() > 0) {
      if (id != Command.NO_ID) {
        client
            .connection()
            .send(new ServerMessage.Sent(id, routed.sessions(), routed.full(), routed.duplicate()));
      }
    } else if (routed.full() > 0) {
      replies.fail(client, id, ErrorCode.INBOX_FULL, "every matching inbox is full");
    } else {
      replies.fail(client, id, ErrorCode.NO_RECIPIENT, "no session matches the target");
    }
  }
}
