package io.byssus.client;

import io.byssus.protocol.Position;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * A subscription to a channel or a pattern: a wish, which holds over connections and sessions until
 * {@link #unsubscribe}. While there is one, {@link Client#subscribe} gives the same object.
 */
public final class Subscription extends MessageStream {
  private final String channel;
  private final Subscriptions subscriptions;

  /** The program has subscribed; else the server has. */
  private volatile boolean wished;

  // Of the lane.
  private final PositionTracker tracker;
  private State state = State.NOT_REQUESTED;
  private boolean mayBeThere;

  /** What the server knows of it, as far as the client knows. */
  enum State {
    NOT_REQUESTED,
    REQUESTED,
    ACTIVE,
    REFUSED
  }

  Subscription(
      String channel,
      Optional<Position> position,
      Subscriptions subscriptions,
      Lane lane,
      Executor executor,
      DataCodec codec,
      int queueMax,
      Runnable handledMoved) {
    super(lane, executor, codec, queueMax, queueMax, position, handledMoved);
    this.channel = channel;
    this.subscriptions = subscriptions;
    this.tracker = new PositionTracker(position);
  }

  /** A channel, or a pattern. */
  public String channel() {
    return channel;
  }

  /**
   * Ends it. No handler is called any more, but for one that is at it. If the server has made the
   * subscription, the session keeps it, and its messages are dropped here until {@link
   * Client#subscribe} is called again.
   */
  public void unsubscribe() {
    subscriptions.unsubscribe(this);
  }

  boolean wished() {
    return wished;
  }

  void wish() {
    wished = true;
  }

  boolean isPattern() {
    return channel.endsWith("*");
  }

  PositionTracker tracker() {
    return tracker;
  }

  /** Where to read on: nowhere, for a pattern. */
  Optional<Position> received() {
    return isPattern() ? Optional.empty() : tracker.place();
  }

  /** From where an earlier run of the program was. */
  void startAfter(Position position) {
    tracker.startAfter(position);
    delivery().move(received());
  }

  boolean is(State other) {
    return state == other;
  }

  void become(State other) {
    state = other;
    mayBeThere |= other != State.NOT_REQUESTED;
  }

  /** Whether the server may have it: it was asked for once. */
  boolean mayBeThere() {
    return mayBeThere;
  }

  void deliver(Iterable<? extends StreamEvent> events) {
    events.forEach(event -> delivery().offer(event, received()));
  }

  @Override
  public String toString() {
    return "Subscription[" + channel + "]";
  }
}
