package io.byssus.redis;

import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what servers answer, on a thread that may block. */
record Answers(Duration timeout) {
  void await(List<? extends CompletionStage<?>> stages) {
    for (var stage : stages) {
      await(stage);
    }
  }

  void await(CompletionStage<?> stage) {
    try {
      stage.toCompletableFuture().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new RedisException(Clients.reason(e), e.getCause());
    } catch (TimeoutException e) {
      throw new RedisException("no answer within " + timeout.toMillis() + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RedisException("interrupted", e);
    }
  }
}
