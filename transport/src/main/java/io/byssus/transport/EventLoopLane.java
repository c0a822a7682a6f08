package io.byssus.transport;

import io.byssus.core.lane.Lane;
import java.util.concurrent.TimeUnit;

/** A Netty event loop as a lane. A turn is one iteration of the loop: its input, then its tasks. */
final class EventLoopLane implements Lane {
  private final GuardedEventLoop loop;

  EventLoopLane(GuardedEventLoop loop) {
    this.loop = loop;
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(task);
  }

  @Override
  public void afterTurn(Runnable task) {
    loop.afterTurn(task);
  }

  @Override
  public Timer schedule(long delayNs, Runnable task) {
    var future = loop.schedule(task, delayNs, TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  @Override
  public Timer every(long periodNs, Runnable task) {
    var future = loop.scheduleWithFixedDelay(task, periodNs, periodNs, TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  @Override
  public boolean inLane() {
    return loop.inEventLoop();
  }

  @Override
  public void failed(Throwable failure) {
    loop.failed(failure);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }
}
