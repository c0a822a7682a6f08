package io.byssus.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IntervalHoldsTheMedianTest {
  private static Interval ofFirst(int count) {
    return Interval.ofMedian(IntStream.rangeClosed(1, count).mapToObj(i -> (double) i).toList());
  }

  /** The tables of the sign test: n = 6 (1, 6), 9 (2, 8), 15 (4, 12), 20 (6, 15), 30 (10, 21). */
  @Test
  void leavesOutAsManyAsTheTablesSay() {
    assertThat(ofFirst(6)).isEqualTo(new Interval(1, 3.5, 6));
    assertThat(ofFirst(9)).isEqualTo(new Interval(2, 5, 8));
    assertThat(ofFirst(15)).isEqualTo(new Interval(4, 8, 12));
    assertThat(ofFirst(20)).isEqualTo(new Interval(6, 10.5, 15));
    assertThat(ofFirst(30)).isEqualTo(new Interval(10, 15.5, 21));
  }

  @Test
  void ofFewIsTheRange() {
    assertThat(ofFirst(1)).isEqualTo(new Interval(1, 1, 1));
    assertThat(ofFirst(3)).isEqualTo(new Interval(1, 2, 3));
  }

  @Test
  void missesTheTrueMedianOnceInTwentyAtMost() {
    var random = new Random(7);
    var missed = 0;
    for (var i = 0; i < 4_000; i++) {
      List<Double> values = new ArrayList<>();
      DoubleStream.generate(random::nextGaussian).limit(15).forEach(values::add);
      var interval = Interval.ofMedian(values);
      missed += interval.low() > 0 || interval.high() < 0 ? 1 : 0;
    }
    assertThat(missed).isBetween(1, 200);
  }
}
