package io.byssus.server.transport;

import io.byssus.core.connection.Peer;
import io.byssus.core.lane.Lane;
import io.byssus.protocol.CloseCode;
import io.byssus.server.device.Gateway;
import io.byssus.server.device.GatewaySocket;
import io.byssus.server.device.Gateways;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/** A WebSocket that carries device frames: whole ones in each binary message. */
final class DeviceSocket extends FrameHandler implements GatewaySocket {
  private final ChannelHandlerContext out;
  private @Nullable Gateway gateway;

  /**
   * @param out where writes start: nothing between there and the socket looks at them
   */
  DeviceSocket(
      WebSocketContext context, long addressKey, boolean deflate, ChannelHandlerContext out) {
    super(context, addressKey, deflate);
    this.out = out;
  }

  /** Once this is in the pipeline. */
  void begin(Gateways gateways, Gateways.Entry.Admitted who, Lane lane, Peer peer) {
    gateway = gateways.open(who, lane, peer, this);
  }

  @Override
  void text(ByteBuf message) {
    violated(CloseCode.UNSUPPORTED_DATA);
    closeWith(CloseCode.UNSUPPORTED_DATA);
  }

  @Override
  void binary(ByteBuf message) {
    if (gateway != null) {
      gateway.message(ByteBufUtil.getBytes(message));
    }
  }

  @Override
  void heard() {
    if (gateway != null) {
      gateway.heard();
    }
  }

  @Override
  void drained() {
    if (gateway != null) {
      gateway.drained();
    }
  }

  @Override
  void violated(CloseCode code) {
    if (gateway != null) {
      gateway.gone(code);
    }
  }

  @Override
  void gone() {
    violated(CloseCode.GOING_AWAY);
  }

  @Override
  public void write(byte[] frame, Runnable written) {
    if (open()) {
      var bytes = out.alloc().directBuffer(FrameBytes.headerBytes(frame.length) + frame.length);
      FrameBytes.writeHeader(bytes, FrameBytes.BINARY, frame.length);
      out.write(bytes.writeBytes(frame))
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
