package io.byssus.transport;

import io.byssus.protocol.CloseCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket after the handshake, as RFC 6455 wants it: whole messages go to the subclass,
 * control frames are answered, and every ending sends exactly one close frame.
 *
 * <p>Netty's decoder in front refuses what is wrong with a single frame; what spans frames
 * (fragments, text, compression, rates) is checked here. Confined to the connection's event loop.
 */
abstract class FrameHandler extends MeasuredHandler {
  private static final Logger log = LoggerFactory.getLogger(FrameHandler.class);

  private static final int RSV1 = 4;

  private enum State {
    OPEN,
    /** The peer broke a rule; the close frame that says so is about to be sent. */
    FAILING,
    /** A close frame is sent; only the peer's is waited for. */
    CLOSING,
    /** Nothing that comes in is looked at any more. */
    DEAF
  }

  private final long addressKey;
  private final boolean deflate;
  private State state = State.OPEN;
  private long controlsFullAt = System.nanoTime();
  private @Nullable Fragments fragments;
  private @Nullable Future<?> timer;
  private @Nullable ByteBuf pongDue;

  @SuppressWarnings("NullAway.Init")
  private FrameDecoder decoder;

  /**
   * @param addressKey with which the connection has entered the address limit
   * @param deflate whether permessage-deflate was negotiated
   */
  FrameHandler(WebSocketContext context, long addressKey, boolean deflate) {
    super(context);
    this.addressKey = addressKey;
    this.deflate = deflate;
  }

  /** A whole text, in valid UTF-8. The caller releases it. */
  abstract void text(ByteBuf message);

  /** The caller releases {@code message}. */
  abstract void binary(ByteBuf message);

  /** A frame of whatever kind has come in. */
  abstract void heard();

  /** The connection takes more again. */
  abstract void drained();

  /**
   * The peer broke a rule: {@link #close} with {@code code}, by the way that every ending takes.
   */
  abstract void violated(CloseCode code);

