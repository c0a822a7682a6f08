package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ServerMessage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What differs between ways to talk to the kernel: connections, half-closes, resets, flow. */
@ExtendWith(NoLeaks.class)
class EveryTransportTest {
  @ParameterizedTest
  @EnumSource(Transport.class)
  void servesAndEndsConnections(Transport transport) throws Exception {
    assumeTrue(transport.orFallback() == transport, "not available here");
    try (var server = new TestServer(TestServer.impatient(), transport)) {
      echoes(server);
      says(server);
      refuses(server);
      outlivesVanishedPeers(server);
      pausesReading(server);
      await().until(() -> server.connections() == 0);
    }
  }

  private static void echoes(TestServer server) throws Exception {
    try (var client = server.connect().open("/echo")) {
      for (var length : new int[] {0, 100, 60_000}) {
        client.send(RawClient.frame(0x82, new byte[length]));
        assertThat(client.frame().payload()).hasSize(length);
      }
      client.send(RawClient.frame(0x88, new byte[] {0x03, (byte) 0xE8}));
      client.assertClosedWith(1000);
    }
  }

  private static void says(TestServer server) throws Exception {
    try (var client = server.connect().open("/ws")) {
      var session = server.next();
      session.send(new ServerMessage.Pong(1, false));
      assertThat(client.frame().text()).contains("\"id\":1");
      session.onLane(() -> session.connection().close(CloseCode.ENDED));
      client.assertClosedWith(4412);
    }
  }

  private static void refuses(TestServer server) throws Exception {
    try (var client = server.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(1 << 20) + "\r\n\r\n");
      assertThat(client.response().status()).isEqualTo(431);
      client.assertEnded();
    }
    try (var client = server.connect().open("/echo")) {
      client.send(RawClient.frame(0x82, new byte[1 << 20]));
      client.assertClosedWith(1009);
    }
  }

  private static void outlivesVanishedPeers(TestServer server) throws Exception {
    server.connect().open("/ws").reset();
    assertThat(server.next().gone()).isEqualTo(CloseCode.GOING_AWAY);
    try (var client = server.connect().open("/ws")) {
      client.shutdownOutput();
      client.assertEnded();
      assertThat(server.next().gone()).isEqualTo(CloseCode.GOING_AWAY);
    }
  }

  private static void pausesReading(TestServer server) throws Exception {
    try (var client = server.connect().open("/ws")) {
      var session = server.next();
      var paused = new CompletableFuture<Void>();
      session.onLane(() -> {
        session.connection().reading(false);
        paused.complete(null);
      });
      paused.get(5, TimeUnit.SECONDS);
      client.text("{\"type\":\"ping\",\"id\":5}");
      Thread.sleep(100);
      assertThat(session.waiting()).isZero();
      session.onLane(() -> session.connection().reading(true));
      assertThat(client.frame().text()).contains("\"id\":5");
    }
  }
}
