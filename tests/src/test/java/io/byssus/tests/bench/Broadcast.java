package io.byssus.tests.bench;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One publisher and many subscribers. The next burst is published when every subscriber has the one
 * before, whole: each text is counted, and measured.
 */
final class Broadcast implements Load {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Generator generator;
  private final List<Client> subscribers;
  private final Client publisher;
  private final Dialect.Publications publications;
  private final int burst;
  private long published;
  private long arrived;
  private long endNs;
  private CompletableFuture<Long> done = new CompletableFuture<>();

  /**
   * @param burst messages in flight; they are written at once
   */
  static Broadcast open(
      Generator generator, InetSocketAddress server, Dialect dialect, int subscribers, int burst) {
    return open(generator, server, server, dialect, subscribers, burst);
  }

  /**
   * @param from the server that the publisher is connected to
   * @param to that of the subscribers
   */
  static Broadcast open(
      Generator generator,
      InetSocketAddress from,
      InetSocketAddress to,
      Dialect dialect,
      int subscribers,
      int burst) {
    var audience = generator.open(to, subscribers, _ -> dialect.subscriber());
    var publisher = generator.open(from, dialect.publisher(burst > 1));
    return new Broadcast(generator, audience, publisher, dialect.publications(publisher), burst);
  }

  private Broadcast(
      Generator generator,
      List<Client> subscribers,
      Client publisher,
      Dialect.Publications publications,
      int burst) {
    this.generator = generator;
    this.subscribers = subscribers;
    this.publisher = publisher;
    this.publications = publications;
    this.burst = burst;
  }

  @Override
  public long run(Duration time) {
    try {
      return generator.call(time.plus(PATIENCE), () -> begin(time));
    } catch (IllegalStateException e) {
      throw new IllegalStateException(
          arrived + " of " + published * subscribers.size() + " texts have come; " + endings(), e);
    }
  }

  private CompletableFuture<Long> begin(Duration time) {
    var before = arrived;
    subscribers.forEach(subscriber -> subscriber.listen(this::text));
    endNs = System.nanoTime() + time.toNanos();
    done = new CompletableFuture<>();
    publish();
    return done.thenApply(_ -> arrived - before);
  }

  private void publish() {
    published += burst;
    publisher.write(publications.next(burst));
  }

  private void text(Client subscriber, ByteBuf payload) {
    if (payload.readableBytes() != Dialect.MESSAGE_BYTES) {
      done.completeExceptionally(
          new IllegalStateException(
              "a text of other length: " + payload.toString(StandardCharsets.UTF_8)));
    }
    arrived++;
    if (arrived == published * subscribers.size()) {
      if (System.nanoTime() < endNs) {
        publish();
      } else {
        finish();
      }
    }
  }

  /** Each subscriber has all that was published: nobody has got what another lacks. */
  private void finish() {
    var odd = subscribers.stream().filter(subscriber -> subscriber.texts() != published).count();
    if (odd == 0) {
      done.complete(arrived);
    } else {
      done.completeExceptionally(
          new IllegalStateException(odd + " subscribers have not each text once"));
    }
  }

  private String endings() {
    var lost = subscribers.stream().filter(subscriber -> !subscriber.ending().isEmpty()).toList();
    return lost.isEmpty()
        ? "all subscribers are there; publisher: " + publisher.ending()
        : lost.size() + " subscribers are gone: " + lost.getFirst().ending();
  }

  @Override
  public void close() {
    generator.reset(List.of(publisher));
    generator.reset(subscribers);
  }
}
