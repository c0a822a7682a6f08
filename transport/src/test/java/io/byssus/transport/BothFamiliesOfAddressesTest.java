package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.byssus.core.connection.Peer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** IPv4, IPv6, and IPv4 within IPv6 (RFC 4291 section 2.5.5.2). */
@ExtendWith(NoLeaks.class)
class BothFamiliesOfAddressesTest {
  private static TransportSettings settings(int connectionsPerAddress) {
    var trusted = List.of(Cidr.of("127.0.0.2"), Cidr.of("::ffff:127.0.0.4"));
    return TransportSettings.DEFAULTS.with(
        new TransportSettings.Access(connectionsPerAddress, false, trusted, List.of()));
  }

  @BeforeAll
  static void thisMachineKnowsBoth() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
      assumeTrue(socket.isBound());
    } catch (IOException e) {
      assumeTrue(false, "this machine has no ::1: " + e.getMessage());
    }
  }

  private static TestServer server(Transport transport, String host) throws IOException {
    assumeTrue(transport.orFallback() == transport, "not available here");
    return new TestServer(settings(1000), transport, host);
  }

  private static RawClient connect(TestServer server, String from, String to) throws IOException {
    return new RawClient(
        new InetSocketAddress(to, server.address().getPort()), InetAddress.getByName(from));
  }

  private static Peer peer(TestServer server, String from, String to, String... headers)
      throws Exception {
    try (var client = connect(server, from, to)) {
      client.open("/ws", headers);
      return server.next().connection().peer();
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void everyAddressIsServedAndKnownByItsUsualName(Transport transport) throws Exception {
    try (var server = server(transport, "::")) {
      assertThat(peer(server, "127.0.0.1", "127.0.0.1")).isEqualTo(new Peer("127.0.0.1", true));
      assertThat(peer(server, "::1", "::1")).isEqualTo(new Peer("::1", true));
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void everyAddressOfIpv4IsNoneOfIpv6(Transport transport) throws Exception {
    try (var server = server(transport, "0.0.0.0")) {
      assertThat(peer(server, "127.0.0.1", "127.0.0.1")).isEqualTo(new Peer("127.0.0.1", true));
      assertRefused(server, "::1");
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void oneAddressIsNoOther(Transport transport) throws Exception {
    try (var server = server(transport, "::1")) {
      assertThat(peer(server, "::1", "::1")).isEqualTo(new Peer("::1", true));
      assertRefused(server, "127.0.0.1");
    }
    try (var server = server(transport, "127.0.0.1")) {
      assertThat(peer(server, "127.0.0.1", "127.0.0.1").local()).isTrue();
      assertRefused(server, "::1");
    }
  }

  private static void assertRefused(TestServer server, String to) throws IOException {
    try (var client = new RawClient(new InetSocketAddress(to, server.address().getPort()))) {
      client.send(RawClient.handshake("/echo") + "\r\n").assertEnded();
    } catch (SocketException refused) {
      assertThat(refused).hasMessageMatching("Connection (refused|reset).*|Broken pipe");
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void proxyIsTrustedInWhicheverWayItsAddressIsWritten(Transport transport) throws Exception {
    try (var server = server(transport, "::")) {
      for (var proxy : List.of("127.0.0.2", "127.0.0.4")) {
        assertThat(peer(server, proxy, "127.0.0.1", "X-Forwarded-For: ::ffff:203.0.113.7"))
            .isEqualTo(new Peer("203.0.113.7", false));
        assertThat(peer(server, proxy, "127.0.0.1", "X-Forwarded-For: ::ffff:127.0.0.1"))
            .isEqualTo(new Peer("127.0.0.1", true));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void addressIsCountedAsOneHoweverItIsWritten(Transport transport) throws Exception {
    assumeTrue(transport.orFallback() == transport, "not available here");
    try (var server = new TestServer(settings(1), transport, "::");
        var first = connect(server, "127.0.0.2", "127.0.0.1");
        var same = connect(server, "127.0.0.2", "127.0.0.1");
        var other = connect(server, "127.0.0.2", "127.0.0.1")) {
      first.open("/ws", "X-Forwarded-For: 203.0.113.7");
      same.send(RawClient.handshake("/ws", "X-Forwarded-For: ::ffff:203.0.113.7") + "\r\n");
      assertThat(same.response().status()).isEqualTo(429);
      other.open("/ws", "X-Forwarded-For: 2001:db8::7");
    }
  }
}