  /** The peer is gone, or has said that it goes. May come twice, and after our own close. */
  abstract void gone();

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    super.handlerAdded(added);
    decoder = added.pipeline().get(FrameDecoder.class);
  }

  final boolean open() {
    return state == State.OPEN;
  }

  final boolean deflate() {
    return deflate;
  }

  // What it holds.

  @Override
  final int incomplete() {
    return decoder.pending() + (fragments == null ? 0 : fragments.bytes().readableBytes());
  }

  /** Without waiting for a peer that takes nothing. */
  @Override
  public final void letGo() {
    var unsent = Unsent.of(channel());
    var code = 2 * unsent >= held() ? CloseCode.SLOW_CONSUMER : CloseCode.TRY_AGAIN_LATER;
    violated(code);
    closeWith(code);
    if (unsent > 0) {
      LingeringClose.reset(channel());
    }
  }

  // What comes in.

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      // What was still undecoded when the decoder was removed is no frame.
      if (message instanceof WebSocketFrame frame) {
        received(frame);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void received(WebSocketFrame frame) {
    switch (state) {
      case OPEN -> {
        heard();
        accept(frame);
      }
      case CLOSING -> {
        if (frame instanceof CloseWebSocketFrame) {
          ctx.close();
        }
      }
      case FAILING, DEAF -> {}
    }
  }

  private void accept(WebSocketFrame frame) {
    if (!reservedBitsAllowed(frame)) {
      fail(CloseCode.PROTOCOL_ERROR);
      return;
    }
    switch (frame) {
      case TextWebSocketFrame _ -> first(frame, true);
      case BinaryWebSocketFrame _ -> first(frame, false);
      case ContinuationWebSocketFrame _ -> next(frame);
      case PingWebSocketFrame _ -> {
        if (affordControl()) {
          pong(frame.content());
        }
      }
      case PongWebSocketFrame _ -> affordControl();
      case CloseWebSocketFrame _ -> peerCloses(frame.content());
      default -> fail(CloseCode.PROTOCOL_ERROR);
    }
  }

  /** Without an extension the decoder has let none through. */
  private static boolean reservedBitsAllowed(WebSocketFrame frame) {
    return frame.rsv() == 0
        || frame.rsv() == RSV1
            && (frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame);
  }

  private void first(WebSocketFrame frame, boolean text) {
    var compressed = frame.rsv() == RSV1;
    if (frame.isFinalFragment()) {
      whole(frame.content(), text, compressed);
    } else {
      fragments = new Fragments(text, compressed, context.messages(), ctx.alloc());
      after(context.messages().messageTimeout(), () -> fail(CloseCode.POLICY));
      next(frame);
    }
  }

  private void next(WebSocketFrame frame) {
    var soFar = fragments;
    if (soFar == null) {
      fail(CloseCode.PROTOCOL_ERROR);
      return;
    }
    var problem = soFar.add(frame.content(), frame.isFinalFragment());
    if (problem.isPresent()) {
      fail(problem.get());
    } else if (frame.isFinalFragment()) {
      fragments = null;
      cancelTimer();
      try {
        whole(soFar.bytes(), soFar.text(), soFar.compressed());
      } finally {
        soFar.release();
      }
    }
  }

  private void whole(ByteBuf message, boolean text, boolean compressed) {
    if (!compressed) {
      deliver(message, text);
      return;
    }
    switch (Inflation.inflate(message, context.messages().messageBytes(), ctx.alloc())) {
      case Inflation.Refused(var code) -> fail(code);
      case Inflation.Inflated(var inflated) -> {
        try {
          deliver(inflated, text);
        } finally {
          inflated.release();
        }
      }
    }
  }

  private void deliver(ByteBuf message, boolean text) {
    if (!text) {
      binary(message);
    } else if (Utf8.valid(message)) {
      text(message);
    } else {
      fail(CloseCode.INVALID_UTF8);
    }
  }

  private boolean affordControl() {
    var now = System.nanoTime();
    controlsFullAt = context.controls().spend(controlsFullAt, now);
    if (context.controls().exceeded(controlsFullAt, now)) {
      fail(CloseCode.POLICY);
      return false;
    }
    return true;
  }

  /** Of several pings that cannot be answered yet, only the last is (RFC 6455 section 5.5.3). */
  private void pong(ByteBuf payload) {
    if (channel().isWritable()) {
      FrameBytes.writePong(gather(payload.readableBytes() + 2), payload);
      return;
    }
    if (pongDue != null) {
      pongDue.release();
    }
    pongDue = payload.retain();
  }

  private void peerCloses(ByteBuf body) {
    var status = body.isReadable() ? body.readUnsignedShort() : -1;
    // The decoder refuses the other numbers that RFC 6455 section 7.4 does not allow, and bad
    // bytes in the reason, but not a character that breaks off at its end.
    if (status >= 5000) {
      fail(CloseCode.PROTOCOL_ERROR);
    } else if (!Utf8.valid(body)) {
      fail(CloseCode.INVALID_UTF8);
    } else {
      answerClose(status);
    }
  }

  private void answerClose(int status) {
    stopListening();
    state = State.DEAF;
    ctx.writeAndFlush(FrameBytes.closeReply(ctx.alloc(), status))
        .addListener(ChannelFutureListener.CLOSE);
    after(context.messages().closeTimeout(), () -> LingeringClose.reset(channel()));
    gone();
  }

  // What goes out.

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    weigh();
    if (!open() || !channel().isWritable()) {
      return;
    }
    if (pongDue != null) {
      FrameBytes.writePong(gather(pongDue.readableBytes() + 2), pongDue);
      pongDue.release();
      pongDue = null;
      flushGathered();
    }
    drained();
  }

  // The end.

  private void fail(CloseCode code) {
    if (open()) {
      state = State.FAILING;
      violated(code);
      closeWith(code);
    } else {
      ctx.close();
    }
  }

  /** Sends a close frame, unless one was sent, and sees to it that the connection ends. */
  final void closeWith(CloseCode code) {
    if (state == State.CLOSING || state == State.DEAF) {
      return;
    }
    stopListening();
    var frame = closeFrame(code);
    if (state == State.FAILING) {
      state = State.DEAF;
      LingeringClose.send(ctx, frame, context.messages().closeTimeout());
      ctx.pipeline().remove(FrameDecoder.class);
    } else {
      state = State.CLOSING;
      channel().config().setAutoRead(true);
      ctx.writeAndFlush(frame, channel().unsafe().voidPromise());
      after(context.messages().closeTimeout(), () -> LingeringClose.reset(channel()));
    }
  }

  /** Without memory even for this, the connection ends without a word. */
  private ByteBuf closeFrame(CloseCode code) {
    try {
      return FrameBytes.close(ctx.alloc(), code);
    } catch (OutOfMemoryError none) {
      state = State.DEAF;
      LingeringClose.reset(channel());
      throw none;
    }
  }

  private void stopListening() {
    cancelTimer();
    flushGathered();
    if (pongDue != null) {
      pongDue.release();
      pongDue = null;
    }
    if (fragments != null) {
      fragments.release();
      fragments = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
    switch (failure) {
      case CorruptedWebSocketFrameException violation -> fail(codeOf(violation));
      case IOException _ -> ctx.close(); // The peer has reset the connection.
      default -> {
        log.atError()
            .addKeyValue("event", "connection_failed")
            .setCause(failure)
            .log("closing a connection after an unexpected failure");
        fail(CloseCode.INTERNAL_ERROR);
      }
    }
  }

  private static CloseCode codeOf(CorruptedWebSocketFrameException violation) {
    return switch (violation.closeStatus().code()) {
      case 1007 -> CloseCode.INVALID_UTF8;
      case 1009 -> CloseCode.TOO_BIG;
      default -> CloseCode.PROTOCOL_ERROR;
    };
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    stopListening();
    state = State.DEAF;
    forget();
    context.connections().decrement();
    context.addresses().leave(addressKey);
    gone();
  }

  private void after(Duration delay, Runnable task) {
    cancelTimer();
    timer = ctx.executor().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
