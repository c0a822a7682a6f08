package io.byssus.tools.simulator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A WebSocket: a message for each frame. */
final class WebSocketLine implements Line, WebSocket.Listener {
  private static final long PATIENCE_SECONDS = 10;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Consumer<byte[]> heard;
  private final ByteArrayOutputStream message = new ByteArrayOutputStream();
  private final WebSocket socket;
  private volatile String ended = "";

  WebSocketLine(DevicePlan plan, Consumer<byte[]> heard) throws IOException, InterruptedException {
    this.heard = heard;
    var builder = http.newWebSocketBuilder();
    if (!plan.token().isEmpty()) {
      builder.header("Authorization", "Bearer " + plan.token());
    }
    try {
      socket = builder.buildAsync(plan.to(), this).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      http.shutdownNow();
      throw new IOException(reason(e), e);
    }
  }

  private static String reason(Exception failure) {
    return switch (failure.getCause()) {
      case WebSocketHandshakeException refused ->
          "the server refuses, with status " + refused.getResponse().statusCode();
      case ConnectException _ -> "Connection refused"; // It has no message of its own.
      case null, default -> String.valueOf(failure.getMessage());
    };
  }

  @Override
  public void send(byte[] bytes, boolean last) throws IOException, InterruptedException {
    try {
      socket.sendBinary(ByteBuffer.wrap(bytes), last).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(ended.isEmpty() ? reason(e) : ended, e);
    }
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
    var bytes = new byte[data.remaining()];
    data.get(bytes);
    message.writeBytes(bytes);
    if (last) {
      heard.accept(message.toByteArray());
      message.reset();
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    ended = "the server has closed the connection: " + code + " " + reason;
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable failure) {
    ended = String.valueOf(failure.getMessage());
  }

  @Override
  public String ended() {
    return ended;
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
  }
}
