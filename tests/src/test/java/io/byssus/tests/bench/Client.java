package io.byssus.tests.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One WebSocket of the load generator. Says what its {@link Opening} wants said, takes as many
 * answers, and then hands each text to its listener. Confined to the generator's event loop.
 */
final class Client extends ByteToMessageDecoder {
  private static final int TEXT = 1;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final byte[] SWITCHING = "HTTP/1.1 101 ".getBytes(StandardCharsets.US_ASCII);

  /** Hears each text of an open client. */
  @FunctionalInterface
  interface Listener {
    /**
     * @param payload good until the method returns
     */
    void text(Client client, ByteBuf payload);
  }

  private final Opening opening;
  private final CompletableFuture<Client> opened = new CompletableFuture<>();
  private final List<String> answers = new ArrayList<>(2);
  private ChannelHandlerContext ctx;
  private boolean upgraded;
  private boolean leaving;
  private Listener listener = (_, _) -> {};
  private long texts;
  private String ending = "";

  Client(Opening opening) {
    this.opening = opening;
  }

  /** Done with the last answer; fails if the server refuses or goes. */
  CompletableFuture<Client> opened() {
    return opened;
  }

  /** To what the opening said, in order. */
  List<String> answers() {
    return answers;
  }

  void listen(Listener other) {
    listener = other;
  }

  /** How many the listener has heard. */
  long texts() {
    return texts;
  }

  /** Why the server has ended the connection; empty if it has not. */
  String ending() {
    return ending;
  }

  /** Takes over the reference. */
  void write(ByteBuf frames) {
    ctx.writeAndFlush(frames, ctx.channel().unsafe().voidPromise());
  }

  /** Ends the connection at once, without a word. */
  void reset() {
    leaving = true;
    ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
    ctx.close();
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    ctx = active;
    write(ClientFrames.handshake(opening.path()));
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (upgraded) {
      frame(in);
    } else {
      upgrade(in);
    }
  }

  private void upgrade(ByteBuf in) {
    var text = in.toString(StandardCharsets.US_ASCII);
    var end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      return;
    }
    if (!text.startsWith(new String(SWITCHING, StandardCharsets.US_ASCII))) {
      fail("the handshake was answered: " + text.lines().findFirst().orElse(""));
      return;
    }
    in.skipBytes(end + 4);
    upgraded = true;
    opening.texts().forEach(said -> write(ClientFrames.text(said)));
    answered();
  }

  private void answered() {
    if (answers.size() == opening.texts().size()) {
      opened.complete(this);
    }
  }

  private void frame(ByteBuf in) {
    var start = in.readerIndex();
    var available = in.readableBytes();
    if (available < 2) {
      return;
    }
    var length = (int) in.getUnsignedByte(start + 1);
    var header = 2;
    if (length == 126) {
      if (available < 4) {
        return;
      }
      length = in.getUnsignedShort(start + 2);
      header = 4;
    }
    if (available >= header + length) {
      var opcode = in.getByte(start) & 0x0f;
      in.skipBytes(header);
      hear(opcode, in.readSlice(length));
    }
  }

  private void hear(int opcode, ByteBuf payload) {
    switch (opcode) {
      case TEXT -> {
        if (opened.isDone()) {
          texts++;
          listener.text(this, payload);
        } else {
          answer(payload.toString(StandardCharsets.UTF_8));
        }
      }
      case PING -> write(ClientFrames.pong(payload));
      case PONG -> {}
      default -> fail("frame " + opcode + ": " + payload.toString(StandardCharsets.UTF_8));
    }
  }

  private void answer(String text) {
    if (text.startsWith("{\"type\":\"error\"")) {
      fail(text);
    } else {
      answers.add(text);
      answered();
    }
  }

  private void fail(String why) {
    if (ending.isEmpty() && !leaving) {
      ending = why;
    }
    opened.completeExceptionally(new IllegalStateException(why));
    ctx.close();
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext removed) {
    if (ctx != null) {
      fail("the server has closed the connection");
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext failed, Throwable failure) {
    fail(failure.toString());
  }
}
