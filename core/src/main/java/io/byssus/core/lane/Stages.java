package io.byssus.core.lane;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;

/** Many stages as one. */
public final class Stages {
  private Stages() {}

  /** Done when all are; fails when one of them does, once all are over. */
  public static CompletableFuture<Void> all(Collection<? extends CompletableFuture<?>> stages) {
    return CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new));
  }
}
