package io.byssus.server.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what someone who mistyped a name meant. */
public final class Nearest {
  /** Longer than any name of ours, and short enough to compare. */
  private static final int LONGEST = 200;

  private Nearest() {}

  /** The known name that {@code given} is closest to, unless all are far away. */
  public static Optional<String> of(String given, Collection<String> known) {
    if (given.length() > LONGEST) {
      return Optional.empty();
    }
    return known.stream()
        .min(Comparator.comparingInt((String name) -> distance(given, name)))
        .filter(name -> distance(given, name) <= Math.max(2, given.length() / 4));
  }

  /**
   * Insertions, deletions, replacements and swaps of neighbours from one to the other (optimal
   * string alignment).
   */
  static int distance(String a, String b) {
    var rows = new int[a.length() + 1][b.length() + 1];
    for (var i = 0; i <= a.length(); i++) {
      for (var j = 0; j <= b.length(); j++) {
        rows[i][j] = i == 0 || j == 0 ? i + j : step(rows, a, b, i, j);
      }
    }
    return rows[a.length()][b.length()];
  }

  private static int step(int[][] rows, String a, String b, int i, int j) {
    var other = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
    var best = Math.min(rows[i - 1][j - 1] + other, Math.min(rows[i - 1][j], rows[i][j - 1]) + 1);
    var swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(best, rows[i - 2][j - 2] + 1) : best;
  }
}
