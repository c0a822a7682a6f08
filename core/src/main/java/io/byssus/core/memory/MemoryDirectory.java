package io.byssus.core.memory;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.lane.Ticker;
import io.byssus.protocol.Target;
import io.byssus.protocol.Target.ToSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** The directory in this process. A target without sessions is not in the map. */
final class MemoryDirectory implements SessionDirectory {
  private final ConcurrentHashMap<Target, Listed> targets = new ConcurrentHashMap<>();
  private final ExpirySweep<Target, Listed> expiries =
      new ExpirySweep<>(targets, (target, _) -> look(target));
  private final Ticker ticker;
  private final long lifeNs;
  private final long oldNs;

  MemoryDirectory(Duration sessionTtl, Ticker ticker) {
    this.ticker = ticker;
    this.lifeNs = sessionTtl.toNanos() * LIVES;
    this.oldNs = sessionTtl.toNanos() / 2;
  }

  @Override
  public CompletionStage<Void> add(Collection<Entry> entries) {
    for (var entry : entries) {
      if (!(entry.target() instanceof ToSession)) {
        var nowNs = ticker.nanoTime();
        targets.compute(
            entry.target(),
            (_, listed) ->
                listed == null
                    ? new Listed.One(entry.session(), nowNs)
                    : listed.with(entry.session(), nowNs, nowNs - lifeNs));
      }
    }
    return completedFuture(null);
  }

  @Override
  public CompletionStage<Void> remove(Target target, String session) {
    return remove(target, session, 0);
  }

  @Override
  public CompletionStage<Void> removeOld(Target target, String session) {
    return remove(target, session, oldNs);
  }

  private CompletionStage<Void> remove(Target target, String session, long leastNs) {
    var nowNs = ticker.nanoTime();
    targets.computeIfPresent(target, (_, listed) -> listed.without(session, nowNs - leastNs));
    return completedFuture(null);
  }

  @Override
  public CompletionStage<List<String>> sessions(Target target) {
    if (target instanceof ToSession(var session)) {
      return completedFuture(List.of(session));
    }
    var passedNs = ticker.nanoTime() - lifeNs;
    var found = new ArrayList<String>();
    targets.computeIfPresent(
        target,
        (_, listed) -> {
          var left = listed.since(passedNs);
          if (left != null) {
            found.addAll(left.sessions());
          }
          return left;
        });
    return completedFuture(List.copyOf(found));
  }

  /** The cursor is the place of the last session. */
  @Override
  public CompletionStage<Page> page(Target target, String cursor, int limit) {
    if (target instanceof ToSession(var session)) {
      return completedFuture(new Page(List.of(session), Optional.empty()));
    }
    var after = cursor.equals(START) ? 0 : Long.parseUnsignedLong(cursor);
    var passedNs = ticker.nanoTime() - lifeNs;
    var found = new ArrayList<Listed.Place>();
    targets.computeIfPresent(
        target,
        (_, listed) -> {
          var left = listed.since(passedNs);
          if (left != null) {
            found.addAll(left.after(after, limit));
          }
          return left;
        });
    return completedFuture(
        new Page(
            found.stream().map(Listed.Place::session).toList(),
            found.size() < limit ? Optional.empty() : Optional.of("" + found.getLast().order())));
  }

  private void look(Target target) {
    var passedNs = ticker.nanoTime() - lifeNs;
    targets.computeIfPresent(target, (_, listed) -> listed.since(passedNs));
  }

  /** Looks at the next so many targets for sessions whose time has passed. */
  void sweep(int limit) {
    expiries.sweep(limit);
  }

  /** As a server that has lost its memory. */
  void forget() {
    targets.clear();
  }

  /** The targets that it remembers. */
  Set<Target> targets() {
    return Set.copyOf(targets.keySet());
  }

  /** How many targets it remembers. */
  int size() {
    return targets.size();
  }
}
