package io.byssus.core.node;

import io.byssus.core.session.Lease;
import io.byssus.protocol.CloseCode;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The sessions that are attached to this node, each with the dispatcher of its connection. The one
 * map that lanes share; what it leads to is touched on its own lane only.
 */
final class Attachments {
  private final ConcurrentHashMap<String, Attachment> bySession = new ConcurrentHashMap<>();

  /** Sessions that a connect here is about to get, with the number of those. */
  private final ConcurrentHashMap<String, Integer> coming = new ConcurrentHashMap<>();

  private record Attachment(Lease lease, CommandDispatcher dispatcher) {}

  /**
   * Registers the holder of {@code lease} once an older one on this node, if there is one, has let
   * go. False: a newer one is there already.
   */
  CompletionStage<Boolean> attach(Lease lease, CommandDispatcher dispatcher) {
    var mine = new Attachment(lease, dispatcher);
    var evicted = new CompletableFuture<Boolean>();
    var winner =
        bySession.compute(
            lease.session(),
            (session, held) -> {
              if (held != null && held.lease.term() > lease.term()) {
                return held;
              }
              if (held == null) {
                evicted.complete(true);
              } else {
                held.dispatcher.loseSession(held.lease, CloseCode.TAKEN_OVER, evicted);
              }
              return mine;
            });
    if (winner != mine) {
      evicted.complete(false);
    }
    return evicted;
  }

  void detach(Lease lease, CommandDispatcher dispatcher) {
    bySession.remove(lease.session(), new Attachment(lease, dispatcher));
  }

  /** Ends the hold of whoever has the session here; done at once if nobody does. */
  CompletionStage<Boolean> evict(String session, CloseCode code) {
    var done = new CompletableFuture<Boolean>();
    var held = bySession.get(session);
    if (held == null) {
      done.complete(false);
    } else {
      held.dispatcher.loseSession(held.lease, code, done);
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
    return held != null && held.lease.term() >= lease.term();
  }

  /** Whether someone here has a later lease. */
  boolean hasLater(Lease lease) {
    var held = bySession.get(lease.session());
    return held != null && held.lease.term() > lease.term();
  }

  boolean has(String session) {
    return bySession.containsKey(session);
  }

  int size() {
    return bySession.size();
  }

  /** Who has the session here, under whichever lease. */
  Optional<CommandDispatcher> of(String session) {
    return Optional.ofNullable(bySession.get(session)).map(Attachment::dispatcher);
  }

  /** Who holds this very lease here: never one that came for the session before or after. */
  Optional<CommandDispatcher> of(Lease lease) {
    return Optional.ofNullable(bySession.get(lease.session()))
        .filter(held -> held.lease.equals(lease))
        .map(Attachment::dispatcher);
  }
}
