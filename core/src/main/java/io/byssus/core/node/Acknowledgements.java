package io.byssus.core.node;

import io.byssus.core.channel.Hub;
import io.byssus.core.channel.Namespaces;
import io.byssus.core.engine.Engine;
import io.byssus.core.session.Fence;
import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What clients say that they have handled. Stateless; on the client's lane. */
record Acknowledgements(Namespaces namespaces, Engine engine, Hub hub, Replies replies) {
  void inbox(Client client, SessionHolder holder, Command.AckInbox ack) {
    var inbox = holder.inbox();
    if (inbox == null || !inbox.mayAcknowledge(ack.offset())) {
      replies.fail(
          client, ack.id(), ErrorCode.BAD_OFFSET, "offset is beyond the last message delivered");
      return;
    }
    acknowledged(
        client,
        holder,
        ack.id(),
        () -> engine.inboxes().acknowledge(holder.lease(), ack.offset()),
        () -> inbox.acknowledged(ack.offset()));
  }

  void channel(Client client, SessionHolder holder, Command.AckChannel ack) {
    var subscription = holder.session().subscription(ack.channel());
    if (subscription.isEmpty() || namespaces.positionless(ack.channel())) {
      replies.fail(
          client,
          ack.id(),
          ErrorCode.NOT_SUBSCRIBED,
          "the session is not subscribed, with positions");
    } else if (!hub.sent(subscription.get(), ack.position())) {
      replies.fail(
          client, ack.id(), ErrorCode.BAD_OFFSET, "position is beyond the last message delivered");
    } else {
      holder.acknowledges(ack.channel());
      acknowledged(
          client,
          holder,
          ack.id(),
          () -> engine.sessions().acknowledge(holder.lease(), ack.channel(), ack.position()),
          () -> subscription.get().acknowledged(ack.position()));
    }
  }

  private void acknowledged(
      Client client,
      SessionHolder holder,
      long id,
      Supplier<CompletionStage<Fence>> step,
      Runnable remembered) {
    replies.answered(
        client,
        id,
        ErrorCode.UNKNOWN,
        holder.underLease(step),
        fence -> {
          if (fence == Fence.HELD) {
            remembered.run();
            if (id != Command.NO_ID) {
              client.connection().send(new ServerMessage.Acked(id));
            }
          }
        });
  }
}
