package io.byssus.transport;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long a connection may take until its next request is there as a whole. Between two requests
 * it may be silent for longer: a proxy keeps its connections, and one that we close under its hands
 * costs a request. From the first byte on the time of a request runs, so sending it byte by byte
 * gains nothing. Confined to the connection's event loop.
 */
final class RequestDeadline {
  private final EventExecutor loop;
  private final TransportSettings.Http times;
  private final Runnable over;
  private @Nullable Future<?> timer;
  private boolean reading;

  /** Answered, and nothing of another request has come yet. */
  private boolean idle;

  /**
   * @param over run when the time has passed
   */
  RequestDeadline(EventExecutor loop, TransportSettings.Http times, Runnable over) {
    this.loop = loop;
    this.times = times;
    this.over = over;
  }

  /** A request, or what answers it, is on its way from now on. */
  void request() {
    idle = false;
    after(times.requestTimeout());
  }

  /** The last one is answered. */
  void next() {
    idle = true;
    after(times.keepAlive());
  }

  private void after(Duration time) {
    stop();
    timer = loop.schedule(over, time.toNanos(), TimeUnit.NANOSECONDS);
  }

  void stop() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  /** A part of a request was decoded. */
  void read() {
    reading = true;
  }

  /**
   * Whatever has come is read, be it no part of a request yet. What came together with the request
   * that was just answered is no sign of the next.
   */
  void readComplete() {
    if (idle && !reading) {
      request();
    }
    reading = false;
  }
}
