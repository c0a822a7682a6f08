package io.byssus.protocol;

import org.jspecify.annotations.Nullable;

/**
 * The names that the protocol's fields have, so that reading one makes no new string. Only a cache:
 * two names that want the same slot do no harm.
 */
final class KnownNames {
  private static final int SLOTS = 128;
  private static final String[] NAMES = new String[SLOTS];

  static {
    var names =
        """
        type id token session resume tags attributes positions inbox batch heartbeat channel position
        after limit data dedupe durability to offset epoch interval timeout user tag node resumed ttl
        pattern top recovered reason missed from level duplicate sessions full members items active
        afterMs code message retryable\
        """;
    for (var name : names.split("\\s+")) {
      NAMES[slot(name.length(), name.charAt(0), name.charAt(name.length() - 1))] = name;
    }
  }

  private KnownNames() {}

  static @Nullable String find(byte[] in, int from, int length) {
    if (length == 0) {
      return null;
    }
    var name = NAMES[slot(length, in[from], in[from + length - 1])];
    return name != null && equal(name, in, from, length) ? name : null;
  }

  private static boolean equal(String name, byte[] in, int from, int length) {
    if (name.length() != length) {
      return false;
    }
    for (var i = 0; i < length; i++) {
      if (name.charAt(i) != in[from + i]) {
        return false;
      }
    }
    return true;
  }

  private static int slot(int length, int first, int last) {
    return length + 6 * first + 33 * last & SLOTS - 1;
  }
}
