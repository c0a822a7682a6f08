package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class OneAddressHoldsTooManyConnectionsTest {
  private final List<RawClient> clients = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (var client : clients) {
      client.close();
    }
  }

  private static TestServer server(boolean loopbackExempt) throws IOException {
    var trusted = List.of(Cidr.of("127.0.0.2"));
    var access = new TransportSettings.Access(2, loopbackExempt, trusted, List.of());
    return new TestServer(TransportSettings.DEFAULTS.with(access));
  }

  private int connect(TestServer server, String from, String... headers) throws IOException {
    var client = server.connectFrom(from);
    clients.add(client);
    client.send(RawClient.handshake("/echo", headers) + "\r\n");
    return client.response().status();
  }

  @Test
  void soItGetsNoMoreUntilOneCloses() throws IOException {
    try (var server = server(false)) {
      assertThat(connect(server, "127.0.0.1")).isEqualTo(101);
      assertThat(connect(server, "127.0.0.1")).isEqualTo(101);
      try (var third = server.connectFrom("127.0.0.1")) {
        assertThat(third.response().status()).isEqualTo(429);
        third.assertEnded();
      }
      assertThat(connect(server, "127.0.0.3")).isEqualTo(101);
      clients.removeFirst().close();
      await().until(() -> answers(server));
    }
  }

  private boolean answers(TestServer server) {
    try {
      return connect(server, "127.0.0.1") == 101;
    } catch (IOException reset) {
      return false;
    }
  }

  @Test
  void behindOurProxyTooAndTheProxyItselfIsNotCounted() throws IOException {
    try (var server = server(false)) {
      for (var client = 0; client < 5; client++) {
        var address = "X-Forwarded-For: 203.0.113." + client;
        assertThat(connect(server, "127.0.0.2", address)).isEqualTo(101);
        assertThat(connect(server, "127.0.0.2", address)).isEqualTo(101);
        assertThat(connect(server, "127.0.0.2", address)).isEqualTo(429);
      }
    }
  }

  @Test
  void rotatingThroughItsOwnNetwork() throws IOException {
    try (var server = server(false)) {
      assertThat(connect(server, "127.0.0.2", "X-Forwarded-For: 2001:db8::1")).isEqualTo(101);
      assertThat(connect(server, "127.0.0.2", "X-Forwarded-For: 2001:db8::2:1")).isEqualTo(101);
      assertThat(connect(server, "127.0.0.2", "X-Forwarded-For: 2001:db8::ffff:0:0:3"))
          .isEqualTo(429);
      assertThat(connect(server, "127.0.0.2", "X-Forwarded-For: 2001:db8:0:1::1")).isEqualTo(101);
    }
  }

  @Test
  void exceptOnThisMachine() throws IOException {
    try (var server = server(true)) {
      for (var i = 0; i < 5; i++) {
        assertThat(connect(server, "127.0.0.1")).isEqualTo(101);
      }
    }
  }

  @Test
  void andNothingIsRememberedOfThoseThatLeft() throws Exception {
    var limit = new AddressLimit(2, true);
    var key = limit.key(InetAddress.getByName("203.0.113.7"));
    assertThat(limit.enter(key)).isTrue();
    assertThat(limit.enter(key)).isTrue();
    assertThat(limit.enter(key)).isFalse();
    assertThat(limit.addresses()).isEqualTo(1);
    limit.leave(key);
    limit.leave(key);
    assertThat(limit.addresses()).isZero();
  }
}
