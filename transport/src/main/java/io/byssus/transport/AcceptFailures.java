package io.byssus.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.Consumer;

/**
 * The end of a listening socket's pipeline: hears of connections that the kernel had and we could
 * not take, for want of file descriptors mostly. Netty has paused the socket for a second by then.
 */
final class AcceptFailures extends ChannelInboundHandlerAdapter {
  private final Consumer<Throwable> observer;

  private AcceptFailures(Consumer<Throwable> observer) {
    this.observer = observer;
  }

  /** Once {@code listening} is bound: behind the handler that makes Netty's pause. */
  static void tell(Channel listening, Consumer<Throwable> observer) {
    listening.pipeline().addLast(new AcceptFailures(observer));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
    observer.accept(failure);
  }
}
