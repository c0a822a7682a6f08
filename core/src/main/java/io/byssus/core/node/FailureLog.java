package io.byssus.core.node;

import io.byssus.core.NodeObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Tells the observer which steps of the engine failed. From any thread. */
record FailureLog(NodeObserver observer) {
  void engineFailed(String step, @Nullable Throwable failure) {
    observer.engineFailed(
        step, failure == null ? new IllegalStateException("a stage without a value") : failure);
  }

  /**
   * For steps whose outcome nobody waits for: what they leave undone expires by itself, but is
   * reported.
   *
   * @return done, without a failure, when the step is over
   */
  CompletableFuture<Void> logFailure(String step, CompletionStage<?> stage) {
    return stage
        .<Void>handle((done, failure) -> {
          if (failure != null) {
            engineFailed(step, failure);
          }
          return null;
        })
        .toCompletableFuture();
  }
}
