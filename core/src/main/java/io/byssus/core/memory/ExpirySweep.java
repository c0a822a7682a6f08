package io.byssus.core.memory;

import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Looks after the entries of a map a few at a time, round and round: what nobody asks for is found
 * in the end, at a fixed cost a call, and no entry pays for a place in a queue.
 */
final class ExpirySweep<K, V> {
  private final Supplier<Iterator<Map.Entry<K, V>>> entries;
  private final IntSupplier size;
  private final BiConsumer<K, V> look;
  private Iterator<Map.Entry<K, V>> ahead = Collections.emptyIterator();

  ExpirySweep(ConcurrentHashMap<K, V> map, BiConsumer<K, V> look) {
    this(() -> map.entrySet().iterator(), map::size, look);
  }

  ExpirySweep(
      Supplier<Iterator<Map.Entry<K, V>>> entries, IntSupplier size, BiConsumer<K, V> look) {
    this.entries = entries;
    this.size = size;
    this.look = look;
  }

  /** Looks at the next {@code entries}, at most at all of them once. */
  synchronized void sweep(int entries) {
    for (var left = Math.min(entries, size.getAsInt()); left > 0; left--) {
      if (!ahead.hasNext()) {
        ahead = this.entries.get();
      }
      if (ahead.hasNext()) {
        var entry = ahead.next();
        look.accept(entry.getKey(), entry.getValue());
      }
    }
  }
}
