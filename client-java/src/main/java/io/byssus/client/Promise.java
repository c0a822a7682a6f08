package io.byssus.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * A future whose dependents never run on the lane. Settled from the lane; the first settlement
 * counts.
 */
final class Promise<T> {
  private final CompletableFuture<T> future = new CompletableFuture<>();
  private final Executor executor;

  Promise(Executor executor) {
    this.executor = executor;
  }

  CompletableFuture<T> future() {
    return future;
  }

  void resolve(T value) {
    executor.execute(() -> future.complete(value));
  }

  void reject(ByssusException why) {
    executor.execute(() -> future.completeExceptionally(why));
  }
}
