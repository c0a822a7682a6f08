package io.byssus.redis;

import io.lettuce.core.RedisException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which everything about the connections to Redis is decided. What blocks runs on
 * virtual threads and comes back to it.
 */
final class ControlThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlThread.class);

  private final ScheduledExecutorService control =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("byssus-redis").daemon().factory());

  /** Runs {@code task} on this thread, in a while. From any thread. */
  void later(long delayNs, Runnable task) {
    try {
      control.schedule(() -> guarded(task), delayNs, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed; what was to be sent again will not be", e);
    }
  }

  void every(long periodMs, Runnable task) {
    control.scheduleWithFixedDelay(() -> guarded(task), 0, periodMs, TimeUnit.MILLISECONDS);
  }

  /** Whatever goes wrong in one task, an OutOfMemoryError too, the next ones are done. */
  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      LOG.error("the control of the Redis connections failed; it goes on", e);
    }
  }

  interface Blocking<T> {
    T run() throws Exception;
  }

  /**
   * Runs what blocks. Whatever comes of it, an Error too, one of the two is told on the control
   * thread: what waits for that would else wait for ever.
   */
  <T> void aside(
      Blocking<T> task, Consumer<T> done, Consumer<Throwable> failed, long failedAfterMs) {
    try {
      Thread.startVirtualThread(() -> {
        try {
          var result = task.run();
          later(0, () -> done.accept(result));
        } catch (Throwable e) {
          failed(e, failed, failedAfterMs);
        }
      });
    } catch (Throwable e) { // no memory for a thread
      failed(e, failed, failedAfterMs);
    }
  }

  private void failed(Throwable failure, Consumer<Throwable> failed, long afterMs) {
    if (!(failure instanceof RedisUnavailableException || failure instanceof RedisException)) {
      LOG.error("a connection to Redis failed in a way that was not foreseen", failure);
    }
    later(TimeUnit.MILLISECONDS.toNanos(afterMs), () -> failed.accept(failure));
  }

  @Override
  public void close() {
    control.shutdown();
    try {
      if (!control.awaitTermination(2, TimeUnit.SECONDS)) {
        LOG.warn("the control of the Redis connections did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
