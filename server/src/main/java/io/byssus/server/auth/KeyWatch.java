package io.byssus.server.auth;

import java.time.Duration;
import java.util.List;

/** Looks after sources of keys, on a thread of its own. */
final class KeyWatch implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofSeconds(1);

  private final Thread thread;

  private KeyWatch(List<KeySource> sources) {
    thread = Thread.ofVirtual().name("byssus-keys").unstarted(() -> run(sources));
  }

  static KeyWatch start(List<KeySource> sources) {
    var watch = new KeyWatch(sources);
    watch.thread.start();
    return watch;
  }

  private static void run(List<KeySource> sources) {
    try {
      while (true) {
        Thread.sleep(PERIOD);
        sources.forEach(KeySource::look);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the end
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
