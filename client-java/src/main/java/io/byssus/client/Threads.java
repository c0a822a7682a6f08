package io.byssus.client;

import java.net.http.HttpClient;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** Shared by all clients of the process that bring nothing of their own; made at first use. */
final class Threads {
  private Threads() {}

  static Executor handlers() {
    return Handlers.POOL;
  }

  /**
   * {@code executor} as long as it takes tasks, and then our own: what waits for an answer must get
   * it, even when the program has shut its executor down before it closes the client.
   */
  static Executor orOurs(Executor executor) {
    return task -> {
      try {
        executor.execute(task);
      } catch (RejectedExecutionException shutDown) {
        handlers().execute(task);
      }
    };
  }

  static HttpClient http() {
    return Http.CLIENT;
  }

  private static final class Handlers {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final ExecutorService POOL =
        Executors.newCachedThreadPool(task -> {
          var thread = new Thread(task, "byssus-handler-" + COUNT.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  private static final class Http {
    private static final HttpClient CLIENT =
        HttpClient.newBuilder().executor(Handlers.POOL).build();
  }
}
