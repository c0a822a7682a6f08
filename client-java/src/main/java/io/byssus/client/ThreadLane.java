package io.byssus.client;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/** A lane that is a daemon thread, and goes away while there is nothing to do or to wait for. */
final class ThreadLane implements Lane {
  private static final System.Logger LOG = System.getLogger(ThreadLane.class.getName());
  private static final long KEEP_ALIVE_SECONDS = 10;

  private final ScheduledThreadPoolExecutor executor;
  private volatile @Nullable Thread thread;

  ThreadLane(String name) {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              var next = new Thread(null, task, name, 0, false);
              next.setDaemon(true);
              thread = next;
              return next;
            });
    executor.setRemoveOnCancelPolicy(true);
    executor.setKeepAliveTime(KEEP_ALIVE_SECONDS, SECONDS);
    executor.allowCoreThreadTimeOut(true);
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(() -> run(task));
  }

  @Override
  public Alarm schedule(Duration delay, Runnable task) {
    var future = executor.schedule(() -> run(task), delay.toNanos(), NANOSECONDS);
    return () -> future.cancel(false);
  }

  /** The executor would keep what is thrown to itself. */
  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error defect) {
      LOG.log(System.Logger.Level.ERROR, "a defect of the Byssus client", defect);
      if (defect instanceof Error error) {
        throw error;
      }
    }
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void check() {
    if (!isHere()) {
      throw new IllegalStateException("not on the lane");
    }
  }

  @Override
  public boolean isHere() {
    return Thread.currentThread() == thread;
  }
}
