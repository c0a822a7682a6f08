package io.byssus.transport;

import java.time.Duration;

/**
 * What a setting may be. Apart from the settings, whose parts would otherwise need the whole to be
 * initialised before they are.
 */
final class Range {
  private Range() {}

  static void check(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " must be from " + min + " to " + max + ", not " + value);
    }
  }

  static void positive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + " must be positive, not " + value);
    }
  }
}
