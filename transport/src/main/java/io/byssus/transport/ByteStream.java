package io.byssus.transport;

import io.byssus.core.connection.Peer;
import io.byssus.protocol.CloseCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One TCP connection of a {@link ByteProtocol}. Confined to its event loop. */
final class ByteStream extends ChannelInboundHandlerAdapter implements ByteSocket {
  private static final Logger log = LoggerFactory.getLogger(ByteStream.class);

  private final TcpServer.Settings settings;
  private final EventLoops loops;
  private final ByteProtocol protocol;
  private final AtomicInteger open;
  private final Duration patience;
  private @Nullable ByteReceiver receiver;

  @SuppressWarnings("NullAway.Init") // Netty sets it before anything else happens.
  private ChannelHandlerContext ctx;

  @SuppressWarnings("NullAway.Init")
  private Channel channel;

  /**
   * @param open how many connections there are
   * @param patience time that a peer has to take what we wrote, and to close, once we have
   */
  ByteStream(
      TcpServer.Settings settings,
      EventLoops loops,
      ByteProtocol protocol,
      AtomicInteger open,
      Duration patience) {
    this.settings = settings;
    this.loops = loops;
    this.protocol = protocol;
    this.open = open;
    this.patience = patience;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
    channel = added.channel();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    var tooMany = open.incrementAndGet() > settings.connections();
    if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
      ctx.close(); // The client has gone before it could be asked who it is.
      return;
    }
    var address = remote.getAddress();
    var peer = new Peer(NetUtil.toAddressString(address), address.isLoopbackAddress());
    if (tooMany) {
      protocol.refused(peer);
      ctx.close();
      return;
    }
    var lane = loops.lane(channel.eventLoop());
    lane.when(
        protocol.admit(address, peer),
        (entry, _) -> {
          if (!channel.isActive()) {
            return;
          }
          if (entry instanceof ByteProtocol.Entry.Admitted(var opener)) {
            receiver = opener.open(lane, peer, this);
            channel.config().setAutoRead(true);
          } else {
            channel.close();
          }
        });
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (receiver != null) {
        receiver.received(ByteBufUtil.getBytes((ByteBuf) message));
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (receiver != null && channel.isWritable()) {
      receiver.drained();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    open.decrementAndGet();
    if (receiver != null) {
      receiver.ended();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
    if (!(failure instanceof IOException)) {
      log.atError()
          .addKeyValue("event", "connection_failed")
          .setCause(failure)
          .log("closing a TCP connection after an unexpected failure");
    }
    ctx.close();
  }

  @Override
  public void write(byte[] message, Runnable written) {
    channel
        .write(Unpooled.wrappedBuffer(message))
        .addListener(done -> {
          if (done.isSuccess()) {
            written.run();
          }
        });
  }

  @Override
  public void flush() {
    channel.flush();
  }

  @Override
  public boolean writable() {
    return channel.isWritable();
  }

  @Override
  public int unsent() {
    return Unsent.of(channel);
  }

  @Override
  public void reading(boolean on) {
    channel.config().setAutoRead(on);
  }

  @Override
  public void close(CloseCode code) {
    // There is no way to say why: the code is counted with the connections that end.
    LingeringClose.send(ctx, Unpooled.EMPTY_BUFFER, patience);
  }
}
