package io.byssus.api;

import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Position;
import io.byssus.protocol.Refused;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What stands behind the question mark of a path: each name once, and none that is not known. */
final class Query {
  private static final int EPOCH_CHARS = 32;

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
    try {
      var count = Integer.parseInt(given.get());
      if (count >= 1 && count <= most) {
        return count;
      }
    } catch (NumberFormatException e) {
      throw Refused.expected(name, "a whole number from 1 to " + most);
    }
    throw Refused.expected(name, "a whole number from 1 to " + most);
  }

  Optional<Position> position(String name) {
    return text(name).map(text -> position(name, text));
  }

  /** As {@link #show} writes it. */
  static Position position(String name, String text) {
    var colon = text.lastIndexOf(':');
    try {
      var offset = colon < 0 ? -1 : Long.parseLong(text.substring(colon + 1));
      if (colon > 0 && colon <= EPOCH_CHARS && offset >= 0) {
        return new Position(text.substring(0, colon), offset);
      }
    } catch (NumberFormatException e) {
      throw Refused.expected(name, "a position as EPOCH:OFFSET");
    }
    throw Refused.expected(name, "a position as EPOCH:OFFSET");
  }

  static String show(Position position) {
    return position.epoch() + ":" + position.offset();
  }
}
