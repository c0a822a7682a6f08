package io.byssus.redis;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * How much may be on its way from Redis to this node at once, in bytes of long answers, by what
 * memory there is: a short one never waits behind more. Reads that find no room wait in line.
 * Thread-safe.
 */
final class Reads {
  private static final long MOST_BYTES =
      Math.clamp(Runtime.getRuntime().maxMemory() / 32, 1 << 20, 8 << 20);

  private final ArrayDeque<Waiting<?>> line = new ArrayDeque<>();
  private long underWay;

  private static final class Waiting<T> {
    final long bytes;
    final Supplier<CompletionStage<T>> read;
    final CompletableFuture<T> answer = new CompletableFuture<>();

    Waiting(long bytes, Supplier<CompletionStage<T>> read) {
      this.bytes = bytes;
      this.read = read;
    }
  }

  /**
   * @param bytes most of the answer; one that may be longer than all together is read alone
   */
  <T> CompletionStage<T> inTurn(long bytes, Supplier<CompletionStage<T>> read) {
    var next = new Waiting<>(Math.min(bytes, MOST_BYTES), read);
    synchronized (this) {
      if (!line.isEmpty() || underWay + next.bytes > MOST_BYTES) {
        line.add(next);
        return next.answer;
      }
      underWay += next.bytes;
    }
    begin(next);
    return next.answer;
  }

  private <T> void begin(Waiting<T> next) {
    begun(next.read)
        .whenComplete((value, failure) -> {
          // Whoever waits for the answer may ask for more, so its room is free before.
          done(next.bytes);
          if (failure != null) {
            next.answer.completeExceptionally(failure);
          } else {
            next.answer.complete(value);
          }
        });
  }

  /** One that cannot even be asked for has failed, and its room is free again. */
  private static <T> CompletionStage<T> begun(Supplier<CompletionStage<T>> read) {
    try {
      return read.get();
    } catch (Throwable failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  private void done(long bytes) {
    var due = new ArrayDeque<Waiting<?>>();
    synchronized (this) {
      underWay -= bytes;
      while (!line.isEmpty() && underWay + line.peek().bytes <= MOST_BYTES) {
        underWay += line.peek().bytes;
        due.add(line.poll());
      }
    }
    due.forEach(this::begin);
  }
}
