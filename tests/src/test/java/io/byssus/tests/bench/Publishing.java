package io.byssus.tests.bench;

import io.byssus.core.channel.Broker;
import io.byssus.core.channel.Broker.Draft;
import io.byssus.core.channel.Broker.Outcome;
import io.byssus.core.channel.Retention;
import io.byssus.protocol.Durability;
import io.byssus.protocol.Json;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** One thread that publishes to one channel, up to 1,024 publications under way. */
final class Publishing {
  static final String CHANNEL = "b";
  static final int WINDOW = 1024;

  private static final Retention KEPT = new Retention(1_000, Duration.ofHours(1));
  private static final Draft DRAFT =
      new Draft(Json.of('"' + "x".repeat(98) + '"'), Optional.empty(), "", Durability.ACCEPTED);

  private final Broker broker;
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicReference<String> trouble = new AtomicReference<>("");

  Publishing(Broker broker) {
    this.broker = broker;
  }

  /** For about that long; all are answered when it returns, and it tells how many. */
  long run(Duration time) {
    var published = 0L;
    var publisher = Thread.currentThread();
    var endNs = System.nanoTime() + time.toNanos();
    do {
      while (underWay.get() >= WINDOW) {
        LockSupport.park(this);
      }
      underWay.incrementAndGet();
      published++;
      broker
          .publish(CHANNEL, DRAFT, KEPT)
          .whenComplete((outcome, failure) -> answered(publisher, outcome, failure));
    } while (System.nanoTime() < endNs);
    while (underWay.get() > 0) {
      LockSupport.park(this);
    }
    if (!trouble.get().isEmpty()) {
      throw new IllegalStateException(trouble.get());
    }
    return published;
  }

  /** Wakes the publisher when there is room for many more, not for each. */
  private void answered(Thread publisher, Outcome outcome, Throwable failure) {
    if (!(outcome instanceof Outcome.Stored)) {
      trouble.set("not stored: " + outcome + ", " + failure);
    }
    var left = underWay.decrementAndGet();
    if (left == WINDOW / 2 || left == 0) {
      LockSupport.unpark(publisher);
    }
  }
}
