package io.byssus.core.node;

import io.byssus.core.session.Lease;
import io.byssus.core.session.SessionStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Sessions that are attached to this node in the store, and that nobody here holds: left by a step
 * that was never done, and that {@link Debts} does not know of. From any thread.
 */
record Strays(SessionStore sessions, OtherNodes nodes, Attachments<?> attachments) {
  /**
   * Whether the store is wrong to say that {@code holder} is ours. Never for a session of which a
   * connect is under way here.
   */
  boolean isStray(Lease holder) {
    return nodes.isSelf(holder.owner()) && !attachments.knows(holder);
  }

  /** Releases the session if it is a stray now. */
  CompletionStage<Void> release(String session) {
    return sessions
        .holder(session)
        .thenCompose(holder ->
            holder
                .flatMap(lease -> lease)
                .filter(this::isStray)
                .<CompletionStage<Void>>map(
                    lease -> sessions.release(lease).thenAccept(fence -> {}))
                .orElseGet(() -> CompletableFuture.completedFuture(null)));
  }
}
