package io.byssus.client;

import io.byssus.client.ClientEvent.StateChanged;
import io.byssus.protocol.ServerMessage;
import java.util.Optional;

/**
 * All that lives as long as the client, and rides on whatever connection there is. Confined to the
 * lane.
 */
final class Crew {
  private final Events events;
  private final Feeds feeds;
  private final Inbox inbox;
  private final Outbox outbox;
  private final Questions questions;
  private final Keeper keeper;
  private final Promise<Boolean> ready;

  /** Read by any thread. */
  private volatile ClientState state = ClientState.CONNECTING;

  Crew(
      Events events,
      Feeds feeds,
      Inbox inbox,
      Outbox outbox,
      Questions questions,
      Keeper keeper,
      Promise<Boolean> ready) {
    this.events = events;
    this.feeds = feeds;
    this.inbox = inbox;
    this.outbox = outbox;
    this.questions = questions;
    this.keeper = keeper;
    this.ready = ready;
  }

  Events events() {
    return events;
  }

  ClientState state() {
    return state;
  }

  void state(StateChanged change) {
    state = change.state();
    events.tell(change);
  }

  void connected(Connection connection, ServerMessage.Connected said) {
    events.tell(new ClientEvent.Connected(said.session(), said.node(), said.resumed()));
    ready.resolve(true);
    feeds.connected(connection, said.resumed());
    outbox.connected(connection, said.resumed());
    questions.connected(connection);
    keeper.connected(connection);
  }

  void disconnected() {
    feeds.disconnected();
    outbox.disconnected();
    questions.disconnected();
    keeper.disconnected();
  }

  /**
   * Before the client is closed.
   *
   * @param sessionIsOver whether there is nothing to resume
   */
  void closing(boolean sessionIsOver) {
    if (sessionIsOver) {
      keeper.clear();
    } else {
      keeper.finish();
    }
  }

  void closed(Optional<ByssusException> why) {
    var reason = why.orElseGet(() -> ByssusException.closed("the client is closed"));
    outbox.closed();
    questions.closed(reason);
    feeds.closed(why);
    inbox.delivery().end(false, why);
    ready.reject(reason);
    events.tell(new ClientEvent.Closed(why));
  }

  void hear(ServerMessage message) {
    if (message instanceof ServerMessage.Message said) {
      feeds.hear(said);
    } else if (message instanceof ServerMessage.Direct said) {
      inbox.hear(said.item());
    } else if (message instanceof ServerMessage.Subscribed said) {
      feeds.hear(said);
    } else if (message instanceof ServerMessage.Unsubscribed said) {
      feeds.hear(said);
    } else if (message instanceof ServerMessage.Missed said) {
      if (said.channel().isEmpty()) {
        inbox.gap(said.reason());
      } else {
        feeds.hear(said);
      }
    } else if (message instanceof ServerMessage.Degraded said) {
      events.tell(new ClientEvent.Degraded(said.active()));
    } else if (message instanceof ServerMessage.Failed said && said.id() == 0) {
      events.tell(new ClientEvent.Notice(said.code().wire(), said.message()));
    }
    // Anything else is a late answer, or a newer server's.
  }
}
