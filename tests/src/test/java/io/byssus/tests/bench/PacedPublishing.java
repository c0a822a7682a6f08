package io.byssus.tests.bench;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * A message every five milliseconds from a publisher to a subscriber, whatever the answers take.
 */
final class PacedPublishing {
  private static final Duration PERIOD = Duration.ofMillis(5);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long HIGHEST_NS = TimeUnit.MINUTES.toNanos(1);

  private final Generator generator;
  private final Client publisher;
  private final Client subscriber;
  private final Dialect.Publications publications;
  private final Queue<Long> sentNs = new ArrayDeque<>();

  static PacedPublishing open(
      Generator generator, InetSocketAddress from, InetSocketAddress to, Dialect dialect) {
    var subscriber = generator.open(to, dialect.subscriber());
    return new PacedPublishing(
        generator, generator.open(from, dialect.publisher(false)), subscriber, dialect);
  }

  private PacedPublishing(
      Generator generator, Client publisher, Client subscriber, Dialect dialect) {
    this.generator = generator;
    this.publisher = publisher;
    this.subscriber = subscriber;
    this.publications = dialect.publications(publisher);
  }

  /** What each message took, in nanoseconds; every one has come. */
  Histogram run(Duration time) {
    return generator.call(time.plus(PATIENCE), () -> new Run(time).start());
  }

  private final class Run {
    private final Histogram took = new Histogram(HIGHEST_NS, 3);
    private final CompletableFuture<Histogram> done = new CompletableFuture<>();
    private final long endNs;
    private ScheduledFuture<?> pace;

    Run(Duration time) {
      endNs = System.nanoTime() + time.toNanos();
    }

    CompletableFuture<Histogram> start() {
      subscriber.listen(this::text);
      pace = generator.every(PERIOD, this::publish);
      return done;
    }

    private void publish() {
      if (System.nanoTime() >= endNs) {
        pace.cancel(false);
        finish();
        return;
      }
      sentNs.add(System.nanoTime());
      publisher.write(publications.next());
    }

    private void text(Client heardBy, ByteBuf payload) {
      took.recordValue(System.nanoTime() - sentNs.remove());
      finish();
    }

    private void finish() {
      if (pace.isCancelled() && sentNs.isEmpty()) {
        done.complete(took);
      }
    }
  }
}
