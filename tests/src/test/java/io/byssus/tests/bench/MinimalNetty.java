package io.byssus.tests.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The smallest honest WebSocket server on Netty: the yardstick that Byssus is measured with.
 *
 * <p>It does for broadcast what can be done: epoll, one event loop a core, a frame that is encoded
 * once and shared, one task for each loop, void promises. It reads and unmasks frames, answers
 * pings and close frames, and refuses what is not masked or too long. It knows no text from binary,
 * no sessions, no channels, no limits for slow readers.
 *
 * <p>The path says what a connection is for: {@link #SUBSCRIBE}, {@link #PUBLISH}, {@link
 * #PUBLISH_JOINED}, {@link #ECHO}; any other is a bare WebSocket, from which frames are only read.
 */
public final class MinimalNetty implements AutoCloseable {
  /** Hears what is published. */
  static final String SUBSCRIBE = "/subscribe";

  /** Each of its frames goes to all subscribers, in a write of its own. */
  static final String PUBLISH = "/publish";

  /** The frames that arrive in one read go to all subscribers joined in one buffer. */
  static final String PUBLISH_JOINED = "/publish-joined";

  static final String ECHO = "/echo";

  private static final int MAX_PAYLOAD = 64 << 10;

  private final EventLoopGroup group;
  private final Audience audience;
  private final Channel listening;

  private MinimalNetty(int port) {
    group =
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(), EpollIoHandler.newFactory());
    audience = new Audience(group);
    listening =
        new ServerBootstrap()
            .group(group)
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 4096)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new HttpRequestDecoder(), new Handshake(audience));
                  }
                })
            .bind("127.0.0.1", port)
            .syncUninterruptibly()
            .channel();
  }

  /** Listens on {@code port} of 127.0.0.1; 0: any free one. */
  static MinimalNetty start(int port) {
    return new MinimalNetty(port);
  }

  /** With the port as its only argument. */
  public static void main(String[] args) {
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    start(Integer.parseInt(args[0]));
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listening.localAddress();
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** The subscribers; those of one loop are touched by that loop only. */
  private static final class Audience {
    private final Map<EventLoop, List<ChannelHandlerContext>> byLoop = new IdentityHashMap<>();

    Audience(EventLoopGroup group) {
      group.forEach(loop -> byLoop.put((EventLoop) loop, new ArrayList<>()));
    }

    void add(ChannelHandlerContext member) {
      byLoop.get(member.channel().eventLoop()).add(member);
    }

    void remove(ChannelHandlerContext member) {
      byLoop.get(member.channel().eventLoop()).remove(member);
    }

    /** Takes over the reference. */
    void broadcast(ByteBuf frames) {
      // For all loops, before the first one can release its own.
      frames.retain(byLoop.size() - 1);
      byLoop.forEach((loop, members) -> loop.execute(() -> write(frames, members)));
    }

    private static void write(ByteBuf frames, List<ChannelHandlerContext> members) {
      for (var member : members) {
        member.write(frames.retainedDuplicate(), member.channel().unsafe().voidPromise());
        member.flush();
      }
      frames.release();
    }
  }

  /** Answers one request, and leaves the pipeline to the frames. */
  private static final class Handshake extends ChannelInboundHandlerAdapter {
    private final Audience audience;
    private HttpRequest request;

    Handshake(Audience audience) {
      this.audience = audience;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof HttpRequest head) {
        request = head;
      }
      if (message instanceof LastHttpContent) {
        upgrade(ctx, request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY));
      }
      ReferenceCountUtil.release(message);
    }

    private void upgrade(ChannelHandlerContext ctx, String key) {
      if (key == null) {
        ctx.close();
        return;
      }
      var response =
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Accept: "
              + accept(key)
              + "\r\n\r\n";
      ctx.writeAndFlush(ByteBufUtil.writeAscii(ctx.alloc(), response));
      ctx.pipeline().addLast(frames(request.uri()));
      ctx.pipeline().remove(this);
      ctx.pipeline().remove(HttpRequestDecoder.class);
    }

    private Frames frames(String path) {
      return switch (path) {
        case SUBSCRIBE -> new Subscriber(audience);
        case PUBLISH -> new Publisher(audience, false);
        case PUBLISH_JOINED -> new Publisher(audience, true);
        case ECHO -> new Echo();
        default -> new Frames();
      };
    }

    private static String accept(String key) {
      var salted =
          (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII);
      try {
        return Base64.getEncoder()
            .encodeToString(MessageDigest.getInstance("SHA-1").digest(salted));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java has SHA-1", e);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
      ctx.close();
    }
  }

  /** Reads frames; the only handler of an open connection. */
  private static class Frames extends ByteToMessageDecoder {
    private static final int CLOSE = 8;
    private static final int PING = 9;

    /**
     * @param payload unmasked; good until the method returns
     */
    void message(ChannelHandlerContext ctx, int opcode, ByteBuf payload) {}

    @Override
    protected final void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
      var start = in.readerIndex();
      var available = in.readableBytes();
      if (available < 6) {
        return;
      }
      var opcode = in.getByte(start) & 0x0f;
      var second = in.getUnsignedByte(start + 1);
      var length = second & 0x7f;
      var header = 2;
      if (length == 126) {
        length = in.getUnsignedShort(start + 2);
        header = 4;
      }
      if (second < 0x80 || length == 127 || length > MAX_PAYLOAD) {
        ctx.close();
        in.skipBytes(available);
        return;
      }
      if (available < header + 4 + length) {
        return;
      }
      var mask = in.getInt(start + header);
      in.skipBytes(header + 4);
      var payload = in.readSlice(length);
      unmask(payload, mask);
      switch (opcode) {
        case CLOSE -> answer(ctx, CLOSE, payload).addListener(_ -> ctx.close());
        case PING -> answer(ctx, PING + 1, payload);
        default -> message(ctx, opcode, payload);
      }
    }

    private static ChannelFuture answer(ChannelHandlerContext ctx, int opcode, ByteBuf payload) {
      var frame = ctx.alloc().directBuffer(2 + payload.readableBytes());
      return ctx.writeAndFlush(append(frame, opcode, payload));
    }

    private static void unmask(ByteBuf payload, int mask) {
      var i = 0;
      var length = payload.readableBytes();
      var twice = (long) mask << 32 | mask & 0xffffffffL;
      for (; i + 8 <= length; i += 8) {
        payload.setLong(i, payload.getLong(i) ^ twice);
      }
      for (; i < length; i++) {
        payload.setByte(i, payload.getByte(i) ^ mask >> (3 - (i & 3)) * 8);
      }
    }

    /** A whole frame, as servers write it. */
    static ByteBuf append(ByteBuf out, int opcode, ByteBuf payload) {
      var length = payload.readableBytes();
      out.writeByte(0x80 | opcode);
      if (length < 126) {
        out.writeByte(length);
      } else {
        out.writeByte(126).writeShort(length);
      }
      return out.writeBytes(payload);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
      ctx.close();
    }
  }

  private static final class Subscriber extends Frames {
    private final Audience audience;

    Subscriber(Audience audience) {
      this.audience = audience;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      audience.add(ctx);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
      audience.remove(ctx);
    }
  }

  private static final class Publisher extends Frames {
    private final Audience audience;
    private final boolean joining;
    private ByteBuf joined;

    Publisher(Audience audience, boolean joining) {
      this.audience = audience;
      this.joining = joining;
    }

    @Override
    void message(ChannelHandlerContext ctx, int opcode, ByteBuf payload) {
      if (joined == null) {
        joined = ctx.alloc().directBuffer(payload.readableBytes() + 4);
      }
      append(joined, opcode, payload);
      if (!joining) {
        publish();
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
      super.channelReadComplete(ctx);
      publish();
    }

    private void publish() {
      if (joined != null) {
        audience.broadcast(joined);
        joined = null;
      }
    }
  }

  private static final class Echo extends Frames {
    private ByteBuf echoes;

    @Override
    void message(ChannelHandlerContext ctx, int opcode, ByteBuf payload) {
      if (echoes == null) {
        echoes = ctx.alloc().directBuffer(payload.readableBytes() + 4);
      }
      append(echoes, opcode, payload);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
      super.channelReadComplete(ctx);
      if (echoes != null) {
        ctx.writeAndFlush(echoes, ctx.channel().unsafe().voidPromise());
        echoes = null;
      }
    }
  }
}
