package io.byssus.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A listening socket for a {@link ByteProtocol} over plain TCP. Its connections are spread over all
 * event loops, and live on when it is closed.
 */
public final class TcpServer implements AutoCloseable {
  private final Channel listening;

  private TcpServer(Channel listening) {
    this.listening = listening;
  }

  /**
   * @param port 0: any free one
   * @param connections most that are open at once; others are closed at once
   */
  public record Settings(String host, int port, int connections) {
    public Settings {
      Range.check("port", port, 0, 65_535);
      Range.check("connections", connections, 1, Integer.MAX_VALUE);
    }
  }

  /** Accepts connections from here on. Throws IOException if the address cannot be had. */
  public static TcpServer start(
      Settings settings,
      TransportSettings.Messages messages,
      EventLoops loops,
      ByteProtocol protocol,
      TransportObserver observer)
      throws IOException {
    var unsent = messages.unsentBytes();
    var open = new AtomicInteger();
    var bootstrap =
        new ServerBootstrap()
            .group(loops.group())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            // Nothing is read before it is known who is there.
            .childOption(ChannelOption.AUTO_READ, false)
            // What is read at once is decoded at once, though the peer may have had its share; and
            // a device frame may make us look at a byte of garbage 262 times.
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(64, 2048, 8192))
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(unsent / 2, unsent))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new ByteStream(
                                settings, loops, protocol, open, messages.closeTimeout()));
                  }
                });
    loops.transport().limitUnsent(bootstrap, unsent);
    var bound =
        loops.transport().bind(bootstrap, settings.host(), settings.port()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen on " + settings.host() + ":" + settings.port(), bound.cause());
    }
    AcceptFailures.tell(bound.channel(), observer::acceptFailed);
    return new TcpServer(bound.channel());
  }

  /** With the real port, if any free one was asked for. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listening.localAddress();
  }

  /** Accepts no more; what is connected stays. */
  @Override
  public void close() {
    listening.close().awaitUninterruptibly();
  }
}
