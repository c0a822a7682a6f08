package io.byssus.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A list of byte strings as one: a version, then each with its length before it. What others can
 * write to Redis is read with care: anything that is not exactly this is {@link Malformed}.
 */
final class Packed {
  private static final byte VERSION = 1;

  private Packed() {}

  /** Not what a node of ours writes. */
  static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message);
    }
  }

  static byte[] strings(Collection<String> strings) {
    return bytes(strings.stream().map(Packed::utf8).toList());
  }

  static byte[] bytes(List<byte[]> parts) {
    var size = 1;
    for (var part : parts) {
      size += 4 + part.length;
    }
    var packed = ByteBuffer.allocate(size).put(VERSION);
    for (var part : parts) {
      packed.putInt(part.length).put(part);
    }
    return packed.array();
  }

  static List<String> strings(byte[] packed) {
    return bytes(packed).stream().map(Packed::text).toList();
  }

  static List<byte[]> bytes(byte[] packed) {
    var from = ByteBuffer.wrap(packed);
    if (!from.hasRemaining() || from.get() != VERSION) {
      throw new Malformed("not of version " + VERSION);
    }
    var parts = new ArrayList<byte[]>();
    while (from.hasRemaining()) {
      parts.add(part(from));
    }
    return parts;
  }

  private static byte[] part(ByteBuffer from) {
    var length = from.remaining() < 4 ? -1 : from.getInt();
    if (length < 0 || length > from.remaining()) {
      throw new Malformed("a part is cut off");
    }
    var part = new byte[length];
    from.get(part);
    return part;
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] utf8(long number) {
    return utf8(Long.toString(number));
  }

  static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
