package io.byssus.tests.bench;

import java.util.Collection;
import java.util.Locale;

/** The same quantity, measured several times. */
record Samples(double median, double min, double max) {
  static Samples of(Collection<Double> values) {
    var sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (sorted.length == 0) {
      throw new IllegalArgumentException("nothing was measured");
    }
    var middle = sorted.length / 2;
    var median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Samples(median, sorted[0], sorted[sorted.length - 1]);
  }

  /** Median and range. */
  String words(String unit) {
    return String.format(Locale.ROOT, "%.2f%s (%.2f–%.2f)", median, unit, min, max);
  }
}
