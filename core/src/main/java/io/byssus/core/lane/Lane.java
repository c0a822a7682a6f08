package io.byssus.core.lane;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A single-threaded executor with a clock and timers: a Netty event loop in production, a stepped
 * queue in a test.
 *
 * <p>Whatever a lane owns is touched on the lane only; whoever else wants something of it sends a
 * task. Tasks that one thread submits run in that order. A task never blocks. Work comes in turns:
 * some tasks, then what was put {@linkplain #afterTurn after the turn}.
 *
 * <p>A task that throws ends alone: the lane {@linkplain #failed tells} and goes on with the next.
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

  /**
   * Runs {@code task} again and again, each time when {@code periodNs} have passed since it ended,
   * also when it threw. On the lane only.
   */
  Timer every(long periodNs, Runnable task);

  boolean inLane();

  /** Tells whoever watches over the lane that something threw which must not. Never throws. */
  void failed(Throwable failure);

  /** Runs {@code task} now; if that throws, the lane tells, and the caller goes on. */
  default void attempt(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      failed(failure);
    }
  }

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
   * null. If {@code then} throws, the lane tells, and the caller goes on.
   */
  default <T> void when(
      CompletionStage<T> stage, BiConsumer<@Nullable T, @Nullable Throwable> then) {
    var future = stage.toCompletableFuture();
    if (future.isDone() && inLane()) {
      var failure = future.isCompletedExceptionally() ? failureOf(future) : null;
      var value = failure == null ? future.join() : null;
      try {
        then.accept(value, failure);
      } catch (Throwable thrown) {
        failed(thrown);
      }
    } else {
      future.whenComplete((value, failure) -> execute(() -> then.accept(value, failure)));
    }
  }

  /** As {@link #when}, where a step that throws has failed like any other. */
  default <T> void ask(
      Supplier<? extends CompletionStage<T>> step,
      BiConsumer<@Nullable T, @Nullable Throwable> then) {
    CompletionStage<T> stage;
    try {
      stage = step.get();
    } catch (Throwable failure) {
      stage = CompletableFuture.failedFuture(failure);
    }
    when(stage, then);
  }

  /** What {@code next} makes of the value, on this lane; fails when either of the two does. */
  default <T, U> CompletableFuture<U> then(
      CompletionStage<T> stage, Function<T, CompletionStage<U>> next) {
    var done = new CompletableFuture<U>();
    when(
        stage,
        (value, failure) -> {
          if (failure != null) {
            done.completeExceptionally(failure);
          } else {
            ask(
                () -> next.apply(value),
                (made, trouble) -> {
                  if (trouble == null) {
                    done.complete(made);
                  } else {
                    done.completeExceptionally(trouble);
                  }
                });
          }
        });
    return done;
  }

  private static Throwable failureOf(CompletableFuture<?> failed) {
    return failed.handle((value, failure) -> failure).join();
  }

  /** A task that has not run yet, or that runs again and again. */
  interface Timer {
    /** Does nothing if it ran already and runs no more. On the lane only. */
    void cancel();
  }
}
