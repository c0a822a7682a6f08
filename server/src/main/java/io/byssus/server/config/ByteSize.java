package io.byssus.server.config;

import java.util.regex.Pattern;

/** A number of bytes, written as {@code 64KiB}. */
public record ByteSize(int bytes) {
  private static final Pattern WRITTEN = Pattern.compile("(\\d{1,18})(B|KiB|MiB|GiB|)");

  /**
   * @throws IllegalArgumentException if it is not written like one
   * @throws ArithmeticException if it is 2 GiB or more
   */
  static ByteSize parse(String text) {
    var written = WRITTEN.matcher(text);
    if (!written.matches()) {
      throw new IllegalArgumentException("not a size");
    }
    var number = Long.parseLong(written.group(1));
    return new ByteSize(Math.toIntExact(Math.multiplyExact(number, unitBytes(written.group(2)))));
  }

  /** In the largest unit that leaves no rest. */
  @Override
  public String toString() {
    for (var unit : new String[] {"GiB", "MiB", "KiB"}) {
      if (bytes != 0 && bytes % unitBytes(unit) == 0) {
        return bytes / unitBytes(unit) + unit;
      }
    }
    return bytes + "B";
  }

  private static long unitBytes(String unit) {
    return switch (unit) {
      case "GiB" -> 1 << 30;
      case "MiB" -> 1 << 20;
      case "KiB" -> 1 << 10;
      default -> 1;
    };
  }
}
