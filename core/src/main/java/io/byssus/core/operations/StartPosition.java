package io.byssus.core.operations;

import io.byssus.core.Bounds;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.Namespaces;
import io.byssus.protocol.Position;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Where a new subscription begins. */
public final class StartPosition {
  private StartPosition() {}

  /**
   * Where it was asked for, or where the channel stands now: what is published between this and
   * going live is recovered from here. Empty where there are no positions.
   */
  public static CompletionStage<Optional<Position>> of(
      Namespaces namespaces, Broker broker, String channel, Optional<Position> asked) {
    if (asked.isPresent() || namespaces.positionless(channel)) {
      return CompletableFuture.completedFuture(asked);
    }
    return broker
        .history(channel, Optional.empty(), Bounds.NOTHING, namespaces.of(channel).retention())
        .thenApply(page -> Optional.of(page.top()));
  }
}
