package io.byssus.core.lane;

/** A clock that only goes forward. */
@FunctionalInterface
public interface Ticker {
  /** Nanoseconds since an arbitrary origin; compare by difference. */
  long nanoTime();
}
