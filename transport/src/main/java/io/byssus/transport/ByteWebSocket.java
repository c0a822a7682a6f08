package io.byssus.transport;

import io.byssus.core.connection.Peer;
import io.byssus.core.lane.Lane;
import io.byssus.protocol.CloseCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/** A WebSocket that carries the binary messages of a {@link ByteProtocol}. */
final class ByteWebSocket extends FrameHandler implements ByteSocket {
  private final ChannelHandlerContext out;
  private @Nullable ByteReceiver receiver;

  /**
   * @param out where writes start: nothing between there and the socket looks at them
   */
  ByteWebSocket(
      WebSocketContext context, long addressKey, boolean deflate, ChannelHandlerContext out) {
    super(context, addressKey, deflate);
    this.out = out;
  }

  /** Once this is in the pipeline. */
  void begin(ByteProtocol.Opener opener, Lane lane, Peer peer) {
    receiver = opener.open(lane, peer, this);
  }

  @Override
  void text(ByteBuf message) {
    violated(CloseCode.UNSUPPORTED_DATA);
    closeWith(CloseCode.UNSUPPORTED_DATA);
  }

  @Override
  void binary(ByteBuf message) {
    if (receiver != null) {
      receiver.message(ByteBufUtil.getBytes(message));
    }
  }

  @Override
  void heard() {
    if (receiver != null) {
      receiver.heard();
    }
  }

  @Override
  void drained() {
    if (receiver != null) {
      receiver.drained();
    }
  }

  @Override
  void violated(CloseCode code) {
    if (receiver != null) {
      receiver.gone(code);
    }
  }

  @Override
  void gone() {
    violated(CloseCode.GOING_AWAY);
  }

  @Override
  public void write(byte[] message, Runnable written) {
    if (open()) {
      var bytes = out.alloc().directBuffer(FrameBytes.headerBytes(message.length) + message.length);
      FrameBytes.writeHeader(bytes, FrameBytes.BINARY, message.length);
      out.write(bytes.writeBytes(message))
          .addListener(done -> {
            if (done.isSuccess()) {
              written.run();
            }
          });
    }
  }

  @Override
  public void flush() {
    if (open()) {
      out.flush();
      weigh();
    }
  }

  @Override
  public boolean writable() {
    return channel().isWritable();
  }

  @Override
  public int unsent() {
    return Unsent.of(channel());
  }

  @Override
  public void reading(boolean on) {
    if (open()) {
      channel().config().setAutoRead(on);
    }
  }

  @Override
  public void close(CloseCode code) {
    closeWith(code);
  }
}
