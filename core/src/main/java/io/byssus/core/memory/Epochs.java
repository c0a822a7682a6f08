package io.byssus.core.memory;

import java.util.random.RandomGenerator;

/**
 * New epochs: random, so that no position of an earlier life of a channel fits. Thread-safe, as its
 * source need not be.
 */
final class Epochs {
  private final RandomGenerator random;

  Epochs(RandomGenerator random) {
    this.random = random;
  }

  synchronized String next() {
    return Long.toUnsignedString(random.nextLong(), Character.MAX_RADIX);
  }
}
