package io.byssus.core.node;

import io.byssus.core.Bounds;
import io.byssus.core.Limits;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.ChannelName;
import io.byssus.core.channel.Namespaces;
import io.byssus.core.engine.Engine;
import io.byssus.core.operations.Operations;
import io.byssus.core.operations.StartPosition;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Origin;
import io.byssus.core.session.SessionWeight;
import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage;
import java.util.Optional;

/** What clients ask of channels. Stateless; on the client's lane. */
record ChannelCommands(
    Limits limits,
    Namespaces namespaces,
    Engine engine,
    Operations operations,
    SubscriptionsPart subscriptions,
    Replies replies) {
  void subscribe(Client client, SessionHolder holder, Command.Subscribe subscribe) {
    var id = subscribe.id();
    var channel = subscribe.channel();
    var session = holder.session();
    var known = session.subscription(channel);
    var server = session.origin(channel) == Origin.SERVER;
    var fault = ChannelName.fault(channel, true, limits.channelNameBytes());
    if (fault.isPresent()) {
      replies.fail(client, id, ErrorCode.BAD_CHANNEL, fault.get());
    } else if (!server && !namespaces.maySubscribe(channel, session.user())) {
      replies.fail(client, id, ErrorCode.FORBIDDEN, "you may not subscribe to this channel");
    } else if (!server && known.filter(s -> !session.doubts(s)).isPresent()) {
      replies.fail(client, id, ErrorCode.ALREADY_SUBSCRIBED, "the session is subscribed already");
    } else if (known.isEmpty() && session.subscriptions().size() >= limits.subscriptions()) {
      replies.fail(
          client, id, ErrorCode.TOO_MANY_SUBSCRIPTIONS, "at most " + limits.subscriptions());
    } else if (ChannelName.isPattern(channel) && subscribe.position().isPresent()) {
      replies.fail(client, id, ErrorCode.MALFORMED, "a pattern has no position");
    } else if (!replies.shortOf(client, id, SessionWeight.ofSubscription(channel))) {
      client.holdCommands();
      replies.heldAnswered(
          client,
          id,
          ErrorCode.UNAVAILABLE,
          StartPosition.of(namespaces, engine.broker(), channel, subscribe.position()),
          from -> subscribe(client, holder, subscribe, from));
    }
  }

  private void subscribe(
      Client client, SessionHolder holder, Command.Subscribe subscribe, Optional<Position> from) {
    var channel = subscribe.channel();
    var asked = subscribe.position().isPresent();
    var stored = namespaces.positionless(channel) ? Optional.<Position>empty() : from;
    replies.heldAnswered(
        client,
        subscribe.id(),
        ErrorCode.UNKNOWN,
        holder.underLease(() -> engine.sessions().subscribe(holder.lease(), channel, stored)),
        fence -> {
          if (fence == Fence.HELD) {
            // One whose unsubscribe nobody knows the outcome of begins anew, and so does one that
            // the server has made: it goes on from where the client wants it.
            var origin = holder.session().origin(channel);
            holder
                .session()
                .subscription(channel)
                .ifPresent(before -> subscriptions.leave(holder, before));
            holder.session().origin(channel, origin);
            subscriptions.join(holder, subscribe.id(), channel, stored, from, asked);
          }
        });
  }

  void unsubscribe(Client client, SessionHolder holder, Command.Unsubscribe unsubscribe) {
    var id = unsubscribe.id();
    var channel = unsubscribe.channel();
    var session = holder.session();
    if (ChannelName.fault(channel, true, limits.channelNameBytes()).isPresent()) {
      replies.fail(client, id, ErrorCode.NOT_SUBSCRIBED, "the session is not subscribed");
      return;
    }
    if (session.origin(channel) == Origin.SERVER) {
      replies.fail(
          client,
          id,
          ErrorCode.FORBIDDEN,
          "the server made this subscription; only the server can end it");
      return;
    }
    // Also for a channel that is not subscribed here: a subscribe whose answer was lost may have
    // left it in the store.
    client.holdCommands();
    replies.answered(
        client,
        id,
        ErrorCode.UNKNOWN,
        holder.underLease(() -> engine.sessions().unsubscribe(holder.lease(), channel)),
        fence -> {
          if (fence == Fence.HELD) {
            var subscription = session.subscription(channel);
            if (subscription.isPresent()) {
              subscriptions.leave(holder, subscription.get());
              client.connection().send(new ServerMessage.Unsubscribed(id, channel));
            } else {
              replies.fail(client, id, ErrorCode.NOT_SUBSCRIBED, "the session is not subscribed");
            }
            client.resumeCommands();
          }
        },
        () -> {
          session.subscription(channel).ifPresent(session::doubt);
          client.resumeCommands();
        });
  }

  void publish(Client client, SessionHolder holder, Command.Publish publish) {
    if (replies.tooLargeNow(client, publish.id(), publish.data())) {
      return;
    }
    replies.answered(
        client,
        publish.id(),
        ErrorCode.UNKNOWN,
        replies.carrying(
            client,
            publish.data(),
            operations.publish(
                holder.principal(),
                publish.channel(),
                publish.data(),
                publish.dedupe(),
                publish.durability())),
        outcome -> published(client, publish, outcome));
  }

  private void published(Client client, Command.Publish publish, Broker.Outcome outcome) {
    switch (outcome) {
      case Broker.Outcome.Stored(var position, var level, var duplicate) -> {
        replies.failures().observer().published(publish.channel());
        if (publish.id() != Command.NO_ID) {
          client
              .connection()
              .send(new ServerMessage.Published(publish.id(), position, level, duplicate));
        }
      }
      case Broker.Outcome.Rejected(var code) ->
          replies.fail(client, publish.id(), code, "not published");
    }
  }

  void history(Client client, SessionHolder holder, Command.GetHistory history) {
    var channel = history.channel();
    var asked = history.limit() == 0 ? Operations.HISTORY_ITEMS : history.limit();
    var bounds = pageOf(Math.min(asked, limits.historyItems()));
    replies.readAlone(
        client,
        history.id(),
        bounds,
        () -> operations.history(holder.principal(), channel, history.after(), bounds),
        page ->
            new ServerMessage.History(
                history.id(), channel, page.top(), page.recovery(), page.items()));
  }

  void presence(Client client, SessionHolder holder, Command.GetPresence presence) {
    var channel = presence.channel();
    var bounds = pageOf(limits.presenceMembers());
    replies.readAlone(
        client,
        presence.id(),
        bounds,
        () -> operations.presence(holder.principal(), channel, bounds),
        page -> new ServerMessage.Presence(presence.id(), channel, page.total(), page.members()));
  }

  /** A reply must not fill the outbox by itself. */
  private Bounds pageOf(int items) {
    return new Bounds(items, Math.min(limits.historyBytes(), limits.outboxBytes() / 2));
  }
}
