package io.byssus.tests.bench;

import java.util.Collection;
import java.util.Locale;

/**
 * A median, and between what it lies: from one order statistic to the one that mirrors it, the
 * narrowest that hold the true median with 95 % (the sign test; nothing is assumed of how the noise
 * is spread). Fewer than six values cannot be so sure: then it is their range.
 */
record Interval(double low, double median, double high) {
  private static final double DOUBT = 0.05;

  static Interval ofMedian(Collection<Double> values) {
    var sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    var n = sorted.length;
    var outside = outside(n);
    return new Interval(sorted[outside], Samples.of(values).median(), sorted[n - 1 - outside]);
  }

  /** How many values may be left out at each end: P(X ≤ k − 1) of a fair coin at most 2.5 %. */
  private static int outside(int n) {
    var left = 0;
    var term = Math.pow(0.5, n);
    var tail = term;
    while (2 * tail <= DOUBT) {
      left++;
      term = term * (n - left + 1) / left;
      tail += term;
    }
    return left == 0 ? 0 : left - 1;
  }

  String words() {
    return String.format(Locale.ROOT, "%.3f (%.3f–%.3f)", median, low, high);
  }
}
