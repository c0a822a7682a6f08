package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class EchoTest {
  static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void textComesBack() throws IOException {
    try (var client = server.connect().open("/echo")) {
      client.text("Grüße");
      assertThat(client.frame().text()).isEqualTo("Grüße");
    }
  }

  @Test
  void binaryOfEveryLengthFormComesBack() throws IOException {
    try (var client = server.connect().open("/echo")) {
      for (var length : new int[] {0, 1, 125, 126, 127, 65_535, 65_536}) {
        var payload = new byte[length];
        new java.util.Random(length).nextBytes(payload);
        client.send(RawClient.frame(0x82, payload));
        var frame = client.frame();
        assertThat(frame.first()).isEqualTo(0x82);
        assertThat(frame.payload()).isEqualTo(payload);
      }
    }
  }

  @Test
  void framesThatFollowTheHandshakeAtOnceAreHeard() throws IOException {
    try (var client = server.connect()) {
      client.send(
          RawClient.handshake("/echo")
              + "\r\n"
              + asLatin1(RawClient.frame(0x81, new byte[] {'x'})));
      assertThat(client.head().status()).isEqualTo(101);
      assertThat(client.frame().text()).isEqualTo("x");
    }
  }

  private static String asLatin1(byte[] bytes) {
    return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  @Test
  void aNodeHearsCommandsAndAnswers() throws Exception {
    try (var client = server.connect().open("/ws")) {
      client.text("{\"type\":\"PING\"}");
      assertThat(client.frame().text()).isEqualTo("{\"type\":\"PONG\"}");
    }
  }
}
