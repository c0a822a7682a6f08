package io.byssus.transport;

import io.byssus.core.lane.Lane;
import io.byssus.core.lane.Lanes;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The threads of a node that do I/O; each is a lane. */
public final class EventLoops implements AutoCloseable {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

  private final Transport transport;
  private final EventLoopGroup group;
  private final Map<EventLoop, Lane> laneOf;
  private final Lanes lanes;

  private EventLoops(Transport transport, EventLoopGroup group) {
    this.transport = transport;
    this.group = group;
    var inOrder = new ArrayList<Lane>();
    var byLoop = new HashMap<EventLoop, Lane>();
    for (var executor : group) {
      var loop = (GuardedEventLoop) executor;
      var lane = new EventLoopLane(loop);
      inOrder.add(lane);
      byLoop.put(loop, lane);
    }
    lanes = new Lanes(inOrder);
    laneOf = Map.copyOf(byLoop);
  }

  /**
   * @param transport where it does not work, {@link Transport#NIO} is used
   * @param count how many; 0: one per core
   * @param failed hears what a task has thrown, on whichever thread
   */
  public static EventLoops start(Transport transport, int count, Consumer<Throwable> failed) {
    var usable = transport.orFallback();
    var threads = count > 0 ? count : Runtime.getRuntime().availableProcessors();
    var factory = new DefaultThreadFactory("byssus-lane");
    return new EventLoops(usable, new Guarded(threads, factory, usable.ioHandlers(), failed));
  }

  private static final class Guarded extends MultiThreadIoEventLoopGroup {
    Guarded(
        int threads,
        DefaultThreadFactory factory,
        IoHandlerFactory ioHandlers,
        Consumer<Throwable> failed) {
      super(threads, factory, ioHandlers, failed);
    }

    /** Called while the group is made, so what it needs comes as an argument. */
    @Override
    @SuppressWarnings("unchecked")
    protected IoEventLoop newChild(
        Executor executor, IoHandlerFactory ioHandlers, Object... arguments) {
      return new GuardedEventLoop(this, executor, ioHandlers, (Consumer<Throwable>) arguments[0]);
    }
  }

  public Lanes lanes() {
    return lanes;
  }

  /** The one in use. */
  public Transport transport() {
    return transport;
  }

  EventLoopGroup group() {
    return group;
  }

  Lane lane(EventLoop loop) {
    return Objects.requireNonNull(laneOf.get(loop));
  }

  /** Closes every connection that is left and ends the threads. */
  @Override
  public void close() {
    group
        .shutdownGracefully(0, STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(STOP_TIMEOUT.plusSeconds(1).toMillis());
  }
}
