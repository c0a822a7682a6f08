package io.byssus.server.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
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
    log.warn("transport {} is not available here, using nio", this);
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

  Class<? extends ServerChannel> serverChannel() {
    return switch (this) {
      case EPOLL -> EpollServerSocketChannel.class;
      case IO_URING -> IoUringServerSocketChannel.class;
      case NIO -> NioServerSocketChannel.class;
    };
  }
}
