package io.byssus.core.memory;

import io.byssus.core.lane.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The sessions in the order in which their time passes. All have the same time to live, so whoever
 * starts it anew goes to the end: a linked list through the entries is always sorted, and neither a
 * renewal nor a sweep looks at any other session.
 *
 * <p>Thread-safe. A deadline is written under both the lock of its entry and that of this list, so
 * either suffices to read it.
 */
final class SessionDeadlines {
  private final Ticker ticker;
  private final long ttlNs;
  private @Nullable SessionEntry first;
  private @Nullable SessionEntry last;

  SessionDeadlines(Duration ttl, Ticker ticker) {
    this.ttlNs = ttl.toNanos();
    this.ticker = ticker;
  }

  boolean passed(SessionEntry entry) {
    return ticker.nanoTime() - entry.deadlineNs >= 0;
  }

  /** How long until its time passes. */
  Duration left(SessionEntry entry) {
    return Duration.ofNanos(Math.max(0, entry.deadlineNs - ticker.nanoTime()));
  }

  synchronized void start(SessionEntry entry) {
    stop(entry);
    entry.deadlineNs = ticker.nanoTime() + ttlNs;
    entry.earlier = last;
    if (last == null) {
      first = entry;
    } else {
      last.later = entry;
    }
    last = entry;
  }

  /** Takes the entry out; nothing to do if it is not in. */
  synchronized void stop(SessionEntry entry) {
    var before = entry.earlier;
    var after = entry.later;
    if (before != null) {
      before.later = after;
    } else if (first == entry) {
      first = after;
    }
    if (after != null) {
      after.earlier = before;
    } else if (last == entry) {
      last = before;
    }
    entry.earlier = null;
    entry.later = null;
  }

  /**
   * Of the first {@code most}, those of which {@code wanted} is true; they may have changed since.
   */
  synchronized List<SessionEntry> earliest(int most, Predicate<SessionEntry> wanted) {
    var found = new ArrayList<SessionEntry>();
    var entry = first;
    for (var i = 0; i < most && entry != null; i++) {
      if (wanted.test(entry)) {
        found.add(entry);
      }
      entry = entry.later;
    }
    return found;
  }

  /**
   * Takes out the first entry if its time has passed. It may be started again before the caller has
   * locked it.
   */
  synchronized Optional<SessionEntry> takePassed() {
    var entry = first;
    if (entry == null || !passed(entry)) {
      return Optional.empty();
    }
    stop(entry);
    return Optional.of(entry);
  }
}
