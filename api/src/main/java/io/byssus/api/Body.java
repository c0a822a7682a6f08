package io.byssus.api;

import io.byssus.protocol.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request, on its way in, without a thread that waits for it. It may have so many
 * bytes and take so long; mostly it is there at once.
 */
final class Body implements Runnable {
  private final Exchange exchange;
  private final ApiSettings settings;
  private final Consumer<byte[]> whole;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
  private Scheduler.@Nullable Task deadline;

  Body(Exchange exchange, ApiSettings settings, Consumer<byte[]> whole) {
    this.exchange = exchange;
    this.settings = settings;
    this.whole = whole;
  }

  @Override
  public void run() {
    var request = exchange.request();
    if (request.getLength() > settings.bodyBytes()) {
      tooLong();
      return;
    }
    while (true) {
      var chunk = request.read();
      if (chunk == null) {
        startDeadline();
        request.demand(this);
        return;
      }
      if (Content.Chunk.isFailure(chunk)) {
        stopDeadline();
        exchange.done().failed(chunk.getFailure());
        return;
      }
      if (chunk.hasRemaining()) {
        bytes.writeBytes(BufferUtil.toArray(chunk.getByteBuffer()));
      }
      var last = chunk.isLast();
      chunk.release();
      if (bytes.size() > settings.bodyBytes()) {
        stopDeadline();
        tooLong();
        return;
      }
      if (last) {
        stopDeadline();
        exchange.orFail(() -> whole.accept(bytes.toByteArray()));
        return;
      }
    }
  }

  /** Only who lets us wait is timed. */
  private void startDeadline() {
    if (deadline == null) {
      var request = exchange.request();
      deadline =
          request
              .getComponents()
              .getScheduler()
              .schedule(
                  () ->
                      request
                          .getConnectionMetaData()
                          .getConnection()
                          .getEndPoint()
                          .close(new TimeoutException("the body takes too long")),
                  settings.idleTimeout().toMillis(),
                  TimeUnit.MILLISECONDS);
    }
  }

  private void stopDeadline() {
    if (deadline != null) {
      deadline.cancel();
    }
  }

  private void tooLong() {
    exchange.response().getHeaders().put(HttpHeader.CONNECTION, "close");
    exchange.refuse(
        new Refusal(
            ErrorCode.TOO_LARGE, "the body may have " + settings.bodyBytes() + " bytes at most"));
  }
}
