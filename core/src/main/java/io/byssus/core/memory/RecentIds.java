package io.byssus.core.memory;

import java.util.LinkedHashMap;

/**
 * The dedupe ids of the messages that one inbox took within the window, oldest first. Guarded with
 * the inbox.
 */
final class RecentIds {
  private static final int ID_BYTES = 128;

  private final LinkedHashMap<String, Long> takenNs = new LinkedHashMap<>();
  private long weight;

  /** About what an id takes; nothing if there is none. */
  static int weight(String id) {
    return id.isEmpty() ? 0 : ID_BYTES + id.length();
  }

  /** About what all of them take. */
  long weight() {
    return weight;
  }

  boolean has(String id) {
    return takenNs.containsKey(id);
  }

  /** Remembers {@code id}, and forgets the oldest ones beyond {@code most}. */
  void add(String id, long nowNs, int most) {
    takenNs.put(id, nowNs);
    weight += weight(id);
    while (takenNs.size() > most) {
      dropOldest();
    }
  }

  /** Forgets what was taken {@code ageNs} ago or earlier; tells whether none is left. */
  boolean dropOlder(long ageNs, long nowNs) {
    while (!takenNs.isEmpty() && nowNs - takenNs.firstEntry().getValue() >= ageNs) {
      dropOldest();
    }
    return takenNs.isEmpty();
  }

  private void dropOldest() {
    weight -= weight(takenNs.pollFirstEntry().getKey());
  }
}
