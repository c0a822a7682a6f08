package io.byssus.core.node;

import io.byssus.core.session.Lease;
import io.byssus.protocol.CloseCode;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The sessions that are attached to this node, each with its holder. The one map that lanes share;
 * what it leads to is touched on its own lane only.
 *
 * @param <H> who holds a session: one for each lease
 */
final class Attachments<H extends Attachments.Holder> {
  private final ConcurrentHashMap<String, H> bySession = new ConcurrentHashMap<>();

  /** Sessions that a connect here is about to get, with the number of those. */
  private final ConcurrentHashMap<String, Integer> coming = new ConcurrentHashMap<>();

  /** Who holds a session under a lease, which never changes. From any thread. */
  interface Holder {
    Lease lease();

    /** The lease was superseded. {@code done} when nothing more is sent under it. */
    void supersede(CloseCode code, CompletableFuture<Boolean> done);
  }

  /**
   * Registers a holder once an older one on this node, if there is one, has let go. False: a newer
   * one is there already.
   */
  CompletionStage<Boolean> attach(H mine) {
    var lease = mine.lease();
    var evicted = new CompletableFuture<Boolean>();
    var winner =
        bySession.compute(
            lease.session(),
            (session, held) -> {
              if (held != null && held.lease().term() > lease.term()) {
                return held;
              }
              if (held == null) {
                evicted.complete(true);
              } else {
                held.supersede(CloseCode.TAKEN_OVER, evicted);
              }
              return mine;
            });
    if (winner != mine) {
      evicted.complete(false);
    }
    return evicted;
  }

  void detach(H holder) {
    bySession.remove(holder.lease().session(), holder);
  }

  /** Ends the hold of whoever has the session here; done at once if nobody does. */
  CompletionStage<Boolean> evict(String session, CloseCode code) {
    var done = new CompletableFuture<Boolean>();
    var held = bySession.get(session);
    if (held == null) {
      done.complete(false);
    } else {
      held.supersede(code, done);
    }
    return done;
  }

  /** From here until {@link #came} a connect of this node may be granted the session. */
  void comes(String session) {
    coming.merge(session, 1, Integer::sum);
  }

  /** It is attached by now, or given back. */
  void came(String session) {
    coming.computeIfPresent(session, (id, connects) -> connects == 1 ? null : connects - 1);
  }

  /** Whether someone here has this lease or a later one, or may be about to. */
  boolean knows(Lease lease) {
    // In this order: a connect attaches first and ceases to come then.
    if (coming.containsKey(lease.session())) {
      return true;
    }
    var held = bySession.get(lease.session());
    return held != null && held.lease().term() >= lease.term();
  }

  /** Whether someone here has a later lease. */
  boolean hasLater(Lease lease) {
    var held = bySession.get(lease.session());
    return held != null && held.lease().term() > lease.term();
  }

  boolean has(String session) {
    return bySession.containsKey(session);
  }

  int size() {
    return bySession.size();
  }

  /** Who has the session here, under whichever lease. */
  Optional<H> of(String session) {
    return Optional.ofNullable(bySession.get(session));
  }

  /** Who holds this very lease here: never one that came for the session before or after. */
  Optional<H> of(Lease lease) {
    return of(lease.session()).filter(held -> held.lease().equals(lease));
  }
}
