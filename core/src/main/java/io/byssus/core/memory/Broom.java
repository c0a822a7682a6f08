package io.byssus.core.memory;

import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * Looks after the entries of a map a few at a time, round and round: what nobody asks for is found
 * in the end, at a fixed cost a call, and no entry pays for a place in a queue.
 */
final class Broom<K, V> {
  private final ConcurrentHashMap<K, V> map;
  private final BiConsumer<K, V> look;
  private Iterator<Map.Entry<K, V>> ahead = Collections.emptyIterator();

  Broom(ConcurrentHashMap<K, V> map, BiConsumer<K, V> look) {
    this.map = map;
    this.look = look;
  }

  /** Looks at the next {@code entries}, at most at all of them once. */
  synchronized void sweep(int entries) {
    for (var left = Math.min(entries, map.size()); left > 0; left--) {
      if (!ahead.hasNext()) {
        ahead = map.entrySet().iterator();
      }
      if (ahead.hasNext()) {
        var entry = ahead.next();
        look.accept(entry.getKey(), entry.getValue());
      }
    }
  }
}
