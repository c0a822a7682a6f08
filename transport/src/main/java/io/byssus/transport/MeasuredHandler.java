package io.byssus.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one WebSocket: what it holds is told to the holders of its loop, and its answers
 * are gathered in one buffer, which leaves when the loop has read all that there was. Confined to
 * the connection's event loop. There is one for every connection, so each field counts.
 */
abstract class MeasuredHandler extends ChannelInboundHandlerAdapter implements Holder {
  final WebSocketContext context;
  private @Nullable ByteBuf gathered;

  /** What the holders know of. */
  private int held;

  @SuppressWarnings("NullAway.Init")
  private Holders holders;

  @SuppressWarnings("NullAway.Init") // Netty sets it before anything else happens.
  ChannelHandlerContext ctx;

  MeasuredHandler(WebSocketContext context) {
    this.context = context;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
    holders = context.room().holders(added.channel().eventLoop());
    context.room().budgets().sessions().add(Room.SOCKET_BYTES);
  }

  final Channel channel() {
    return ctx.channel();
  }

  /** Bytes that have come in and are no whole message yet. */
  abstract int incomplete();

  @Override
  public final void weigh() {
    weigh(Unsent.of(channel()) + incomplete());
  }

  private void weigh(int now) {
    if (now != held) {
      var before = held;
      held = now;
      holders.changed(this, before, now);
    }
  }

  @Override
  public long holds() {
    return held;
  }

  /** What the holders know of. */
  final int held() {
    return held;
  }

  /** The connection is gone, and what it held with it. */
  final void forget() {
    weigh(0);
    context.room().budgets().sessions().add(-Room.SOCKET_BYTES);
  }

  /** Room for {@code bytes} more of what leaves, in this order, when everything is read. */
  final ByteBuf gather(int bytes) {
    if (gathered != null && gathered.readableBytes() + bytes > context.messages().unsentBytes()) {
      flushGathered();
    }
    if (gathered == null) {
      gathered = ctx.alloc().directBuffer(bytes);
    }
    return gathered.ensureWritable(bytes);
  }

  final void flushGathered() {
    if (gathered != null) {
      ctx.writeAndFlush(gathered, channel().unsafe().voidPromise());
      gathered = null;
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    flushGathered();
    weigh();
  }
}
