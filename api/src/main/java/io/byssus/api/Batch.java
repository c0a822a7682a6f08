package io.byssus.api;

import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.JsonWriter;
import io.byssus.protocol.Refused;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * Many operations in one request, one a line, and an answer for each, in their order, while the
 * request still comes. Two virtual threads: this one reads and begins, the other answers. What is
 * begun and not answered is bounded: who does not read its answers is not read either.
 */
final class Batch {
  static final String NDJSON = "application/x-ndjson";

  private static final int BEGUN_MAX = 256;
  private static final int BUFFER_BYTES = 16 << 10;

  private final Exchange exchange;
  private final BlockingQueue<CompletableFuture<byte[]>> begun =
      new ArrayBlockingQueue<>(BEGUN_MAX);

  /** Behind the last answer. */
  private static final CompletableFuture<byte[]> END = new CompletableFuture<>();

  private final Thread reader = Thread.currentThread();
  private volatile @Nullable Throwable broken;

  private Batch(Exchange exchange) {
    this.exchange = exchange;
  }

  static void serve(Exchange exchange) {
    if (!exchange.isOf(NDJSON)) {
      exchange.refuse(
          new Refusal(
              Status.UNSUPPORTED_MEDIA_TYPE,
              ErrorCode.UNSUPPORTED,
              "a batch is JSON, one operation a line, and says so: Content-Type: " + NDJSON));
      return;
    }
    exchange.api().streams().run(exchange, () -> new Batch(exchange).run());
  }

  private void run() throws IOException, InterruptedException {
    exchange.response().setStatus(Status.OK);
    exchange.response().getHeaders().put(HttpHeader.CONTENT_TYPE, NDJSON);
    var answering = Thread.ofVirtual().name("byssus-api-answers").start(this::answerAll);
    try (var in =
        new BufferedInputStream(Content.Source.asInputStream(exchange.request()), BUFFER_BYTES)) {
      for (var line = line(in); line != null; line = line(in)) {
        if (!isBlank(line)) {
          begun.put(begin(line).thenApply(Batch::written).toCompletableFuture());
        }
      }
    } catch (InterruptedException e) {
      answering.interrupt();
      throw e;
    } catch (IOException e) {
      answering.interrupt();
      throw broken == null ? e : new IOException(broken);
    } catch (RuntimeException defect) {
      answering.interrupt(); // else it waits for ever
      throw defect;
    }
    begun.put(END);
    answering.join();
    if (broken != null) {
      throw new IOException(broken);
    }
    exchange.done().succeeded();
  }

  private static boolean isBlank(byte[] line) {
    for (var b : line) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  /** Null behind the last. One that is too long is cut off behind its limit, and refused later. */
  private byte @Nullable [] line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream(256);
    for (var b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return line.size() == 0 ? null : line.toByteArray();
      }
      if (line.size() <= exchange.api().settings().bodyBytes()) {
        line.write(b);
      }
    }
    return line.toByteArray();
  }

  /** Each line stands for itself: a bad one does not spoil the next. */
  private CompletionStage<JsonWriter> begin(byte[] line) {
    var most = exchange.api().settings().bodyBytes();
    if (line.length > most) {
      return refused(ErrorCode.TOO_LARGE, "a line may have " + most + " bytes at most");
    }
    if (!exchange.api().doorkeeper().takes(exchange.by())) {
      var refusal = Doorkeeper.tooMany("operations a second");
      return refused(refusal.code(), refusal.message());
    }
    try {
      return Publications.line(exchange, Asked.line(exchange.api().codec().fields(line)));
    } catch (Refused refused) {
      return refused(refused.code(), refused.words());
    }
  }

  private static CompletionStage<JsonWriter> refused(ErrorCode code, String message) {
    var out = JsonWriter.object(0).number("status", Status.of(code));
    return CompletableFuture.completedFuture(Replies.error(out, code, message));
  }

  private static byte[] written(JsonWriter out) {
    var json = out.end();
    var line = new byte[json.length + 1];
    System.arraycopy(json, 0, line, 0, json.length);
    line[json.length] = '\n';
    return line;
  }

  private void answerAll() {
    var gathered = new ByteArrayOutputStream(BUFFER_BYTES);
    try (var out = Content.Sink.asOutputStream(exchange.response())) {
      for (var next = begun.take(); next != END; next = begun.take()) {
        if (!next.isDone() && gathered.size() > 0) {
          flush(gathered, out);
        }
        gathered.writeBytes(next.join());
        if (begun.isEmpty() || gathered.size() >= BUFFER_BYTES) {
          flush(gathered, out);
        }
      }
      flush(gathered, out);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException e) {
      broken = e;
      reader.interrupt();
    }
  }

  private static void flush(ByteArrayOutputStream gathered, OutputStream out) throws IOException {
    gathered.writeTo(out);
    gathered.reset();
    out.flush();
  }
}
