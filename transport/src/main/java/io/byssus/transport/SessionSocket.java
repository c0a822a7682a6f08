package io.byssus.transport;

import io.byssus.core.connection.Connection;
import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Frame;
import io.byssus.core.connection.Peer;
import io.byssus.core.connection.Socket;
import io.byssus.core.lane.Lane;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;

/** A WebSocket that speaks the native protocol, for a node's connection. */
final class SessionSocket extends FrameHandler implements Socket {
  private static final String TEXT_ONLY =
      "send text frames: binary frames are not supported (1003, unsupported_data)";
  private static final int LARGE = 16 << 10;

  @SuppressWarnings("NullAway.Init") // begin() comes before the first frame.
  private Connection connection;

  private final ChannelHandlerContext out;

  /**
   * @param out where writes start: nothing between there and the socket looks at them
   */
  SessionSocket(
      WebSocketContext context, long addressKey, boolean deflate, ChannelHandlerContext out) {
    super(context, addressKey, deflate);
    this.out = out;
  }

  /** Once this is in the pipeline. */
  void begin(Lane lane, Encoding encoding, Peer peer) {
    connection = context.sessions().open(lane, this, encoding, peer);
  }

  @Override
  void text(ByteBuf message) {
    var bytes = ByteBufUtil.getBytes(message);
    if (connection.batch()) {
      context.codec().commands(bytes).forEach(connection::received);
    } else {
      connection.received(context.codec().command(bytes, 0, bytes.length));
    }
  }

  @Override
  public long holds() {
    return super.holds() + (connection == null ? 0 : connection.waiting());
  }

  @Override
  void binary(ByteBuf message) {
    connection.send(new ServerMessage.Failed(0, ErrorCode.MALFORMED, TEXT_ONLY));
    connection.close(CloseCode.UNSUPPORTED_DATA);
  }

  @Override
  void heard() {
    connection.heard();
  }

  @Override
  void drained() {
    connection.drained();
  }

  @Override
  void violated(CloseCode code) {
    connection.close(code);
  }

  @Override
  void gone() {
    if (connection != null) {
      connection.gone(CloseCode.GOING_AWAY);
    }
  }

  @Override
  public void write(Frame frame) {
    if (open()) {
      var bytes = frame.bytes();
      out.write(((WireFrame) frame).take(), channel().unsafe().voidPromise());
      if (bytes >= LARGE) {
        weigh(); // the others of this turn must know before it is flushed
      }
    } else {
      frame.release();
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
  public void ping() {
    if (open() && writable()) {
      FrameBytes.writePing(gather(2));
      flushGathered();
    }
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
