package io.byssus.protocol;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Takes the escapes out of what stands between the quotes of a valid JSON string. */
final class Unescaper {
  private Unescaper() {}

  /** The text; null if half a surrogate pair is in it, which no UTF-8 could carry on. */
  static @Nullable String unescape(byte[] in, int from, int length) {
    var text = new StringBuilder(length);
    var end = from + length;
    for (var at = from; at < end; ) {
      var run = at;
      while (at < end && in[at] != '\\') {
        at++;
      }
      text.append(new String(in, run, at - run, StandardCharsets.UTF_8));
      if (at < end) {
        text.append(character(in, at));
        at += in[at + 1] == 'u' ? 6 : 2;
      }
    }
    return wholePairs(text) ? text.toString() : null;
  }

  private static char character(byte[] in, int at) {
    return switch (in[at + 1]) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        var value = 0;
        for (var hex = at + 2; hex < at + 6; hex++) {
          value = value << 4 | Character.digit(in[hex], 16);
        }
        yield (char) value;
      }
      default -> (char) in[at + 1];
    };
  }

  private static boolean wholePairs(StringBuilder text) {
    for (var i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return false;
      }
    }
    return true;
  }
}
