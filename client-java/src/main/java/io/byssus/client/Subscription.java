package io.byssus.client;

import io.byssus.protocol.Position;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * A subscription to a channel or a pattern: a wish, which holds over connections and sessions until
 * {@link #unsubscribe}. While there is one, {@link Client#subscribe} gives the same object.
 */
public final class Subscription extends Feed {
  private final String channel;
  private final Feeds feeds;

  // Of the lane.
  private final Course course;
  private Standing standing = Standing.UNASKED;
  private boolean mayBeThere;

  /** What the server knows of it, as far as the client knows. */
  enum Standing {
    UNASKED,
    ASKED,
    THERE,
    REFUSED
  }

  Subscription(
      String channel,
      Optional<Position> position,
      Feeds feeds,
      Lane lane,
      Executor executor,
      DataCodec codec,
      int queueMax,
      Runnable handledMoved) {
    super(lane, executor, codec, queueMax, queueMax, position, handledMoved);
    this.channel = channel;
    this.feeds = feeds;
    this.course = new Course(position);
  }

  /** A channel, or a pattern. */
  public String channel() {
    return channel;
  }

  /** Ends it. No handler is called any more, but for one that is at it. */
  public void unsubscribe() {
    feeds.leave(this);
  }

  boolean isPattern() {
    return channel.endsWith("*");
  }

  Course course() {
    return course;
  }

  /** Where to read on: nowhere, for a pattern. */
  Optional<Position> received() {
    return isPattern() ? Optional.empty() : course.place();
  }

  /** From where an earlier run of the program was. */
  void readOn(Position position) {
    course.readOn(position);
    delivery().move(received());
  }

  boolean stands(Standing asWhat) {
    return standing == asWhat;
  }

  void stand(Standing asWhat) {
    standing = asWhat;
    mayBeThere |= asWhat != Standing.UNASKED;
  }

  /** Whether the server may have it: it was asked for once. */
  boolean mayBeThere() {
    return mayBeThere;
  }

  void hear(Iterable<? extends FeedEvent> events) {
    events.forEach(event -> delivery().offer(event, received()));
  }

  @Override
  public String toString() {
    return "Subscription[" + channel + "]";
  }
}
