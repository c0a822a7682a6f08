package io.byssus.server.transport;

import io.byssus.server.device.Gateways;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The listening socket for device frames over plain TCP. Its connections are spread over all event
 * loops, and live on when it is closed.
 */
public final class DevicePort implements AutoCloseable {
  private final Channel listening;

  private DevicePort(Channel listening) {
    this.listening = listening;
  }

  /**
   * Who is at the other end is told by nothing but its address.
   *
   * @param port 0: any free one
   * @param connections most that are open at once; others are closed at once
   * @param known which gateway is at an address, the first that fits; if there are any, no other
   *     peer is let in
   */
  public record Settings(String host, int port, int connections, List<Known> known) {
    public Settings {
      Range.check("port", port, 0, 65_535);
      Range.check("connections", connections, 1, Integer.MAX_VALUE);
      known = List.copyOf(known);
    }
  }

  /** The name of the gateway that is in a network, which may be one address. */
  public record Known(String gateway, Cidr network) {}

  /** Accepts connections from here on. Throws IOException if the address cannot be had. */
  public static DevicePort start(
      Settings settings,
      TransportSettings.Messages messages,
      EventLoops loops,
      Gateways gateways,
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
            // What is read at once is decoded at once, though the gateway may have had its share;
            // and a byte of garbage may be looked at 262 times.
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
                            new DeviceStream(
                                settings, loops, gateways, open, messages.closeTimeout()));
                  }
                });
    loops.transport().limitUnsent(bootstrap, unsent);
    var bound =
        loops.transport().bind(bootstrap, settings.host(), settings.port()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen on " + settings.host() + ":" + settings.port() + " for devices",
          bound.cause());
    }
    AcceptFailures.tell(bound.channel(), observer::acceptFailed);
    return new DevicePort(bound.channel());
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
