package io.byssus.core.memory;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What there is under names, in parts by their hash: so that a list can go on from where it was
 * without looking at all of it. Thread-safe, as its maps are.
 */
final class Parts<V> {
  static final int COUNT = 64;

  private final List<ConcurrentHashMap<String, V>> parts =
      Stream.generate(ConcurrentHashMap<String, V>::new).limit(COUNT).toList();

  /** The part that has this name, if any has. */
  ConcurrentHashMap<String, V> of(String name) {
    return parts.get(Math.floorMod(name.hashCode(), COUNT));
  }

  ConcurrentHashMap<String, V> part(int number) {
    return parts.get(number);
  }

  Stream<V> values() {
    return parts.stream().flatMap(part -> part.values().stream());
  }

  Iterator<Map.Entry<String, V>> entries() {
    return parts.stream().flatMap(part -> part.entrySet().stream()).iterator();
  }

  int size() {
    return parts.stream().mapToInt(ConcurrentHashMap::size).sum();
  }

  /** The names in one part that are wanted, in their order, from behind {@code after} on. */
  List<String> namesAfter(String after, int part, Predicate<String> wanted) {
    return parts.get(part).keySet().stream()
        .filter(name -> (after.isEmpty() || name.compareTo(after) > 0) && wanted.test(name))
        .sorted()
        .toList();
  }

  /** Where a list of names goes on: {@code PART:NAME}. */
  record Cursor(int part, String after) {
    static final String START = "";

    static Cursor of(String text) {
      if (text.equals(START)) {
        return new Cursor(0, "");
      }
      var colon = text.indexOf(':');
      if (colon < 1) {
        throw new IllegalArgumentException("no cursor of a list");
      }
      return new Cursor(
          Integer.parseUnsignedInt(text.substring(0, colon)), text.substring(colon + 1));
    }

    @Override
    public String toString() {
      return part + ":" + after;
    }
  }
}
