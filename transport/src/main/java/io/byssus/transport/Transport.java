package io.byssus.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the event loops talk to the kernel. */
public enum Transport {
  /** Linux; the default. */
  EPOLL,
  /** Linux 5.9 and later: cheaper under load, where the kernel lets us use it. */
  IO_URING,
  /** Everywhere. */
  NIO;

  private static final Logger log = LoggerFactory.getLogger(Transport.class);

  /** This one, or {@link #NIO} where this one does not work. */
  Transport orFallback() {
    if (available()) {
      return this;
    }
    log.atWarn()
        .addKeyValue("event", "transport_unavailable")
        .addArgument(this)
        .log("transport {} is not available here, using nio");
    return NIO;
  }

  private boolean available() {
    return switch (this) {
      case EPOLL -> Epoll.isAvailable();
      case IO_URING -> IoUring.isAvailable();
      case NIO -> true;
    };
  }

  IoHandlerFactory ioHandlers() {
    return switch (this) {
      case EPOLL -> EpollIoHandler.newFactory();
      // Netty's own sizes overflow at about a thousand connections, and then each message is slow.
      case IO_URING ->
          IoUringIoHandler.newFactory(
              new IoUringIoHandlerConfig().setRingSize(4096).setCqSize(32_768));
      case NIO -> NioIoHandler.newFactory();
    };
  }

  /**
   * Keeps the kernel from hoarding megabytes for a peer that does not read: what it has not sent
   * yet is bounded too.
   */
  void limitUnsent(ServerBootstrap server, long bytes) {
    switch (this) {
      case EPOLL -> server.childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, bytes);
      case IO_URING -> server.childOption(IoUringChannelOption.TCP_NOTSENT_LOWAT, bytes);
      case NIO -> {} // The JDK does not know the option.
    }
  }

  /**
   * Listens on {@code host}. A socket for all IPv6 addresses takes those of IPv4 too, as {@code ::}
   * is meant; but {@code 0.0.0.0} is every address of IPv4 and no other.
   */
  ChannelFuture bind(ServerBootstrap server, String host, int port) {
    var address = new InetSocketAddress(host, port);
    var ipv4 = address.getAddress() instanceof Inet4Address;
    return switch (this) {
      case EPOLL ->
          server
              .channelFactory(() ->
                  ipv4
                      ? new EpollServerSocketChannel(SocketProtocolFamily.INET)
                      : new EpollServerSocketChannel())
              .bind(address);
      case NIO ->
          server
              .channelFactory(() ->
                  ipv4
                      ? new NioServerSocketChannel(
                          SelectorProvider.provider(), SocketProtocolFamily.INET)
                      : new NioServerSocketChannel())
              .bind(address);
      // Its sockets cannot be told their family.
      case IO_URING ->
          server
              .channelFactory(IoUringServerSocketChannel::new)
              .handler(ipv4 ? new OnlyIpv4() : new ChannelInboundHandlerAdapter())
              .bind(address);
    };
  }

  /** Ends what comes by IPv6 before anybody looks at it. */
  private static final class OnlyIpv4 extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
      if (accepted instanceof Channel channel
          && channel.remoteAddress() instanceof InetSocketAddress peer
          && peer.getAddress() instanceof Inet6Address) {
        channel.unsafe().closeForcibly();
      } else {
        ctx.fireChannelRead(accepted);
      }
    }
  }
}
