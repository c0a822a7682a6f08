package io.byssus.transport;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An event loop that tells of every task that throws, and goes on. Netty's own goes on too, but
 * tells nobody who counts, and keeps what a timer throws to itself.
 *
 * <p>The guard is one object that takes each task in its turn: none is made for a task.
 */
final class GuardedEventLoop extends SingleThreadIoEventLoop {
  private final Consumer<Throwable> failed;
  private final Guard guard = new Guard();
  private final ArrayDeque<Runnable> afterTurn = new ArrayDeque<>();
  private final Runnable endTurn = this::endTurn;

  GuardedEventLoop(
      IoEventLoopGroup group,
      Executor executor,
      IoHandlerFactory ioHandlers,
      Consumer<Throwable> failed) {
    super(group, executor, ioHandlers);
    this.failed = failed;
  }

  private final class Guard implements Runnable {
    private @Nullable Runnable task;

    @Override
    public void run() {
      var next = task;
      task = null;
      if (next != null) {
        attempt(next);
      }
    }
  }

  @Override
  protected @Nullable Runnable pollTask() {
    var next = super.pollTask();
    if (next == null) {
      return null;
    }
    guard.task = next;
    return guard;
  }

  /** Runs {@code task} when this iteration's tasks have run. In the loop only. */
  void afterTurn(Runnable task) {
    if (afterTurn.isEmpty()) {
      executeAfterEventLoopIteration(endTurn);
    }
    afterTurn.add(task);
  }

  private void endTurn() {
    for (var task = afterTurn.poll(); task != null; task = afterTurn.poll()) {
      attempt(task);
    }
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    return super.schedule(() -> attempt(task), delay, unit);
  }

  /** One object serves all rounds, so that none fails for want of memory. */
  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, long initialDelay, long delay, TimeUnit unit) {
    return super.scheduleWithFixedDelay(() -> attempt(task), initialDelay, delay, unit);
  }

  private void attempt(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      failed(failure);
    }
  }

  /** Memory may be so short that not even this can be told. */
  void failed(Throwable failure) {
    try {
      failed.accept(failure);
    } catch (Throwable untold) {
      if (untold != failure) {
        failure.addSuppressed(untold);
      }
    }
  }
}
