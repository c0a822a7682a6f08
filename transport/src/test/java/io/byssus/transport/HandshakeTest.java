package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** RFC 6455 section 4.2.2. */
@ExtendWith(NoLeaks.class)
class HandshakeTest {
  static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static RawClient.Response upgrade(String... headers) throws IOException {
    try (var client = server.connect()) {
      return client.send(RawClient.handshake("/ws", headers) + "\r\n").response();
    }
  }

  @Test
  void provesThatTheKeyWasRead() throws IOException {
    var response = upgrade();
    assertThat(response.status()).isEqualTo(101);
    // The example of the RFC.
    assertThat(response.header("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assertThat(response.header("Upgrade")).isEqualTo("websocket");
    assertThat(response.header("Connection")).isEqualTo("Upgrade");
    assertThat(response.headers()).hasSize(3);
  }

  @Test
  void namesTheSubprotocolIfItIsOffered() throws IOException {
    var name = "Sec-WebSocket-Protocol";
    assertThat(upgrade(name + ": byssus.v1.json").header(name)).isEqualTo("byssus.v1.json");
    assertThat(upgrade(name + ": mqtt, byssus.v1.json").header(name)).isEqualTo("byssus.v1.json");
    assertThat(upgrade(name + ": mqtt", name + ": byssus.v1.json").header(name))
        .isEqualTo("byssus.v1.json");
  }

  @Test
  void namesNoneThatItDoesNotSpeakAndNeverAToken() throws IOException {
    var name = "Sec-WebSocket-Protocol";
    assertThat(upgrade(name + ": mqtt, secret-token").header(name)).isEmpty();
    assertThat(upgrade(name + ": byssus.v1.jsonx").header(name)).isEmpty();
  }

  @Test
  void isRefusedForNowUntilTheNodeHasStarted() throws Exception {
    server.welcome = false;
    try {
      assertThat(upgrade().status()).isEqualTo(503);
      assertThat(server.refusal()).isEqualTo(503);
    } finally {
      server.welcome = true;
    }
    assertThat(upgrade().status()).isEqualTo(101);
  }

  @Test
  void offersNoExtensionUnlessToldTo() throws IOException {
    assertThat(upgrade("Sec-WebSocket-Extensions: permessage-deflate").headers()).hasSize(3);
  }

  @Test
  void readsItsTokensInAnyCaseAndPlace() throws IOException {
    try (var client = server.connect()) {
      var handshake =
          RawClient.handshake("/ws")
              .replace("Connection: Upgrade", "connection: keep-alive, UPGRADE")
              .replace("Upgrade: websocket", "upgrade: WebSocket");
      assertThat(client.send(handshake + "\r\n").response().status()).isEqualTo(101);
    }
  }

  @Test
  void takesTheQueryForNothing() throws IOException {
    try (var client = server.connect()) {
      client.send(RawClient.handshake("/ws?token=secret") + "\r\n");
      assertThat(client.response().status()).isEqualTo(101);
    }
  }
}
