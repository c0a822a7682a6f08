package io.byssus.api;

import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Position;
import io.byssus.protocol.Refused;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What stands behind the question mark of a path: each name once, and none that is not known. */
final class Query {
  private static final int EPOCH_CHARS = 32;
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");

  private final Map<String, String> values = new HashMap<>();

  Query(@Nullable String written, Set<String> known) {
    if (written == null || written.isEmpty()) {
      return;
    }
    for (var pair : written.split("&")) {
      var equals = pair.indexOf('=');
      var name = decode(equals < 0 ? pair : pair.substring(0, equals));
      if (!known.contains(name)) {
        throw new Refused(ErrorCode.MALFORMED, "there is no such parameter in the query");
      }
      if (values.put(name, decode(equals < 0 ? "" : pair.substring(equals + 1))) != null) {
        throw Refused.expected(name, "only once");
      }
    }
  }

  private static String decode(String part) {
    return Paths.decode(part.replace('+', ' '));
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
  }

  int count(String name, int most, int otherwise) {
    var given = text(name);
    if (given.isEmpty()) {
      return otherwise;
    }
    var count = whole(given.get());
    if (count < 1 || count > most) {
      throw Refused.expected(name, "a whole number from 1 to " + most);
    }
    return (int) count;
  }

  /** From digits alone, without the signs and the digits of other scripts that Java would take. */
  private static long whole(String text) {
    return DIGITS.matcher(text).matches() ? Long.parseLong(text) : -1;
  }

  Optional<Position> position(String name) {
    return text(name).map(text -> position(name, text));
  }

  /** As {@link #show} writes it. */
  static Position position(String name, String text) {
    var colon = text.lastIndexOf(':');
    var offset = whole(text.substring(colon + 1));
    if (colon < 1 || colon > EPOCH_CHARS || offset < 0) {
      throw Refused.expected(name, "a position as EPOCH:OFFSET");
    }
    return new Position(text.substring(0, colon), offset);
  }

  static String show(Position position) {
    return position.epoch() + ":" + position.offset();
  }
}
