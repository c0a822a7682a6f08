package io.byssus.server.transport;

import io.byssus.core.lane.Lane;
import io.netty.channel.SingleThreadIoEventLoop;
import java.util.concurrent.TimeUnit;

/** A Netty event loop as a lane. A turn is one iteration of the loop: its input, then its tasks. */
final class EventLoopLane implements Lane {
  private final SingleThreadIoEventLoop loop;

  EventLoopLane(SingleThreadIoEventLoop loop) {
    this.loop = loop;
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(task);
  }

  @Override
  public void afterTurn(Runnable task) {
    loop.executeAfterEventLoopIteration(task);
  }

  @Override
  public Timer schedule(long delayNs, Runnable task) {
    var future = loop.schedule(task, delayNs, TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  @Override
  public boolean inLane() {
    return loop.inEventLoop();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }
}
