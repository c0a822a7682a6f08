package io.byssus.core.node;

import io.byssus.core.engine.Engine;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.Stages;
import io.byssus.core.session.Lease;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.core.session.Tombstone;
import io.byssus.core.session.Tombstones;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * What a node does for sessions that have ended: removes what they left outside their own keys, and
 * remembers that nobody may write them anew. From any thread.
 */
final class EndedSessions {
  /** After so long other nodes have noticed too, and have said whom they know to have ended. */
  static final long TOLD_NS = TimeUnit.MILLISECONDS.toNanos(2_500);

  private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Engine engine;
  private final Attachments<?> attachments;
  private final Tombstones tombstones;
  private final FailureLog failures;

  EndedSessions(
      Engine engine, Attachments<?> attachments, Tombstones tombstones, FailureLog failures) {
    this.engine = engine;
    this.attachments = attachments;
    this.tombstones = tombstones;
    this.failures = failures;
  }

  /**
   * How long after a lease was last known to hold its session may be written anew. A session that
   * others took over meanwhile lives longer than that: so nobody brings back what has passed on.
   */
  static Duration restorableFor(Duration sessionTtl) {
    return sessionTtl.dividedBy(2);
  }

  /** Whether a later lease of the session was given here, or it has ended. */
  boolean knowsLater(Lease lease) {
    return attachments.hasLater(lease) || tombstones.termOf(lease.session()) >= lease.term();
  }

  /** The lease holds here no more; those before it must not be restored either. */
  void detached(Lease lease) {
    if (lease.term() > 1) {
      tombstones.add(new Tombstone(lease.session(), lease.term() - 1));
    }
  }

  /** The session has ended, and nobody is to write it anew. */
  void ended(Gone gone) {
    tombstones.add(new Tombstone(gone.session(), gone.newest().term()));
    forget(gone);
  }

  /**
   * Removes what a session that is gone has left outside its own keys. Done when all of it was
   * tried.
   */
  CompletableFuture<Void> forget(Gone gone) {
    return forget(gone, engine.directory()::remove);
  }

  /** As {@link #forget}, for a session that has expired: only entries of that age are removed. */
  CompletableFuture<Void> forgetOld(Gone gone) {
    return forget(gone, engine.directory()::removeOld);
  }

  private CompletableFuture<Void> forget(
      Gone gone, BiFunction<Target, String, CompletionStage<Void>> strikeOff) {
    var steps = new ArrayList<CompletableFuture<?>>();
    for (var entry : Listings.of(gone.session(), gone.user(), gone.tags())) {
      steps.add(failures.logFailure("directory", strikeOff.apply(entry.target(), entry.session())));
    }
    for (var channel : gone.channels()) {
      steps.add(failures.logFailure("presence", engine.presence().leave(channel, gone.newest())));
    }
    return Stages.all(steps);
  }

  /** The engine may have lost anything: it hears who ended or was taken over. On the lane. */
  void tellAll(Lane lane) {
    lane.ask(
        () -> engine.sessions().bury(tombstones.all()),
        (gone, failure) -> {
          if (gone != null) {
            gone.forEach(this::forget);
          } else {
            failures.engineFailed("bury", failure);
            lane.schedule(RETRY_NS, () -> tellAll(lane));
          }
        });
  }
}
