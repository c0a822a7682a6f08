package io.byssus.client;

import io.byssus.protocol.Position;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A stream of messages: a {@link Subscription}, or the {@link Inbox}.
 *
 * <p><b>Consumers</b> are the listeners, together, and each {@link Flow.Subscriber}. A consumer
 * handles one message after another, in order, on a thread of the client's executor, and may block
 * there: that holds up neither other consumers, nor other streams, nor the connection. A message
 * counts as handled when each consumer's handler has returned; one that throws is logged, and
 * counts as well.
 *
 * <p><b>Bounds.</b> Up to 10,000 messages wait for each consumer ({@link ClientBuilder#queueMax}).
 * What finds no room is left out until that queue is empty, and listeners hear {@link
 * StreamEvent.Lost} with {@code overflow}: in its place, if they are the slow ones. Messages wait
 * for a first consumer in the same way; in the inbox, 1,000.
 *
 * <p>All methods may be called by any thread.
 */
public abstract sealed class MessageStream implements Flow.Publisher<Message>
    permits Subscription, Inbox {
  private record Listener<E>(Class<E> kind, Consumer<? super E> handler) {
    void accept(StreamEvent event) {
      if (kind.isInstance(event)) {
        handler.accept(kind.cast(event));
      }
    }
  }

  private final Lane lane;
  private final DataCodec codec;
  private final CopyOnWriteArrayList<Listener<?>> listeners = new CopyOnWriteArrayList<>();
  private final Delivery delivery;

  MessageStream(
      Lane lane,
      Executor executor,
      DataCodec codec,
      int queueMax,
      int unwantedMax,
      Optional<Position> place,
      Runnable handledMoved) {
    this.lane = lane;
    this.codec = codec;
    this.delivery =
        new Delivery(lane, executor, queueMax, unwantedMax, place, this::emit, handledMoved);
  }

  private void emit(StreamEvent event) {
    for (var listener : listeners) {
      listener.accept(event);
    }
  }

  Delivery delivery() {
    return delivery;
  }

  /** Calls {@code handler} with each event of that kind from now on. */
  public <E extends StreamEvent> MessageStream on(Class<E> kind, Consumer<? super E> handler) {
    listeners.add(new Listener<>(kind, handler));
    if (kind.isAssignableFrom(Message.class)) {
      lane.execute(delivery::listen);
    }
    return this;
  }

  /** Calls {@code handler} with each message; the first one makes the listeners a consumer. */
  public MessageStream onMessage(Consumer<? super Message> handler) {
    return on(Message.class, handler);
  }

  /** The same with the data as a value, which {@link ClientBuilder#codec} makes of its JSON. */
  public <T> MessageStream onMessage(
      Class<T> type, BiConsumer<? super T, ? super Message> handler) {
    return onMessage(message -> handler.accept(codec.fromJson(message.data(), type), message));
  }

  /**
   * A subscriber gets the messages that come from now on, as many as it requests, by the rules of
   * reactive streams. It is complete when the stream ends, and hears an error when the client was
   * closed by the server. One that throws counts as cancelled. What it has not handled when it
   * cancels waits for the next consumer, if there is no other.
   */
  @Override
  public void subscribe(Flow.Subscriber<? super Message> subscriber) {
    new FlowSubscription(lane, delivery, subscriber).begin();
  }

  /**
   * Up to where all has been handled: what a {@link Store} is given. Empty for patterns and
   * ephemeral channels, and before the server has said where the channel stands.
   */
  public Optional<Position> position() {
    return delivery.handled();
  }
}
