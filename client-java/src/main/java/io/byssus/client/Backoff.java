package io.byssus.client;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before the next try: at random between 0 and d, where d doubles with each
 * failure from 0.5 seconds to a bound ("full jitter", so that many clients do not come back at
 * once). Confined to the lane.
 */
final class Backoff {
  private static final double FIRST_SECONDS = 0.5;
  private static final double SECOND_NS = 1e9;
  private static final int DOUBLINGS_MAX = 16;

  private final DoubleSupplier random;
  private final Duration bound;
  private int failures;

  /**
   * @param random numbers from 0 up to 1
   */
  Backoff(DoubleSupplier random, Duration bound) {
    this.random = random;
    this.bound = bound;
  }

  /** Counts a failure, and says how long to wait after it. */
  Duration next() {
    var most = FIRST_SECONDS * (1 << Math.min(failures, DOUBLINGS_MAX)) * SECOND_NS;
    failures++;
    return Duration.ofNanos((long) (random.getAsDouble() * Math.min(most, bound.toNanos())));
  }

  /** It works again. */
  void reset() {
    failures = 0;
  }
}
