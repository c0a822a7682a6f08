package io.byssus.core.memory;

import io.byssus.core.lane.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes when the test says so; it begins just before the counter overflows. */
final class ManualTicker implements Ticker {
  private final AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - 1);

  void advance(Duration time) {
    nowNs.addAndGet(time.toNanos());
  }

  @Override
  public long nanoTime() {
    return nowNs.get();
  }
}
