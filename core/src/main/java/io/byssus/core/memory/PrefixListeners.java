package io.byssus.core.memory;

import io.byssus.core.channel.Broker.Listener;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/**
 * The listeners to prefixes. Thread-safe.
 *
 * <p>The prefixes of a name are found without a look at all others: sorted, they all stand before
 * the name, and the nearest one before it either is a prefix, or tells how much of the name any
 * further prefix can be.
 */
final class PrefixListeners {
  private final ConcurrentSkipListMap<String, Listener> listeners = new ConcurrentSkipListMap<>();

  void put(String prefix, Listener listener) {
    listeners.put(prefix, listener);
  }

  void remove(String prefix) {
    listeners.remove(prefix);
  }

  /** Hands {@code action} the listeners of all prefixes of {@code name}, the longest first. */
  void forEach(String name, Consumer<Listener> action) {
    var near = listeners.floorEntry(name);
    while (near != null) {
      var prefix = near.getKey();
      var common = common(prefix, name);
      if (common == prefix.length()) {
        action.accept(near.getValue());
        near = listeners.lowerEntry(prefix);
      } else {
        near = listeners.floorEntry(name.substring(0, common));
      }
    }
  }

  private static int common(String one, String other) {
    var length = Math.min(one.length(), other.length());
    var at = 0;
    while (at < length && one.charAt(at) == other.charAt(at)) {
      at++;
    }
    return at;
  }
}
