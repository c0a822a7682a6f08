package io.byssus.tests.bench;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Connections that each say something, and again when they have heard it back. */
final class Echoes implements Load {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Generator generator;
  private final List<Client> clients;
  private final ByteBuf text = ClientFrames.text("x".repeat(Dialect.MESSAGE_BYTES));
  private long heard;
  private int waiting;
  private long endNs;
  private CompletableFuture<Long> done = new CompletableFuture<>();

  static Echoes open(Generator generator, InetSocketAddress server, int connections) {
    return new Echoes(
        generator, generator.open(server, connections, _ -> Opening.bare(MinimalNetty.ECHO)));
  }

  private Echoes(Generator generator, List<Client> clients) {
    this.generator = generator;
    this.clients = clients;
  }

  @Override
  public long run(Duration time) {
    return generator.call(time.plus(PATIENCE), () -> begin(time));
  }

  private CompletableFuture<Long> begin(Duration time) {
    var before = heard;
    endNs = System.nanoTime() + time.toNanos();
    done = new CompletableFuture<>();
    waiting = clients.size();
    for (var client : clients) {
      client.listen(this::heard);
      say(client);
    }
    return done.thenApply(_ -> heard - before);
  }

  private void say(Client client) {
    client.write(text.retainedDuplicate());
  }

  private void heard(Client client, ByteBuf payload) {
    if (payload.readableBytes() != Dialect.MESSAGE_BYTES) {
      done.completeExceptionally(new IllegalStateException("an echo of other length"));
    }
    heard++;
    if (System.nanoTime() < endNs) {
      say(client);
    } else if (--waiting == 0) {
      done.complete(heard);
    }
  }

  @Override
  public void close() {
    generator.reset(clients);
    text.release();
  }
}
