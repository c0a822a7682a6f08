package io.byssus.core.channel;

import java.nio.charset.StandardCharsets;

/**
 * What may name a channel: 1 to {@code channelNameBytes} bytes of UTF-8 without control characters
 * or {@code *}. A pattern is such a name with one {@code *} at its end, and means all channels that
 * start with what stands before it.
 */
public final class ChannelName {
  private ChannelName() {}

  public static boolean isPattern(String name) {
    return name.endsWith("*");
  }

  /** {@code news.} for {@code news.*}. */
  public static String prefixOf(String pattern) {
    return pattern.substring(0, pattern.length() - 1);
  }

  /**
   * Whether {@code name} is a well-formed channel name, or a pattern where {@code patternAllowed}.
   */
  public static boolean valid(String name, boolean patternAllowed, int maxBytes) {
    var stem = patternAllowed && isPattern(name) ? prefixOf(name) : name;
    return !stem.isEmpty()
        && name.length() <= maxBytes
        && name.getBytes(StandardCharsets.UTF_8).length <= maxBytes
        && stem.codePoints().noneMatch(ChannelName::forbidden);
  }

  private static boolean forbidden(int codePoint) {
    return codePoint == '*'
        || switch (Character.getType(codePoint)) {
          case Character.CONTROL,
              Character.FORMAT,
              Character.SURROGATE,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR ->
              true;
          default -> false;
        };
  }
}
