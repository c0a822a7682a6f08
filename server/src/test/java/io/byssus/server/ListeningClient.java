package io.byssus.server;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client that says what it is told to, and remembers what it hears. */
final class ListeningClient implements WebSocket.Listener, AutoCloseable {
  private static final long PATIENCE_S = 30;

  private final LinkedBlockingQueue<String> messages = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final StringBuilder partial = new StringBuilder();
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;

  ListeningClient(int port) throws Exception {
    socket =
        http.newWebSocketBuilder()
            .buildAsync(URI.create("ws://127.0.0.1:" + port + "/ws"), this)
            .get(PATIENCE_S, TimeUnit.SECONDS);
  }

  void say(String message) {
    socket.sendText(message, true);
  }

  /** The next message with {@code part} in it. */
  String hear(String part) throws InterruptedException {
    for (; ; ) {
      var next = messages.poll(PATIENCE_S, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("never heard " + part);
      }
      if (next.contains(part)) {
        return next;
      }
    }
  }

  int closeCode() throws Exception {
    return closed.get(PATIENCE_S, TimeUnit.SECONDS);
  }

  @Override
  public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      messages.add(partial.toString());
      partial.setLength(0);
    }
    webSocket.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
    closed.complete(statusCode);
    return null;
  }

  @Override
  public void onError(WebSocket webSocket, Throwable error) {
    closed.completeExceptionally(error);
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
  }
}
