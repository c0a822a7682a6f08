package io.byssus.server.log;

import io.byssus.core.lane.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/**
 * Lets one line per period through, however often something happens, so that a storm does not fill
 * the disk. Thread-safe.
 */
final class RateLimitedLog {
  private final long periodNs;
  private final Ticker ticker;
  private final AtomicLong nextAt;
  private final LongAdder since = new LongAdder();

  RateLimitedLog(Duration period, Ticker ticker) {
    this.periodNs = period.toNanos();
    this.ticker = ticker;
    this.nextAt = new AtomicLong(ticker.nanoTime());
  }

  /**
   * @param log is handed the number of times since its last line, this one among them
   */
  void times(long count, LongConsumer log) {
    since.add(count);
    var now = ticker.nanoTime();
    var due = nextAt.get();
    if (now - due >= 0 && nextAt.compareAndSet(due, now + periodNs)) {
      log.accept(since.sumThenReset());
    }
  }
}
