package io.byssus.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection whose peer may still be sending, so that what we say last arrives. Closing
 * while input waits unread makes the kernel send a reset, and a reset throws away what the peer has
 * not read yet. So only our half is closed, and the connection when the peer has closed its own or
 * {@code patience} is over. Until then the caller drops what comes in.
 */
final class LingeringClose {
  private LingeringClose() {}

  static void send(ChannelHandlerContext ctx, ByteBuf words, Duration patience) {
    var channel = (DuplexChannel) ctx.channel();
    channel.config().setAutoRead(true);
    var timer =
        ctx.executor().schedule(() -> reset(channel), patience.toNanos(), TimeUnit.NANOSECONDS);
    channel.closeFuture().addListener(_ -> timer.cancel(false));
    ctx.writeAndFlush(words)
        .addListener(written -> {
          if (written.isSuccess()) {
            channel.shutdownOutput();
          } else {
            channel.close();
          }
        });
  }

  /** Closes at once: the kernel drops what it has not sent, instead of trying on for minutes. */
  static void reset(Channel channel) {
    if (!channel.isOpen()) {
      return;
    }
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    channel.close();
  }
}
