package io.byssus.api;

import io.byssus.core.connection.Frame;
import io.byssus.core.connection.Socket;
import io.byssus.core.operations.Answer;
import io.byssus.core.operations.Watching;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;

/**
 * One caller who follows a channel. The lane puts bytes into a queue, a virtual thread writes them;
 * while the caller is slow the queue says so, and what is published then waits in the outbox, which
 * is bounded as that of a client is.
 */
final class WatchStream implements Socket {
  private static final int WAITING_BYTES = 64 << 10;

  /** So that proxies keep the connection, and a caller who is gone is noticed. */
  private static final long COMMENT_SECONDS = 15;

  private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

  /** Behind the last. */
  private static final byte[] END = {};

  private final Exchange exchange;
  private final LinkedBlockingQueue<byte[]> queue = new LinkedBlockingQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();

  private WatchStream(Exchange exchange) {
    this.exchange = exchange;
  }

  static void serve(Exchange exchange) {
    exchange.api().streams().run(exchange, () -> new WatchStream(exchange).run());
  }

  private void run() throws InterruptedException, IOException {
    var query = exchange.query("after");
    var last = exchange.request().getHeaders().get("Last-Event-ID");
    var from =
        last == null || last.isEmpty()
            ? query.position("after")
            : Optional.of(Query.position("Last-Event-ID", last));
    var beginning =
        exchange
            .api()
            .node()
            .watches()
            .watch(
                exchange.by(),
                exchange.name("channel"),
                from,
                new Watching.Watch(this, new ServerSentEvents()));
    Watching watching;
    try {
      watching = beginning.toCompletableFuture().get();
    } catch (ExecutionException e) {
      refuse(e);
      return;
    }
    try {
      follow(watching);
    } finally {
      watching.end();
    }
  }

  private void refuse(ExecutionException failed) {
    switch (Answer.<Watching>ofRead(null, failed.getCause())) {
      case Answer.Rejected<Watching>(var code, var message) ->
          exchange.refuse(new Refusal(code, message));
      case Answer<Watching> _ ->
          exchange.refuse(new Refusal(ErrorCode.INTERNAL, "the server has a defect"));
    }
  }

  private void follow(Watching watching) throws InterruptedException, IOException {
    var headers = exchange.response().getHeaders();
    exchange.response().setStatus(Status.OK);
    headers.put(HttpHeader.CONTENT_TYPE, "text/event-stream");
    headers.put(HttpHeader.CACHE_CONTROL, "no-store");
    headers.put("X-Accel-Buffering", "no"); // nginx would keep events until it has enough of them
    try (var out = Content.Sink.asOutputStream(exchange.response())) {
      out.flush();
      while (true) {
        var next = queue.poll(COMMENT_SECONDS, TimeUnit.SECONDS);
        if (next == END) {
          break;
        }
        write(next == null ? COMMENT : next, out, watching);
      }
    }
    exchange.done().succeeded();
  }

  private void write(byte[] bytes, OutputStream out, Watching watching) throws IOException {
    out.write(bytes);
    if (queue.isEmpty()) {
      out.flush();
    }
    if (bytes != COMMENT) {
      var before = waiting.getAndAdd(-bytes.length);
      if (before >= WAITING_BYTES && before - bytes.length < WAITING_BYTES) {
        watching.takesMore();
      }
    }
  }

  // On the lane.

  @Override
  public void write(Frame frame) {
    var bytes = ((ServerSentEvents.Bytes) frame).all();
    waiting.addAndGet(bytes.length);
    queue.add(bytes);
  }

  @Override
  public void flush() {}

  @Override
  public boolean writable() {
    return waiting.get() < WAITING_BYTES;
  }

  @Override
  public int unsent() {
    return waiting.get();
  }

  @Override
  public void ping() {}

  @Override
  public void reading(boolean on) {}

  @Override
  public void close(CloseCode code) {
    queue.add(END);
  }
}
