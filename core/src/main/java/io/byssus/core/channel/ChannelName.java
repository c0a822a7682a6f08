package io.byssus.core.channel;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What may name a channel: 1 to {@code channelNameBytes} bytes of UTF-8 without control and format
 * characters (but for the two that join letters) and without {@code *}. A pattern is such a name
 * with one {@code *} at its end, and means all channels that start with what stands before it.
 */
public final class ChannelName {
  /** Ordinary letters' companions in Persian and in the scripts of India (RFC 5892 appendix A). */
  private static final int ZERO_WIDTH_NON_JOINER = 0x200C;

  private static final int ZERO_WIDTH_JOINER = 0x200D;

  private ChannelName() {}

  public static boolean isPattern(String name) {
    return name.endsWith("*");
  }

  /** {@code news.} for {@code news.*}. */
  public static String prefixOf(String pattern) {
    return pattern.substring(0, pattern.length() - 1);
  }

  /** What is wrong with {@code name}, for its author; repeats nothing of it. */
  public static Optional<String> fault(String name, boolean patternAllowed, int maxBytes) {
    if (name.isEmpty()) {
      return Optional.of("the channel name is empty");
    }
    if (name.length() > maxBytes || bytes(name) > maxBytes) {
      return Optional.of(
          "the channel name has %d bytes of UTF-8; at most %d are allowed"
              .formatted(bytes(name), maxBytes));
    }
    if (!isPattern(name)) {
      return characterFault(name);
    }
    if (!patternAllowed) {
      return Optional.of("a pattern, with * at its end, can only be subscribed to");
    }
    return name.length() == 1
        ? Optional.of("* alone is no pattern: it needs the start of a channel name before it")
        : characterFault(prefixOf(name));
  }

  private static int bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length;
  }

  private static Optional<String> characterFault(String name) {
    for (var i = 0; i < name.length(); i += Character.charCount(name.codePointAt(i))) {
      var kind = forbidden(name.codePointAt(i));
      if (!kind.isEmpty()) {
        var place = name.codePointCount(0, i) + 1;
        return Optional.of("character " + place + " of the channel name is " + kind);
      }
    }
    return Optional.empty();
  }

  /** Empty for what may stand in a name. */
  private static String forbidden(int codePoint) {
    return switch (codePoint) {
      case '*' -> "*, which may only end a pattern";
      case ZERO_WIDTH_NON_JOINER, ZERO_WIDTH_JOINER -> "";
      default ->
          switch (Character.getType(codePoint)) {
            case Character.CONTROL -> "a control character";
            case Character.FORMAT -> "an invisible format character";
            case Character.SURROGATE -> "half of a surrogate pair";
            case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> "a line separator";
            default -> "";
          };
    };
  }
}
