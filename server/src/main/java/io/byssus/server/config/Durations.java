package io.byssus.server.config;

import java.time.Duration;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 1500ms}, {@code 30s}, {@code 1h30m}. */
public final class Durations {
  private static final Pattern AMOUNT = Pattern.compile("(\\d{1,18})(d|h|ms|us|m|s)");

  private Durations() {}

  /**
   * @throws IllegalArgumentException if it is not written like one
   * @throws ArithmeticException if it is over 292 years
   */
  public static Duration parse(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    var amount = AMOUNT.matcher(text);
    var ns = 0L;
    var end = 0;
    do {
      if (!amount.region(end, text.length()).lookingAt()) {
        throw new IllegalArgumentException("not a duration");
      }
      var part = Math.multiplyExact(Long.parseLong(amount.group(1)), unitNs(amount.group(2)));
      ns = Math.addExact(ns, part);
      end = amount.end();
    } while (end < text.length());
    return Duration.ofNanos(ns);
  }

  /** In the largest unit that leaves no rest. */
  public static String show(Duration duration) {
    var ns = duration.toNanos();
    for (var unit : new String[] {"d", "h", "m", "s", "ms", "us"}) {
      if (ns != 0 && ns % unitNs(unit) == 0) {
        return ns / unitNs(unit) + unit;
      }
    }
    return ns == 0 ? "0s" : ns + "ns";
  }

  private static long unitNs(String unit) {
    return switch (unit) {
      case "d" -> 86_400_000_000_000L;
      case "h" -> 3_600_000_000_000L;
      case "m" -> 60_000_000_000L;
      case "s" -> 1_000_000_000L;
      case "ms" -> 1_000_000L;
      case "us" -> 1_000L;
      default -> throw new IllegalArgumentException("not a unit of time: " + unit);
    };
  }
}
