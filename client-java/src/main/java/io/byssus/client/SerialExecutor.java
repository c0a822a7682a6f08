package io.byssus.client;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * Runs tasks one after another on another executor. Holds 10,000; beyond that the newest is left
 * out, and that is logged. Any thread may call.
 */
final class SerialExecutor implements Executor {
  private static final System.Logger LOG = System.getLogger(SerialExecutor.class.getName());
  private static final int MAX = 10_000;

  private final Executor executor;
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private boolean running;

  SerialExecutor(Executor executor) {
    this.executor = executor;
  }

  @Override
  public void execute(Runnable task) {
    synchronized (tasks) {
      if (tasks.size() == MAX) {
        LOG.log(System.Logger.Level.WARNING, "a handler blocks; what it should hear is left out");
        return;
      }
      tasks.add(task);
      if (running) {
        return;
      }
      running = true;
    }
    executor.execute(this::run);
  }

  private void run() {
    while (true) {
      Runnable task;
      synchronized (tasks) {
        if (tasks.isEmpty()) {
          running = false;
          return;
        }
        task = tasks.remove();
      }
      try {
        task.run();
      } catch (RuntimeException | Error thrown) {
        LOG.log(System.Logger.Level.WARNING, "a handler has thrown", thrown);
      }
    }
  }
}
