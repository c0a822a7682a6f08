package io.byssus.client;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** WebSockets of the JDK's HTTP client. They know no compression, and the server needs none. */
final class JdkTransport implements Transport {
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);
  private static final String SUBPROTOCOL = "byssus.v1.json";
  private static final long GOODBYE_SECONDS = 2;

  /** Characters of one message, all its fragments together: a page of history may be this long. */
  private static final int MESSAGE_MAX = 64 * 1024 * 1024;

  private final HttpClient http;
  private final Lane lane;

  JdkTransport(HttpClient http, Lane lane) {
    this.http = http;
    this.lane = lane;
  }

  @Override
  public Socket open(URI server, Listener listener) {
    var socket = new JdkSocket(listener);
    http.newWebSocketBuilder()
        .connectTimeout(HANDSHAKE)
        .subprotocols(SUBPROTOCOL)
        .buildAsync(server, socket)
        .whenComplete((_1, failure) -> {
          if (failure != null) {
            lane.execute(() -> socket.end(BROKEN, reason(failure)));
          }
        });
    return socket;
  }

  private static String reason(Throwable failure) {
    var cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof WebSocketHandshakeException refused) {
      return "HTTP status " + refused.getResponse().statusCode();
    }
    return String.valueOf(cause);
  }

  /** Fields without a word of their own belong to the lane. */
  private final class JdkSocket implements Socket, WebSocket.Listener {
    private final Listener listener;
    // The JDK allows one send at a time.
    private final ArrayDeque<String> unsent = new ArrayDeque<>();
    private @Nullable WebSocket webSocket;
    private boolean sending;
    private boolean ended;

    /** Of the thread that the JDK calls us on. */
    private final StringBuilder fragments = new StringBuilder();

    JdkSocket(Listener listener) {
      this.listener = listener;
    }

    // Said by the client.

    @Override
    public void send(String text) {
      lane.check();
      unsent.add(text);
      sendNext();
    }

    private void sendNext() {
      if (sending || ended || webSocket == null || unsent.isEmpty()) {
        return;
      }
      sending = true;
      webSocket
          .sendText(unsent.remove(), true)
          .whenComplete((_1, failure) -> lane.execute(() -> sent(failure)));
    }

    private void sent(@Nullable Throwable failure) {
      sending = false;
      if (failure != null) {
        end(BROKEN, String.valueOf(failure));
      } else {
        sendNext();
      }
    }

    @Override
    public void close() {
      lane.check();
      ended = true;
      if (webSocket == null) {
        return; // onOpen() ends it
      }
      var closing = webSocket;
      var unused =
          closing
              .sendClose(WebSocket.NORMAL_CLOSURE, "")
              .thenCompose(_1 -> goodbye)
              .orTimeout(GOODBYE_SECONDS, SECONDS)
              .whenComplete((_1, _2) -> closing.abort());
    }

    private final CompletableFuture<Void> goodbye = new CompletableFuture<>();

    @Override
    public void abort() {
      lane.check();
      ended = true;
      if (webSocket != null) {
        webSocket.abort();
      }
    }

    // Heard from the JDK, on threads of its own.

    @Override
    public void onOpen(WebSocket opened) {
      lane.execute(() -> {
        if (ended) {
          opened.abort();
          return;
        }
        webSocket = opened;
        opened.request(1);
        listener.onOpen();
        sendNext();
      });
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
      fragments.append(text);
      if (fragments.length() > MESSAGE_MAX) {
        from.abort();
        lane.execute(() -> end(BROKEN, "a message of more than " + MESSAGE_MAX + " characters"));
        return null;
      }
      if (!last) {
        signOfLife(from); // a long message over a slow line is no silence
        return null;
      }
      var frame = fragments.toString();
      fragments.setLength(0);
      lane.execute(() -> {
        if (!ended) {
          listener.onText(frame);
        }
        from.request(1);
      });
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
      from.request(1); // a newer server's; not for us
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket from, ByteBuffer data) {
      signOfLife(from);
      return null; // the JDK answers
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer data) {
      signOfLife(from);
      return null;
    }

    private void signOfLife(WebSocket from) {
      lane.execute(() -> {
        if (!ended) {
          listener.onSignOfLife();
        }
        from.request(1);
      });
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      goodbye.complete(null);
      lane.execute(() -> end(code, reason));
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      goodbye.complete(null);
      lane.execute(() -> end(BROKEN, String.valueOf(error)));
    }

    void end(int code, String reason) {
      if (!ended) {
        ended = true;
        listener.onClose(code, reason);
      }
    }
  }
}
