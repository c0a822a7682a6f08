package io.byssus.core.session;

import io.byssus.core.lane.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The newest tombstones, each for as long as somebody may still believe to hold its session.
 * Bounded: beyond that the oldest are forgotten. Thread-safe.
 */
public final class Tombstones {
  private final Ticker ticker;
  private final long lifeNs;
  private final int most;

  /** Oldest first. */
  private final LinkedHashMap<String, Kept> bySession = new LinkedHashMap<>();

  private record Kept(long term, long untilNs) {}

  public Tombstones(Ticker ticker, Duration life, int most) {
    this.ticker = ticker;
    this.lifeNs = life.toNanos();
    this.most = most;
  }

  public synchronized void add(Tombstone stone) {
    var term = Math.max(stone.term(), termOf(stone.session()));
    bySession.remove(stone.session());
    bySession.put(stone.session(), new Kept(term, ticker.nanoTime() + lifeNs));
    dropOld();
  }

  /** Up to which term no lease of the session may be restored; 0 where nothing is known. */
  public synchronized long termOf(String session) {
    var kept = bySession.get(session);
    return kept == null || passed(kept) ? 0 : kept.term;
  }

  /** Those that stand, oldest first. */
  public synchronized List<Tombstone> all() {
    dropOld();
    var all = new ArrayList<Tombstone>(bySession.size());
    bySession.forEach((session, kept) -> all.add(new Tombstone(session, kept.term)));
    return all;
  }

  public synchronized void clear() {
    bySession.clear();
  }

  private void dropOld() {
    var oldest = bySession.entrySet().iterator();
    while (oldest.hasNext()) {
      var next = oldest.next();
      if (bySession.size() <= most && !passed(next)) {
        return;
      }
      oldest.remove();
    }
  }

  private boolean passed(Map.Entry<String, Kept> entry) {
    return passed(entry.getValue());
  }

  private boolean passed(Kept kept) {
    return ticker.nanoTime() - kept.untilNs >= 0;
  }
}
