package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The time for a request runs from its start to its end, however busy the client looks. */
@ExtendWith(NoLeaks.class)
class SlowRequestIsCutOffTest {
  private static final Duration TIMEOUT = Duration.ofMillis(400);
  private static final long LATEST_MS = 1500;

  private static final String LIVE = "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n";

  static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server =
        new TestServer(
            TransportSettings.DEFAULTS.with(
                new TransportSettings.Http(TIMEOUT, TIMEOUT, 4096, 8192, 0)));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void aClientThatSendsNothing() throws IOException {
    var before = server.timeouts();
    try (var client = server.connect()) {
      assertCutOff(client);
    }
    assertThat(server.timeouts()).isEqualTo(before + 1);
  }

  @Test
  void aClientThatDripsItsHeaders() throws Exception {
    try (var client = server.connect()) {
      var started = System.nanoTime();
      try {
        for (var b : RawClient.handshake("/ws").repeat(50).getBytes()) {
          client.send(b);
          Thread.sleep(20);
        }
        throw new AssertionError("the server listened to the end");
      } catch (IOException reset) {
        assertThat((System.nanoTime() - started) / 1_000_000).isBetween(300L, LATEST_MS);
      }
    }
    assertThat(server.untouched()).isTrue();
  }

  @Test
  void aClientThatKeepsAConnectionForNothing() throws IOException {
    var before = server.timeouts();
    try (var client = server.connect()) {
      client.send(LIVE);
      assertThat(client.response().status()).isEqualTo(200);
      assertCutOff(client);
    }
    assertThat(server.timeouts()).isEqualTo(before);
  }

  /**
   * A proxy keeps its connections for a minute, and a request that it sends into an end is lost.
   */
  @Test
  void butNotAProxyThatKeepsItsConnection() throws Exception {
    var patient = new TransportSettings.Http(TIMEOUT, Duration.ofMinutes(1), 4096, 8192, 0);
    try (var keeping = new TestServer(TransportSettings.DEFAULTS.with(patient));
        var client = keeping.connect()) {
      client.send(LIVE);
      assertThat(client.response().status()).isEqualTo(200);
      Thread.sleep(TIMEOUT.toMillis() * 2);
      client.send(LIVE);
      assertThat(client.response().status()).isEqualTo(200);
      // The time of a request runs from its first byte.
      Thread.sleep(TIMEOUT.toMillis() * 2);
      client.send(LIVE.substring(0, 7));
      assertCutOff(client);
    }
  }

  @Test
  void butNotAWebSocket() throws Exception {
    try (var client = server.connect().open("/echo")) {
      Thread.sleep(TIMEOUT.toMillis() * 2);
      client.text("still here");
      assertThat(client.frame().text()).isEqualTo("still here");
    }
  }

  private static void assertCutOff(RawClient client) throws IOException {
    var started = System.nanoTime();
    client.assertEnded();
    assertThat((System.nanoTime() - started) / 1_000_000).isBetween(300L, LATEST_MS);
  }
}
