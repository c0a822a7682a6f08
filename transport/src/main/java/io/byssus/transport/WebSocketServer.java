package io.byssus.transport;

import io.byssus.core.Budgets;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;

/**
 * The listening socket of a node. Its connections are spread over all event loops, and live on when
 * it is closed.
 */
public final class WebSocketServer implements AutoCloseable {
  private final Channel listening;
  private final LongAdder connections;

  private WebSocketServer(Channel listening, LongAdder connections) {
    this.listening = listening;
    this.connections = connections;
  }

  /** As the other, without a bound for all connections together. */
  public static WebSocketServer start(TransportSettings settings, EventLoops loops, Routes routes)
      throws IOException {
    return start(settings, loops, routes, Budgets.unbounded());
  }

  /**
   * Accepts connections from here on.
   *
   * @throws IOException if the address cannot be had
   */
  public static WebSocketServer start(
      TransportSettings settings, EventLoops loops, Routes routes, Budgets budgets)
      throws IOException {
    var listen = settings.listen();
    var listener = ListenerContext.of(settings, loops, routes, budgets);
    var unsent = settings.messages().unsentBytes();
    var bootstrap =
        new ServerBootstrap()
            .group(loops.group())
            .option(ChannelOption.SO_BACKLOG, listen.backlog())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(unsent / 2, unsent))
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, Reads.of(settings.deflate()))
            .childHandler(new Pipelines(listener));
    loops.transport().limitUnsent(bootstrap, unsent);
    var bound =
        loops.transport().bind(bootstrap, listen.host(), listen.port()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen on " + listen.host() + ":" + listen.port(), bound.cause());
    }
    AcceptFailures.tell(bound.channel(), routes.observer()::acceptFailed);
    return new WebSocketServer(bound.channel(), listener.connections());
  }

  /** With the real port, if any free one was asked for. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listening.localAddress();
  }

  /** How many TCP connections are open, whatever they are for. */
  public int connections() {
    return connections.intValue();
  }

  /** Accepts no more; what is connected stays. */
  @Override
  public void close() {
    listening.close().awaitUninterruptibly();
  }

  private static final class Pipelines extends ChannelInitializer<Channel> {
    private final ListenerContext listener;

    Pipelines(ListenerContext listener) {
      this.listener = listener;
    }

    @Override
    protected void initChannel(Channel channel) {
      channel
          .pipeline()
          .addLast(new HttpRequestDecoder(listener.http()))
          .addLast(new RequestHandler(listener));
    }
  }
}
