package io.byssus.client;

import java.net.http.HttpClient;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Shared by all clients of the process that bring nothing of their own; made at first use. */
final class Threads {
  private Threads() {}

  static Executor handlers() {
    return Handlers.POOL;
  }

  /**
   * {@code executor} as long as it takes tasks and runs them elsewhere than on {@code lane}, and
   * else our own. What waits for an answer must get it, even when the program has shut its executor
   * down before it closes the client; and one that is full may run tasks on the caller's thread.
   */
  static Executor orOurs(Lane lane, Executor executor) {
    return task -> {
      var once = new Once(lane, task);
      try {
        executor.execute(once);
      } catch (RuntimeException refused) {
        handlers().execute(once);
      }
    };
  }

  /** Runs a task that may have been given to two executors. */
  private static final class Once implements Runnable {
    private final Lane lane;
    private final Runnable task;
    private final AtomicBoolean begun = new AtomicBoolean();

    Once(Lane lane, Runnable task) {
      this.lane = lane;
      this.task = task;
    }

    @Override
    public void run() {
      if (lane.isHere()) {
        handlers().execute(this);
      } else if (begun.compareAndSet(false, true)) {
        task.run();
      }
    }
  }

  /** As many lanes as processors serve any number of clients, each client by one of them. */
  static Lane lane() {
    return Lanes.ALL.get(Math.floorMod(Lanes.NEXT.getAndIncrement(), Lanes.ALL.size()));
  }

  static HttpClient http() {
    return Http.CLIENT;
  }

  private static final class Lanes {
    private static final AtomicInteger NEXT = new AtomicInteger();
    private static final List<ThreadLane> ALL =
        IntStream.rangeClosed(1, Runtime.getRuntime().availableProcessors())
            .mapToObj(number -> new ThreadLane("byssus-lane-" + number))
            .toList();
  }

  private static final class Handlers {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final ExecutorService POOL =
        Executors.newCachedThreadPool(task -> {
          var thread =
              new Thread(null, task, "byssus-handler-" + COUNT.incrementAndGet(), 0, false);
          thread.setDaemon(true);
          return thread;
        });
  }

  private static final class Http {
    private static final HttpClient CLIENT =
        HttpClient.newBuilder().executor(Handlers.POOL).build();
  }
}
