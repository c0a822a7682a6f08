package io.byssus.core.lane;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A single-threaded executor with a clock and timers: a Netty event loop in production, a stepped
 * queue in a test.
 *
 * <p>Whatever a lane owns is touched on the lane only; whoever else wants something of it sends a
 * task. Tasks that one thread submits run in that order. A task never blocks. Work comes in turns:
 * some tasks, then what was put {@linkplain #afterTurn after the turn}.
 */
public interface Lane extends Executor, Ticker {
  /** Runs {@code task} on this lane, later, from whichever thread it is called. */
  @Override
  void execute(Runnable task);

  /**
   * Runs {@code task} once the tasks at hand have run: the place to flush what they wrote. On the
   * lane only.
   */
  void afterTurn(Runnable task);

  /** Runs {@code task} once, not before {@code delayNs} have passed. On the lane only. */
  Timer schedule(long delayNs, Runnable task);

  boolean inLane();

  /**
   * Throws if the caller is on another thread: the first line of every method that changes what a
   * lane owns.
   */
  default void check() {
    if (!inLane()) {
      throw new IllegalStateException(
          Thread.currentThread().getName() + " touched the state of another lane");
    }
  }

  /**
   * Hands the outcome of {@code stage} to {@code then} on this lane: at once when it is known
   * already and the caller is on the lane, else as a task. Exactly one of the two arguments is
   * null.
   */
  default <T> void when(
      CompletionStage<T> stage, BiConsumer<@Nullable T, @Nullable Throwable> then) {
    var future = stage.toCompletableFuture();
    if (future.isDone() && inLane()) {
      future.whenComplete(then);
    } else {
      future.whenComplete((value, failure) -> execute(() -> then.accept(value, failure)));
    }
  }

  /** A task that has not run yet. */
  interface Timer {
    /** Does nothing if it ran already. On the lane only. */
    void cancel();
  }
}
