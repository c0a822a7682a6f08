package io.byssus.core.memory;

import io.byssus.core.lane.Ticker;
import io.byssus.protocol.Position;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * The dedupe ids that were used within the window, of all channels, oldest first. There is room for
 * a bounded number: when it is full, a publication with a new id must be refused, for to forget one
 * early would break a promise unseen.
 */
final class Dedupe {
  /** 3,500 publications a second with ids, kept for 5 minutes. */
  static final int IDS_MAX = 1 << 20;

  private final LinkedHashMap<Key, Use> uses = new LinkedHashMap<>();
  private final Ticker ticker;
  private final long windowNs;
  private final int idsMax;

  private record Key(String channel, String id) {}

  private record Use(Optional<Position> position, long atNs) {}

  Dedupe(Duration window, int idsMax, Ticker ticker) {
    this.windowNs = window.toNanos();
    this.idsMax = idsMax;
    this.ticker = ticker;
  }

  /** What became of a try to use an id. */
  sealed interface Answer {
    Answer FIRST = new First();
    Answer FULL = new Full();

    record First() implements Answer {}

    /**
     * @param position of the first use
     */
    record Again(Optional<Position> position) implements Answer {}

    record Full() implements Answer {}
  }

  /** Uses {@code id} for the publication that will stand at {@code position}. */
  synchronized Answer use(String channel, String id, Optional<Position> position) {
    dropOld();
    var key = new Key(channel, id);
    var first = uses.get(key);
    if (first != null) {
      return new Answer.Again(first.position);
    }
    if (uses.size() >= idsMax) {
      return Answer.FULL;
    }
    uses.put(key, new Use(position, ticker.nanoTime()));
    return Answer.FIRST;
  }

  synchronized void dropOld() {
    var nowNs = ticker.nanoTime();
    var oldest = uses.values().iterator();
    while (oldest.hasNext() && nowNs - oldest.next().atNs >= windowNs) {
      oldest.remove();
    }
  }

  synchronized int size() {
    return uses.size();
  }
}
