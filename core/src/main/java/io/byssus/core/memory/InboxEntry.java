package io.byssus.core.memory;

import io.byssus.core.Bounds;
import io.byssus.core.Budget;
import io.byssus.core.delivery.InboxStore.Append;
import io.byssus.core.delivery.InboxStore.Page;
import io.byssus.core.node.EngineSettings;
import io.byssus.protocol.Json;
import io.byssus.protocol.Sender;
import java.util.Optional;

/**
 * The messages that wait for one session: a part of its {@link SessionEntry}, and guarded with it.
 */
final class InboxEntry {
  private final Tail waiting = new Tail();
  private long acknowledged;

  /** Everything up to here has been handled. */
  long acknowledged() {
    return acknowledged;
  }

  /** About what it takes. */
  long weight() {
    return waiting.weight();
  }

  /**
   * @param all of all inboxes together
   */
  Append append(Json data, Optional<Sender> from, EngineSettings settings, Budget all, long nowNs) {
    waiting.dropOlder(settings.inboxAge().toNanos(), nowNs);
    if (waiting.size() >= settings.inboxMessages()
        || waiting.bytes() + data.bytes() > settings.inboxBytes()) {
      return Append.FULL;
    }
    if (weight() + data.bytes() > all.share()) {
      all.refused();
      return Append.FULL;
    }
    waiting.append(data, from, nowNs);
    return Append.STORED;
  }

  Page read(long after, Bounds bounds, EngineSettings settings, long nowNs) {
    waiting.dropOlder(settings.inboxAge().toNanos(), nowNs);
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
