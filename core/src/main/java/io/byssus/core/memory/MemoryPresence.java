package io.byssus.core.memory;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.byssus.core.Bounds;
import io.byssus.core.lane.Ticker;
import io.byssus.core.presence.PresenceStore;
import io.byssus.core.session.Lease;
import io.byssus.protocol.ServerMessage.Member;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** Presence in this process. A channel that nobody is in is not in the map. */
final class MemoryPresence implements PresenceStore {
  private final ConcurrentHashMap<String, Members> channels = new ConcurrentHashMap<>();
  private final ExpirySweep<String, Members> expiries =
      new ExpirySweep<>(channels, (channel, _) -> inside(channel, (_, _) -> {}));
  private final Ticker ticker;
  private final long ttlNs;

  MemoryPresence(Duration ttl, Ticker ticker) {
    this.ttlNs = ttl.toNanos();
    this.ticker = ticker;
  }

  @Override
  public CompletionStage<Void> enter(String channel, Member member, Lease lease) {
    channels.compute(
        channel,
        (_, members) -> {
          var all = members == null ? new Members() : members;
          var nowNs = ticker.nanoTime();
          all.dropPassed(nowNs);
          all.enter(member, lease, nowNs + ttlNs);
          return all;
        });
    return completedFuture(null);
  }

  @Override
  public CompletionStage<Void> leave(String channel, Lease lease) {
    inside(channel, (members, _) -> members.leave(lease));
    return completedFuture(null);
  }

  @Override
  public CompletionStage<List<Entry>> touch(Collection<Entry> entries) {
    return completedFuture(entries.stream().filter(entry -> !touched(entry)).toList());
  }

  private boolean touched(Entry entry) {
    var there = new boolean[1];
    inside(
        entry.channel(),
        (members, nowNs) -> there[0] = members.touch(entry.lease(), nowNs + ttlNs));
    return there[0];
  }

  @Override
  public CompletionStage<Page> members(String channel, Bounds bounds) {
    var found = new Page[] {Page.NOBODY};
    inside(channel, (members, _) -> found[0] = members.page(bounds));
    return completedFuture(found[0]);
  }

  /** Looks at the next so many channels for members whose time has passed. */
  void sweep(int limit) {
    expiries.sweep(limit);
  }

  /** Runs {@code step} on those who are in the channel now. */
  private void inside(String channel, BiConsumer<Members, Long> step) {
    channels.computeIfPresent(
        channel,
        (_, members) -> {
          var nowNs = ticker.nanoTime();
          members.dropPassed(nowNs);
          step.accept(members, nowNs);
          return members.isEmpty() ? null : members;
        });
  }

  /** As a server that has lost its memory. */
  void forget() {
    channels.clear();
  }

  /** How many channels are remembered. */
  int size() {
    return channels.size();
  }
}
