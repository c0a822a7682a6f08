package io.byssus.core.channel;

import java.time.Duration;

/**
 * How much of a channel is kept.
 *
 * @param size how many publications, 0: ephemeral, it has no positions
 * @param age how long each is kept
 */
public record Retention(int size, Duration age) {
  public static final Retention EPHEMERAL = new Retention(0, Duration.ZERO);

  public Retention {
    if (size < 0 || size > 0 && !age.isPositive()) {
      throw new IllegalArgumentException("not a retention: " + size + " publications for " + age);
    }
  }

  public boolean ephemeral() {
    return size == 0;
  }
}
