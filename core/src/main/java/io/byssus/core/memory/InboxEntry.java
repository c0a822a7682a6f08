package io.byssus.core.memory;

import io.byssus.core.Bounds;
import io.byssus.core.Budget;
import io.byssus.core.delivery.InboxStore.Page;
import io.byssus.core.engine.EngineSettings;
import io.byssus.protocol.Json;
import io.byssus.protocol.Sender;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The messages that wait for one session: a part of its {@link SessionEntry}, and guarded with it.
 */
final class InboxEntry {
  private final Tail waiting = new Tail();
  private long acknowledged;

  /** Of the messages that it took; none until one has an id. */
  private @Nullable RecentIds ids;

  /** Everything up to here has been handled. */
  long acknowledged() {
    return acknowledged;
  }

  /** About what it takes. */
  long weight() {
    return waiting.weight() + (ids == null ? 0 : ids.weight());
  }

  /** What became of a message. */
  enum Outcome {
    STORED,
    REPEATED,
    FULL
  }

  /**
   * @param all of all inboxes together
   */
  Outcome append(
      Json data,
      Optional<Sender> from,
      String dedupe,
      EngineSettings settings,
      Budget all,
      long nowNs) {
    dropOldIds(settings, nowNs);
    if (!dedupe.isEmpty() && ids != null && ids.has(dedupe)) {
      return Outcome.REPEATED;
    }
    waiting.dropOlder(settings.inboxAge().toNanos(), nowNs);
    if (waiting.size() >= settings.inboxMessages()
        || waiting.bytes() + data.bytes() > settings.inboxBytes()) {
      return Outcome.FULL;
    }
    if (weight() + data.bytes() + RecentIds.weight(dedupe) > all.share()) {
      all.refused();
      return Outcome.FULL;
    }
    waiting.append(data, from, nowNs);
    if (!dedupe.isEmpty()) {
      if (ids == null) {
        ids = new RecentIds();
      }
      ids.add(dedupe, nowNs, settings.inboxMessages());
    }
    return Outcome.STORED;
  }

  private void dropOldIds(EngineSettings settings, long nowNs) {
    if (ids != null && ids.dropOlder(settings.dedupeWindow().toNanos(), nowNs)) {
      ids = null;
    }
  }

  Page read(long after, Bounds bounds, EngineSettings settings, long nowNs) {
    waiting.dropOlder(settings.inboxAge().toNanos(), nowNs);
    dropOldIds(settings, nowNs);
    return new Page(waiting.top(), waiting.after(after, bounds));
  }

  /** Offsets go on after {@code top}, unless there were later ones. */
  void restore(long wasAcknowledged, long top) {
    waiting.skipTo(top);
    acknowledge(wasAcknowledged);
  }

  void acknowledge(long offset) {
    acknowledged = Math.max(acknowledged, Math.min(offset, waiting.top()));
    waiting.dropTo(acknowledged);
  }
}
