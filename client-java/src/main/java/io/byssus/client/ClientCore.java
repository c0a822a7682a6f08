package io.byssus.client;

import io.byssus.client.ClientEvent.StateChanged;
import io.byssus.protocol.ServerMessage;
import java.util.Optional;

/**
 * All that lives as long as the client, and rides on whatever connection there is. Confined to the
 * lane.
 */
final class ClientCore {
  private final Events events;
  private final Subscriptions subscriptions;
  private final Inbox inbox;
  private final Outbox outbox;
  private final RepeatableCalls repeatable;
  private final AckScheduler acks;
  private final Promise<Boolean> ready;

  /** Read by any thread. */
  private volatile ClientState state = ClientState.CONNECTING;

  ClientCore(
      Events events,
      Subscriptions subscriptions,
      Inbox inbox,
      Outbox outbox,
      RepeatableCalls repeatable,
      AckScheduler acks,
      Promise<Boolean> ready) {
    this.events = events;
    this.subscriptions = subscriptions;
    this.inbox = inbox;
    this.outbox = outbox;
    this.repeatable = repeatable;
    this.acks = acks;
    this.ready = ready;
  }

  Events events() {
    return events;
  }

  ClientState state() {
    return state;
  }

  void changeState(StateChanged change) {
    state = change.state();
    events.emit(change);
  }

  void connected(Connection connection, ServerMessage.Connected said) {
    events.emit(new ClientEvent.Connected(said.session(), said.node(), said.resumed()));
    ready.resolve(true);
    subscriptions.connected(connection, said.resumed());
    outbox.connected(connection, said.resumed());
    repeatable.connected(connection);
    acks.connected(connection);
  }

  void disconnected() {
    subscriptions.disconnected();
    outbox.disconnected();
    repeatable.disconnected();
    acks.disconnected();
  }

  /**
   * Before the client is closed.
   *
   * @param sessionIsOver whether there is nothing to resume
   */
  void closing(boolean sessionIsOver) {
    if (sessionIsOver) {
      acks.clear();
    } else {
      acks.finish();
    }
  }

  void closed(Optional<ByssusException> why) {
    var reason = why.orElseGet(() -> ByssusException.closed("the client is closed"));
    outbox.closed();
    repeatable.closed(reason);
    subscriptions.closed(why);
    inbox.delivery().end(false, why);
    ready.reject(reason);
    events.emit(new ClientEvent.Closed(why));
  }

  void onPush(ServerMessage message) {
    if (message instanceof ServerMessage.Message said) {
      subscriptions.onMessage(said);
    } else if (message instanceof ServerMessage.Direct said) {
      inbox.onDirect(said.item());
    } else if (message instanceof ServerMessage.Subscribed said) {
      subscriptions.onSubscribed(said);
    } else if (message instanceof ServerMessage.Unsubscribed said) {
      subscriptions.onUnsubscribed(said);
    } else if (message instanceof ServerMessage.Missed said) {
      if (said.channel().isEmpty()) {
        inbox.onGap(said.reason());
      } else {
        subscriptions.onGap(said);
      }
    } else if (message instanceof ServerMessage.Degraded said) {
      events.emit(new ClientEvent.Degraded(said.active()));
    } else if (message instanceof ServerMessage.Failed said && said.id() == 0) {
      events.emit(new ClientEvent.Notice(said.code().wire(), said.message()));
    }
    // Anything else is a late answer, or a newer server's.
  }
}
