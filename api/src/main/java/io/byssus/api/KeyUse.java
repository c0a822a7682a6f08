package io.byssus.api;

import io.byssus.core.RateLimit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What is going on with one key. From any thread. */
final class KeyUse {
  private static final long SECOND_NS = 1_000_000_000L;

  private final RateLimit rate;
  private final int underWayMax;
  private final AtomicInteger underWay = new AtomicInteger();

  /** The number that the limit goes by. */
  private final AtomicLong paidUntil;

  KeyUse(ApiSettings settings, long now) {
    rate = new RateLimit(RateLimit.costNs(settings.perSecond()), SECOND_NS);
    underWayMax = settings.underWay();
    paidUntil = new AtomicLong(now);
  }

  /** Whether one more is within the rate, and counts it if so. */
  boolean take(long now) {
    while (true) {
      var before = paidUntil.get();
      var after = rate.spend(before, now);
      if (rate.exceeded(after, now)) {
        return false;
      }
      if (paidUntil.compareAndSet(before, after)) {
        return true;
      }
    }
  }

  boolean enter() {
    if (underWay.incrementAndGet() <= underWayMax) {
      return true;
    }
    underWay.decrementAndGet();
    return false;
  }

  void leave() {
    underWay.decrementAndGet();
  }
}
