package io.byssus.tests.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** The one thread that makes the load. Everything that it drives is confined to it. */
final class Generator implements AutoCloseable {
  /** An address has some 28,000 ports for its side of a connection. */
  private static final int SOURCES = 8;

  private static final int OPENING_AT_ONCE = 64;
  private static final Duration OPENING_TIMEOUT = Duration.ofMinutes(2);

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private int source;

  /** On the loop. */
  Client connect(InetSocketAddress server, Opening opening) {
    var client = new Client(opening);
    source = (source + 1) % SOURCES;
    new Bootstrap()
        .group(group)
        .channel(EpollSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(4096))
        .handler(client)
        .connect(server, new InetSocketAddress("127.0.0." + (2 + source), 0))
        .addListener(done -> {
          if (!done.isSuccess()) {
            client.opened().completeExceptionally(done.cause());
          }
        });
    return client;
  }

  /** Open, each with an answer to all that it had to say. */
  List<Client> open(InetSocketAddress server, int count, IntFunction<Opening> openings) {
    return open(server, count, OPENING_AT_ONCE, openings);
  }

  /**
   * @param atOnce how many may be on their way
   */
  List<Client> open(
      InetSocketAddress server, int count, int atOnce, IntFunction<Opening> openings) {
    return call(OPENING_TIMEOUT, () -> new Wave(server, count, openings).start(atOnce));
  }

  Client open(InetSocketAddress server, Opening opening) {
    return open(server, 1, _ -> opening).getFirst();
  }

  void reset(List<Client> clients) {
    call(
        OPENING_TIMEOUT,
        () -> {
          clients.forEach(Client::reset);
          return CompletableFuture.completedFuture(null);
        });
  }

  /** Starts something on the loop and waits for what becomes of it. */
  <T> T call(Duration timeout, Supplier<CompletableFuture<T>> start) {
    try {
      return CompletableFuture.supplyAsync(start, loop)
          .thenCompose(result -> result)
          .get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("nothing more happened for " + timeout, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** On the loop, again and again. */
  ScheduledFuture<?> every(Duration period, Runnable task) {
    var ns = period.toNanos();
    return loop.scheduleAtFixedRate(task, ns, ns, TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** Many connections, not all at the same moment. */
  private final class Wave {
    private final InetSocketAddress server;
    private final int count;
    private final IntFunction<Opening> openings;
    private final List<Client> open = new ArrayList<>();
    private final CompletableFuture<List<Client>> all = new CompletableFuture<>();
    private int begun;

    Wave(InetSocketAddress server, int count, IntFunction<Opening> openings) {
      this.server = server;
      this.count = count;
      this.openings = openings;
    }

    CompletableFuture<List<Client>> start(int atOnce) {
      while (begun < Math.min(count, atOnce)) {
        openNext();
      }
      return all;
    }

    private void openNext() {
      var client = connect(server, openings.apply(begun++));
      client.opened().whenComplete((_, failure) -> ended(client, failure));
    }

    private void ended(Client client, Throwable failure) {
      if (failure != null) {
        all.completeExceptionally(failure);
        return;
      }
      open.add(client);
      if (open.size() == count) {
        all.complete(open);
      } else if (begun < count) {
        openNext();
      }
    }
  }
}
