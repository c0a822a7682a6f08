package io.byssus.server.log;

/**
 * Text from outside, made fit for a log or a terminal: short, on one line, and nothing in it that a
 * terminal obeys.
 */
public final class OneLine {
  private static final int REPLACEMENT = 0xFFFD;

  private OneLine() {}

  /**
   * @param max characters; what is longer ends with an ellipsis
   */
  public static String of(String text, int max) {
    var line = new StringBuilder(Math.min(text.length(), max) + 1);
    text.codePoints().limit(max).forEach(c -> line.appendCodePoint(harmless(c) ? c : REPLACEMENT));
    return text.codePoints().limit(max + 1L).count() > max
        ? line.append('…').toString()
        : line.toString();
  }

  /**
   * No control characters, separators of lines and paragraphs, or marks that turn the reading
   * direction.
   */
  private static boolean harmless(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }
}
