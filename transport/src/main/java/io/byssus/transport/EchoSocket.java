package io.byssus.transport;

import io.byssus.protocol.CloseCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A WebSocket that says back what it hears. While the peer does not read, it is not read from. */
final class EchoSocket extends FrameHandler {
  private long heardAt = System.nanoTime();
  private @Nullable Future<?> idleCheck;

  EchoSocket(WebSocketContext context, long addressKey, boolean deflate) {
    super(context, addressKey, deflate);
  }

  /** Once this is in the pipeline. */
  void begin() {
    checkIdleIn(context.messages().echoIdleTimeout().toNanos());
  }

  private void checkIdleIn(long delayNs) {
    idleCheck = channel().eventLoop().schedule(this::checkIdle, delayNs, TimeUnit.NANOSECONDS);
  }

  private void checkIdle() {
    var left = context.messages().echoIdleTimeout().toNanos() - (System.nanoTime() - heardAt);
    if (!open()) {
      return;
    }
    if (left <= 0) {
      closeWith(CloseCode.GOING_AWAY);
    } else {
      checkIdleIn(left);
    }
  }

  @Override
  void text(ByteBuf message) {
    echo(message, FrameBytes.TEXT);
  }

  @Override
  void binary(ByteBuf message) {
    echo(message, FrameBytes.BINARY);
  }

  private void echo(ByteBuf message, int first) {
    var length = message.readableBytes();
    if (deflate() && context.deflation().worthwhile(length)) {
      var compressed = context.deflation().compress(ByteBufUtil.getBytes(message));
      frame(first | FrameBytes.COMPRESSED, compressed.length).writeBytes(compressed);
    } else {
      frame(first, length).writeBytes(message);
    }
    if (!channel().isWritable()) {
      channel().config().setAutoRead(false);
    }
  }

  private ByteBuf frame(int first, int length) {
    var out = gather(FrameBytes.headerBytes(length) + length);
    FrameBytes.writeHeader(out, first, length);
    return out;
  }

  @Override
  void heard() {
    heardAt = System.nanoTime();
  }

  @Override
  void drained() {
    channel().config().setAutoRead(true);
  }

  @Override
  void violated(CloseCode code) {
    closeWith(code);
  }

  @Override
  void gone() {
    if (idleCheck != null) {
      idleCheck.cancel(false);
    }
  }
}
