package io.byssus.tests.memory;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Somebody who was there before the strangers: publishes a few times a second to a channel of its
 * own, and waits until it hears that. Comes back to its session when its connection ends.
 */
final class Bystander implements AutoCloseable {
  private static final long PAUSE_MS = 200;

  private final int port;
  private final String channel;
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicInteger heard = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger cutOff = new AtomicInteger();
  private final AtomicLong longestNs = new AtomicLong();
  private final Thread thread;

  private Bystander(int port, String channel) {
    this.port = port;
    this.channel = channel;
    this.thread = Thread.startVirtualThread(this::run);
  }

  static Bystander start(int port, String channel) {
    return new Bystander(port, channel);
  }

  private void run() {
    var secret = "";
    while (!over.get()) {
      try (var mine =
          secret.isEmpty() ? Stranger.connected(port) : Stranger.connected(port, secret)) {
        if (secret.isEmpty()) {
          mine.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + channel + "\"}");
          mine.await("\"id\":2");
        }
        secret = mine.secret();
        while (!over.get()) {
          once(mine);
          pause();
        }
      } catch (IOException lost) {
        cutOff.incrementAndGet();
        if (String.valueOf(lost.getMessage()).contains("session_expired")) {
          secret = "";
        }
        pause();
      }
    }
  }

  private void once(Stranger mine) throws IOException {
    var from = System.nanoTime();
    var data = "\"" + from + "\"";
    mine.text(
        "{\"type\":\"publish\",\"id\":3,\"channel\":\"" + channel + "\",\"data\":" + data + "}");
    while (true) {
      var text = mine.read();
      if (text.contains("\"type\":\"error\"")) {
        refused.incrementAndGet();
        return;
      }
      if (text.contains(data)) {
        longestNs.accumulateAndGet(System.nanoTime() - from, Math::max);
        heard.incrementAndGet();
        return;
      }
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** How many of its own it has heard. */
  int heard() {
    return heard.get();
  }

  @Override
  public String toString() {
    return "%d heard, longest wait %d ms, %d refused, %d times cut off"
        .formatted(
            heard.get(),
            TimeUnit.NANOSECONDS.toMillis(longestNs.get()),
            refused.get(),
            cutOff.get());
  }

  @Override
  public void close() {
    over.set(true);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
