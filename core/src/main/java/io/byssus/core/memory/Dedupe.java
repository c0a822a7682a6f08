package io.byssus.core.memory;

import io.byssus.core.Budget;
import io.byssus.core.lane.Ticker;
import io.byssus.protocol.Position;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The dedupe ids that were used within the window, of all channels, oldest first. There is room for
 * a bounded number, and for a part of the bytes that histories may have: when it is full, a
 * publication with a new id must be refused, for to forget one early would break a promise unseen.
 * Of what is left one publisher gets a part only, once half is taken, so that nobody fills it
 * alone.
 */
final class Dedupe {
  /** 3,500 publications a second with ids, kept for 5 minutes. */
  static final int IDS_MAX = 1 << 20;

  /** All ids together may have this part of the budget. */
  private static final int PART = 4;

  /** And one publisher this part of what is left. */
  private static final int SHARE = 4;

  /** With fewer, there is nothing to share. */
  private static final int SHARED_FROM = 1_024;

  private final LinkedHashMap<Key, Use> uses = new LinkedHashMap<>();
  private final Map<String, Integer> byPublisher = new HashMap<>();
  private final Ticker ticker;
  private final long windowNs;
  private final int idsMax;
  private final Budget histories;
  private final long bytesMax;
  private long bytes;

  private record Key(String channel, String id) {
    int weight() {
      return 256 + channel.length() + id.length();
    }
  }

  private record Use(Optional<Position> position, String publisher, long atNs) {}

  Dedupe(Duration window, int idsMax, Ticker ticker, Budget histories) {
    this.histories = histories;
    this.bytesMax = histories.max() / PART;
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

  /**
   * Uses {@code id} for the publication that will stand at {@code position}.
   *
   * @param publisher the session, or empty
   */
  synchronized Answer use(
      String channel, String id, String publisher, Optional<Position> position) {
    dropOld();
    var key = new Key(channel, id);
    var first = uses.get(key);
    if (first != null) {
      return new Answer.Again(first.position);
    }
    if (!hasRoom(key.weight(), publisher)) {
      histories.refused();
      return Answer.FULL;
    }
    uses.put(key, new Use(position, publisher, ticker.nanoTime()));
    byPublisher.merge(publisher, 1, Integer::sum);
    count(key.weight());
    return Answer.FIRST;
  }

  private boolean hasRoom(int weight, String publisher) {
    var left = Math.min(idsMax - uses.size(), (bytesMax - bytes) / weight);
    return left > 0
        && (left > uses.size()
            || uses.size() < SHARED_FROM
            || publisher.isEmpty()
            || byPublisher.getOrDefault(publisher, 0) < left / SHARE);
  }

  private void count(int more) {
    bytes += more;
    histories.add(more);
  }

  synchronized void dropOld() {
    var nowNs = ticker.nanoTime();
    for (var oldest = uses.firstEntry();
        oldest != null && nowNs - oldest.getValue().atNs >= windowNs;
        oldest = uses.firstEntry()) {
      uses.pollFirstEntry();
      byPublisher.computeIfPresent(
          oldest.getValue().publisher, (_, ids) -> ids == 1 ? null : ids - 1);
      count(-oldest.getKey().weight());
    }
  }

  synchronized int size() {
    return uses.size();
  }
}
