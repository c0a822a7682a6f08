package io.byssus.server.auth;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gets key sets by HTTP. Whoever runs the other side, or stands between, can give us neither more
 * than a few bytes nor wait for long, nor send us elsewhere: redirects are not followed. Made when
 * it is first used, as it has threads of its own.
 */
final class HttpJwks implements JwksFetch {
  private static final int BYTES_MAX = 256 << 10;

  private final Duration patience;
  private @Nullable HttpClient client;
  private boolean closed;

  /**
   * @param patience for all of one answer
   */
  HttpJwks(Duration patience) {
    this.patience = patience;
  }

  @Override
  public String get(URI url) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(url)
            .timeout(patience)
            .header("Accept", "application/jwk-set+json, application/json")
            .build();
    var body = BodyHandlers.limiting(BodyHandlers.ofString(StandardCharsets.UTF_8), BYTES_MAX);
    var answer = client().sendAsync(request, body);
    try {
      // The client's own time-out ends with the headers.
      var response = answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
      if (response.statusCode() != 200) {
        throw new IOException("it answers with status " + response.statusCode());
      }
      return response.body();
    } catch (TimeoutException e) {
      throw new IOException("it does not answer within " + patience.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw new IOException(words(e.getCause()), e);
    } finally {
      answer.cancel(true);
    }
  }

  private static String words(@Nullable Throwable failure) {
    var message = failure == null ? null : failure.getMessage();
    var kind = failure == null ? "" : failure.getClass().getSimpleName();
    return message == null ? kind : kind + ": " + message;
  }

  private synchronized HttpClient client() throws IOException {
    if (closed) {
      throw new IOException("this node is stopping");
    }
    Supplier<HttpClient> made =
        () ->
            HttpClient.newBuilder()
                .followRedirects(Redirect.NEVER)
                .connectTimeout(patience)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    var known = client == null ? made.get() : client;
    client = known;
    return known;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (client != null) {
      client.shutdownNow();
    }
  }
}
