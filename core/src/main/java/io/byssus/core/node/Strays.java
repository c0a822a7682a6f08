package io.byssus.core.node;

import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.session.Lease;
import io.byssus.core.session.SessionStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Sessions that are attached to this node in the store, and that nobody here holds: left by a step
 * that was never done, and that {@link Debts} does not know of. They are released when they are
 * met, and looked for slowly: the whole of what this node has, once in a third of the time to live.
 * Without a state of its own but where it looks next, which belongs to one lane.
 */
@LaneConfined
final class Strays {
  private static final int ROUNDS = 3;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

  /** A look releases no more than so many; the others are there at the next. */
  private static final int RELEASED_A_LOOK = 500;

  private final Node node;
  private final Lane lane;
  private final RecurringStep looking;
  private int part;

  Strays(Node node, Lane lane) {
    this.node = node;
    this.lane = lane;
    this.looking = new RecurringStep(lane, 1, PATIENCE_NS);
  }

  /**
   * Whether the store is wrong to say that {@code holder} is ours. Never for a session of which a
   * connect is under way here. From any thread.
   */
  boolean isStray(Lease holder) {
    return node.isSelf(holder.owner()) && !node.attachments.knows(holder);
  }

  /** From any thread. */
  void release(Lease stray) {
    lane.execute(() -> node.watch(lane).debts().release(stray));
  }

  /** Releases the session if it is a stray now. From any thread. */
  CompletionStage<Void> release(String session) {
    return node.engine
        .sessions()
        .holder(session)
        .thenCompose(holder ->
            holder
                .flatMap(lease -> lease)
                .filter(this::isStray)
                .<CompletionStage<Void>>map(
                    lease -> node.engine.sessions().release(lease).thenAccept(fence -> {}))
                .orElseGet(() -> CompletableFuture.completedFuture(null)));
  }

  void start() {
    lane.check();
    var ttl = node.settings.engine().sessionTtl().toNanos();
    lane.every(ttl / ROUNDS / SessionStore.HELD_PARTS, this::look);
  }

  private void look() {
    if (node.reachable()) {
      looking.take(
          this::lookOnce,
          (done, failure) -> {
            if (failure != null) {
              node.engineFailed("held", failure);
            }
          });
    }
  }

  private CompletionStage<Void> lookOnce() {
    return lane.then(
        node.engine.sessions().heldBy(node.settings.owner(), part),
        held -> {
          part = (part + 1) % SessionStore.HELD_PARTS;
          return releaseUnknown(held);
        });
  }

  private CompletionStage<Void> releaseUnknown(List<String> held) {
    var released =
        held.stream()
            .filter(session -> !node.attachments.has(session))
            .limit(RELEASED_A_LOOK)
            .map(session -> node.noting("release", release(session)))
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(released);
  }
}
