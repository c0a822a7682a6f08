package io.byssus.api;

import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Refused;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Paths as they were sent: cut at the slashes first and decoded then, so that a name may hold a
 * slash, be {@code ..}, or anything else (RFC 3986 section 2.1).
 */
final class Paths {
  private Paths() {}

  static List<String> split(String path) {
    return List.of(path.substring(1).split("/", -1));
  }

  static String decode(String segment) {
    if (segment.indexOf('%') < 0) {
      return segment;
    }
    var bytes = new ByteArrayOutputStream(segment.length());
    for (var i = 0; i < segment.length(); i++) {
      if (segment.charAt(i) != '%') {
        var point = segment.codePointAt(i); // both halves of a pair at once
        bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
        i += Character.charCount(point) - 1;
        continue;
      }
      var high = i + 1 < segment.length() ? Character.digit(segment.charAt(i + 1), 16) : -1;
      var low = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 2), 16) : -1;
      if (high < 0 || low < 0) {
        throw new Refused(ErrorCode.MALFORMED, "path: % must be followed by two digits");
      }
      bytes.write(high << 4 | low);
      i += 2;
    }
    try {
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray()));
      return text.toString();
    } catch (CharacterCodingException e) {
      throw new Refused(ErrorCode.MALFORMED, "path: not valid UTF-8");
    }
  }
}
