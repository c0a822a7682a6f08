package io.byssus.api;

import io.byssus.core.lane.Lane;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A lane that is one thread; a turn is one task. */
final class ThreadLane implements Lane, AutoCloseable {
  private final List<Throwable> failures = new ArrayList<>();
  private final List<Runnable> after = new ArrayList<>();
  private volatile Thread thread;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(task -> {
        thread = new Thread(task, "lane");
        thread.setDaemon(true);
        return thread;
      });

  @Override
  public void execute(Runnable task) {
    executor.execute(() -> turn(task));
  }

  private void turn(Runnable task) {
    attempt(task);
    var due = List.copyOf(after);
    after.clear();
    due.forEach(this::attempt);
  }

  @Override
  public void afterTurn(Runnable task) {
    after.add(task);
  }

  @Override
  public Timer schedule(long delayNs, Runnable task) {
    var timer = executor.schedule(() -> turn(task), delayNs, TimeUnit.NANOSECONDS);
    return () -> timer.cancel(false);
  }

  @Override
  public Timer every(long periodNs, Runnable task) {
    var timer =
        executor.scheduleWithFixedDelay(() -> turn(task), periodNs, periodNs, TimeUnit.NANOSECONDS);
    return () -> timer.cancel(false);
  }

  @Override
  public boolean inLane() {
    return Thread.currentThread() == thread;
  }

  @Override
  public void failed(Throwable failure) {
    synchronized (failures) {
      failures.add(failure);
    }
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  List<Throwable> failures() {
    synchronized (failures) {
      return List.copyOf(failures);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
