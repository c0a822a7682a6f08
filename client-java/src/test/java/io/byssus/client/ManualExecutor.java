package io.byssus.client;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/** Runs what it was given when a test says so: until then every handler blocks. */
final class ManualExecutor implements Executor {
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  void runAll() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }
}
