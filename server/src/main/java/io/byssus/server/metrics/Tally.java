package io.byssus.server.metrics;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/** A counter for each value of an enum. Thread-safe. */
final class Tally<E extends Enum<E>> {
  private final E[] values;
  private final LongAdder[] counts;

  /**
   * @param values all of them, in their order
   */
  Tally(E[] values) {
    this.values = values.clone();
    this.counts = new LongAdder[values.length];
    for (var i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  void count(E value) {
    count(value, 1);
  }

  void count(E value, long times) {
    counts[value.ordinal()].add(times);
  }

  long sum() {
    var sum = 0L;
    for (var count : counts) {
      sum += count.sum();
    }
    return sum;
  }

  void forEach(BiConsumer<E, LongAdder> action) {
    for (var i = 0; i < counts.length; i++) {
      action.accept(values[i], counts[i]);
    }
  }
}
