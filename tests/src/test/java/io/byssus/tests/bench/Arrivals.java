package io.byssus.tests.bench;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Clients that come, hear that they are welcome, and go at once without a word. It is the coming
 * that is measured.
 */
final class Arrivals implements Load {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Generator generator;
  private final InetSocketAddress server;
  private final Opening opening;
  private final int inFlight;
  private long come;
  private int coming;
  private long endNs;
  private CompletableFuture<Long> done = new CompletableFuture<>();

  Arrivals(Generator generator, InetSocketAddress server, Opening opening, int inFlight) {
    this.generator = generator;
    this.server = server;
    this.opening = opening;
    this.inFlight = inFlight;
  }

  @Override
  public long run(Duration time) {
    return generator.call(time.plus(PATIENCE), () -> begin(time));
  }

  private CompletableFuture<Long> begin(Duration time) {
    var before = come;
    endNs = System.nanoTime() + time.toNanos();
    done = new CompletableFuture<>();
    coming = inFlight;
    for (var i = 0; i < inFlight; i++) {
      next();
    }
    return done.thenApply(_ -> come - before);
  }

  private void next() {
    var client = generator.connect(server, opening);
    client.opened().whenComplete((_, failure) -> opened(client, failure));
  }

  private void opened(Client client, Throwable failure) {
    if (failure != null) {
      done.completeExceptionally(failure);
      return;
    }
    client.reset();
    come++;
    if (System.nanoTime() < endNs) {
      next();
    } else if (--coming == 0) {
      done.complete(come);
    }
  }

  @Override
  public void close() {}
}
