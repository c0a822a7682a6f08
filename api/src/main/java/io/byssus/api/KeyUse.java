package io.byssus.api;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What is going on with one key. From any thread. */
final class KeyUse {
  private static final long SECOND_NS = 1_000_000_000L;

  private final long nsEach;
  private final int underWayMax;
  private final AtomicInteger underWay = new AtomicInteger();

  /** Up to when what was taken is paid for; a second ahead of now at most. */
  private final AtomicLong paidUntil;

  KeyUse(ApiSettings settings, long now) {
    nsEach = SECOND_NS / settings.perSecond();
    underWayMax = settings.underWay();
    paidUntil = new AtomicLong(now);
  }

  /** Whether one more is within the rate, and counts it if so. */
  boolean take(long now) {
    while (true) {
      var before = paidUntil.get();
      var from = before - now < 0 ? now : before;
      var after = from + nsEach;
      if (after - now > SECOND_NS) {
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
