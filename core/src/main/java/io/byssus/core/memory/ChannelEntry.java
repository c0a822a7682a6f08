package io.byssus.core.memory;

import io.byssus.core.Bounds;
import io.byssus.core.channel.Broker.Page;
import io.byssus.core.channel.Retention;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.Sender;
import io.byssus.protocol.ServerMessage.Item;
import java.util.Optional;

/** The history of one channel in one epoch. Its monitor guards it. */
final class ChannelEntry {
  final String epoch;

  /** Without what it keeps, and without its name. */
  private static final int CHANNEL_BYTES = 256;

  private final Tail kept = new Tail();

  /**
   * Why the newest of the dropped was dropped; older ones may have gone otherwise, but this one
   * alone breaks a recovery.
   */
  private Gap dropReason = Gap.TRIMMED;

  private long usedNs;

  /** What the table has counted for it. */
  long counted;

  /** Whether it was dropped as unused; whoever still finds it has to look for its successor. */
  boolean forgotten;

  ChannelEntry(String epoch, long nowNs) {
    this.epoch = epoch;
    this.usedNs = nowNs;
  }

  void use(long nowNs) {
    usedNs = nowNs;
  }

  long unusedNs(long nowNs) {
    return nowNs - usedNs;
  }

  long weight(String name) {
    return CHANNEL_BYTES + name.length() + kept.weight();
  }

  boolean isEmpty() {
    return kept.size() == 0;
  }

  /** Keeps nothing of what there is: whoever comes back for it is told that it was trimmed. */
  void dropAll() {
    if (kept.dropTo(kept.top())) {
      dropReason = Gap.TRIMMED;
    }
  }

  Position top() {
    return new Position(epoch, kept.top());
  }

  Item append(Json data, Optional<Sender> from, Retention retention, long nowNs) {
    var item = kept.append(data, from, nowNs);
    trim(retention, nowNs);
    return item;
  }

  Page page(Optional<Position> after, Bounds bounds, Retention retention, long nowNs) {
    trim(retention, nowNs);
    if (after.isEmpty()) {
      return page(kept.beforeNewest(bounds), Recovery.NOT_ASKED, bounds);
    }
    var offset = after.get().offset();
    var gap = gap(after.get());
    return gap.isEmpty()
        ? page(offset, Recovery.COMPLETE, bounds)
        : page(survived(gap.get(), offset), new Recovery.Lost(gap.get()), bounds);
  }

  private Page page(long from, Recovery recovery, Bounds bounds) {
    return new Page(top(), top().at(from), recovery, kept.after(from, bounds));
  }

  /** Behind what is missing. Nothing survives a process: another epoch has nothing in common. */
  private long survived(Gap gap, long offset) {
    return gap == Gap.EPOCH ? kept.dropped() : Math.clamp(offset, kept.dropped(), kept.top());
  }

  private void trim(Retention retention, long nowNs) {
    if (kept.dropOlder(retention.age().toNanos(), nowNs)) {
      dropReason = Gap.EXPIRED;
    }
    if (kept.dropTo(kept.top() - retention.size())) {
      dropReason = Gap.TRIMMED;
    }
  }

  private Optional<Gap> gap(Position position) {
    if (!position.epoch().equals(epoch)) {
      return Optional.of(Gap.EPOCH);
    }
    if (position.offset() > kept.top()) {
      return Optional.of(Gap.DIVERGED);
    }
    return position.offset() < kept.dropped() ? Optional.of(dropReason) : Optional.empty();
  }
}
