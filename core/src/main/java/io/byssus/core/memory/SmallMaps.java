package io.byssus.core.memory;

import java.util.HashMap;
import java.util.Map;

/**
 * Changes to maps that mostly have one entry, and there are very many of them. None and one are
 * immutable and tiny, more are a {@link HashMap}. Callers keep what they are given and guard it:
 * the argument may have been changed.
 */
final class SmallMaps {
  private SmallMaps() {}

  static <K, V> Map<K, V> with(Map<K, V> map, K key, V value) {
    if (map.isEmpty() || map.size() == 1 && map.containsKey(key)) {
      return Map.of(key, value);
    }
    var grown = map instanceof HashMap<K, V> ? map : new HashMap<>(map);
    grown.put(key, value);
    return grown;
  }

  static <K, V> Map<K, V> without(Map<K, V> map, K key) {
    if (!map.containsKey(key)) {
      return map;
    }
    if (map.size() == 1) {
      return Map.of();
    }
    map.remove(key);
    return map;
  }
}
