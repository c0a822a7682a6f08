package io.byssus.server.transport;

import io.byssus.core.connection.Peer;
import io.byssus.protocol.CloseCode;
import io.byssus.server.device.Gateway;
import io.byssus.server.device.GatewaySocket;
import io.byssus.server.device.Gateways;
import io.byssus.server.device.Gateways.Entry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One gateway's TCP connection. Confined to its event loop. */
final class DeviceStream extends ChannelInboundHandlerAdapter implements GatewaySocket {
  private static final Logger log = LoggerFactory.getLogger(DeviceStream.class);

  private final DevicePort.Settings settings;
  private final EventLoops loops;
  private final Gateways gateways;
  private final AtomicInteger open;
  private final Duration patience;
  private @Nullable Gateway gateway;

  @SuppressWarnings("NullAway.Init") // Netty sets it before anything else happens.
  private ChannelHandlerContext ctx;

  @SuppressWarnings("NullAway.Init")
  private Channel channel;

  /**
   * @param open how many connections there are
   * @param patience time that a peer has to take what we wrote, and to close, once we have
   */
  DeviceStream(
      DevicePort.Settings settings,
      EventLoops loops,
      Gateways gateways,
      AtomicInteger open,
      Duration patience) {
    this.settings = settings;
    this.loops = loops;
    this.gateways = gateways;
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
      gateways.refused(peer);
      ctx.close();
      return;
    }
    var lane = loops.lane(channel.eventLoop());
    lane.when(
        admit(address, peer),
        (entry, _) -> {
          if (!channel.isActive()) {
            return;
          }
          if (entry instanceof Entry.Admitted who) {
            gateway = gateways.open(who, lane, peer, this);
            channel.config().setAutoRead(true);
          } else {
            channel.close();
          }
        });
  }

  private CompletionStage<Entry> admit(InetAddress address, Peer peer) {
    for (var known : settings.known()) {
      if (known.network().contains(address)) {
        return CompletableFuture.completedStage(
            new Entry.Admitted(known.gateway(), known.gateway()));
      }
    }
    if (!settings.known().isEmpty()) {
      gateways.refused(peer);
      return CompletableFuture.completedStage(new Entry.Refused(403));
    }
    return gateways.admit("", Optional.of(peer.address().replace(':', '-')), peer);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (gateway != null) {
        gateway.received(ByteBufUtil.getBytes((ByteBuf) message));
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (gateway != null && channel.isWritable()) {
      gateway.drained();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    open.decrementAndGet();
    if (gateway != null) {
      gateway.ended();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
    if (!(failure instanceof IOException)) {
      log.atError()
          .addKeyValue("event", "connection_failed")
          .setCause(failure)
          .log("closing a gateway's connection after an unexpected failure");
    }
    ctx.close();
  }

  @Override
  public void write(byte[] frame, Runnable written) {
    channel
        .write(Unpooled.wrappedBuffer(frame))
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
    LastWords.say(ctx, Unpooled.EMPTY_BUFFER, patience);
  }
}
