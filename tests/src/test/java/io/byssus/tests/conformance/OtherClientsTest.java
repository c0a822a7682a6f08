package io.byssus.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.transport.TransportSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.java_websocket.client.WebSocketClient;
import org.java_websocket.drafts.Draft;
import org.java_websocket.drafts.Draft_6455;
import org.java_websocket.extensions.permessage_deflate.PerMessageDeflateExtension;
import org.java_websocket.handshake.ServerHandshake;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that others wrote talk with the echo, compressed where they can. */
class OtherClientsTest {
  private static final List<String> TEXTS =
      List.of("", "hi", "Grüße an alle. ".repeat(100), "0123456789".repeat(6500));

  static EchoServer server;

  @BeforeAll
  static void start() throws IOException {
    var deflate = new TransportSettings.Deflate(true, 64, 6);
    server = EchoServer.start(TransportSettings.DEFAULTS.with(deflate));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void javaWebSocketWithCompression() throws Exception {
    var client = new Client(server.uri(), new Draft_6455(new PerMessageDeflateExtension()));
    assertThat(client.connectBlocking(5, TimeUnit.SECONDS)).isTrue();
    assertThat(client.extensions).contains("permessage-deflate");
    // Twice, so that one end would notice if the other kept its context.
    for (var round = 0; round < 2; round++) {
      for (var text : TEXTS) {
        client.send(text);
        assertThat(client.received()).isEqualTo(text);
      }
    }
    client.closeBlocking();
    assertThat(client.closeCode).isEqualTo(1000);
  }

  @Test
  void javaWebSocketWithoutCompression() throws Exception {
    var client = new Client(server.uri(), new Draft_6455());
    assertThat(client.connectBlocking(5, TimeUnit.SECONDS)).isTrue();
    assertThat(client.extensions).isEmpty();
    for (var text : TEXTS) {
      client.send(text);
      assertThat(client.received()).isEqualTo(text);
    }
    client.send("x".repeat(65_537));
    assertThat(client.closed()).isTrue();
    assertThat(client.closeCode).isEqualTo(1009);
  }

  @Test
  void theJdk() throws Exception {
    var received = new LinkedBlockingQueue<String>();
    try (var http = HttpClient.newHttpClient()) {
      var socket =
          http.newWebSocketBuilder()
              .buildAsync(server.uri(), new Collector(received))
              .get(5, TimeUnit.SECONDS);
      for (var text : TEXTS) {
        socket.sendText(text, true).get(5, TimeUnit.SECONDS);
        assertThat(received.poll(5, TimeUnit.SECONDS)).isEqualTo(text);
      }
      socket.sendText("two ", false).get(5, TimeUnit.SECONDS);
      socket.sendPing(ByteBuffer.wrap(new byte[] {1})).get(5, TimeUnit.SECONDS);
      socket.sendText("parts", true).get(5, TimeUnit.SECONDS);
      assertThat(received.poll(5, TimeUnit.SECONDS)).isEqualTo("pong 1");
      assertThat(received.poll(5, TimeUnit.SECONDS)).isEqualTo("two parts");
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").get(5, TimeUnit.SECONDS);
      assertThat(received.poll(5, TimeUnit.SECONDS)).isEqualTo("close 1000");
    }
  }

  private static final class Collector implements WebSocket.Listener {
    private final BlockingQueue<String> received;
    private final StringBuilder parts = new StringBuilder();

    Collector(BlockingQueue<String> received) {
      this.received = received;
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      parts.append(data);
      if (last) {
        received.add(parts.toString());
        parts.setLength(0);
      }
      return WebSocket.Listener.super.onText(socket, data, last);
    }

    @Override
    public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
      received.add("pong " + message.get(0));
      return WebSocket.Listener.super.onPong(socket, message);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      received.add("close " + code);
      return WebSocket.Listener.super.onClose(socket, code, reason);
    }
  }

  private static final class Client extends WebSocketClient {
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> closed = new LinkedBlockingQueue<>();
    private volatile String extensions = "";
    private volatile int closeCode;

    Client(URI uri, Draft draft) {
      super(uri, draft);
    }

    String received() throws InterruptedException {
      return received.poll(5, TimeUnit.SECONDS);
    }

    boolean closed() throws InterruptedException {
      return closed.poll(5, TimeUnit.SECONDS) != null;
    }

    @Override
    public void onOpen(ServerHandshake handshake) {
      extensions = handshake.getFieldValue("Sec-WebSocket-Extensions");
    }

    @Override
    public void onMessage(String message) {
      received.add(message);
    }

    @Override
    public void onClose(int code, String reason, boolean remote) {
      closeCode = code;
      closed.add(code);
    }

    @Override
    public void onError(Exception failure) {
      received.add("failed: " + failure);
    }
  }
}
