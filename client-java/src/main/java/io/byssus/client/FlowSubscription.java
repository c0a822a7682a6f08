package io.byssus.client;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Flow;

/** One subscriber of a stream, with what it has requested. Any thread may call. */
final class FlowSubscription implements Flow.Subscription {
  private final Lane lane;
  private final Delivery delivery;
  private final Flow.Subscriber<? super Message> subscriber;
  private final ConsumerQueue queue;
  private volatile boolean cancelled;

  FlowSubscription(Lane lane, Delivery delivery, Flow.Subscriber<? super Message> subscriber) {
    this.lane = lane;
    this.delivery = delivery;
    this.subscriber = Objects.requireNonNull(subscriber);
    this.queue = delivery.queue(0, this::next);
  }

  /** {@code onSubscribe} comes before anything else, so the stream learns of it afterwards. */
  void begin() {
    subscriber.onSubscribe(this);
    lane.execute(() -> {
      if (!cancelled) {
        delivery.attach(queue, this::end);
      }
    });
  }

  private void next(StreamEvent event) {
    if (event instanceof Message message && !cancelled) {
      try {
        subscriber.onNext(message);
      } catch (RuntimeException | Error thrown) {
        cancel(); // rule 2.13: it counts as cancelled
        throw thrown;
      }
    }
  }

  private void end(Optional<ByssusException> why) {
    if (cancelled) {
      return;
    }
    cancelled = true;
    why.ifPresentOrElse(subscriber::onError, subscriber::onComplete);
  }

  @Override
  public void request(long more) {
    if (cancelled) {
      return;
    }
    if (more > 0) {
      queue.request(more);
      return;
    }
    queue.endNow(() -> {
      if (!cancelled) {
        cancel();
        subscriber.onError(
            new IllegalArgumentException("rule 3.9: request at least 1, not " + more));
      }
    });
  }

  @Override
  public void cancel() {
    if (!cancelled) {
      cancelled = true;
      lane.execute(() -> delivery.detach(queue));
    }
  }
}
