package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.connection.Peer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who the peer is depends on who says so. 127.0.0.2 stands for our proxy, 127.0.0.3 for another.
 */
@ExtendWith(NoLeaks.class)
class ProxiedClientTest {
  static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    var trusted = List.of(Cidr.of("127.0.0.2"), Cidr.of("10.0.0.0/8"));
    var access = new TransportSettings.Access(1000, true, trusted, List.of());
    server = new TestServer(TransportSettings.DEFAULTS.with(access));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Peer peer(String from, String... headers) throws Exception {
    try (var client = server.connectFrom(from)) {
      client.open("/ws", headers);
      return server.next().connection().peer();
    }
  }

  @Test
  void isKnownByTheAddressThatOurProxyTells() throws Exception {
    assertThat(peer("127.0.0.2", "X-Forwarded-For: 203.0.113.7"))
        .isEqualTo(new Peer("203.0.113.7", false));
    assertThat(peer("127.0.0.2", "X-Forwarded-For: 2001:db8:0:0::1"))
        .isEqualTo(new Peer("2001:db8::1", false));
    assertThat(peer("127.0.0.2", "X-Forwarded-For: [2001:db8::1]:443").address())
        .isEqualTo("2001:db8::1");
    assertThat(peer("127.0.0.2", "X-Forwarded-For: 203.0.113.7:1234").address())
        .isEqualTo("203.0.113.7");
  }

  @Test
  void cannotPutAnotherAddressBeforeIt() throws Exception {
    assertThat(peer("127.0.0.2", "X-Forwarded-For: 127.0.0.1, 203.0.113.7").address())
        .isEqualTo("203.0.113.7");
    assertThat(
            peer("127.0.0.2", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-For: 203.0.113.7")
                .address())
        .isEqualTo("203.0.113.7");
  }

  @Test
  void isFoundBehindAChainOfOurProxies() throws Exception {
    assertThat(peer("127.0.0.2", "X-Forwarded-For: 198.51.100.1, 203.0.113.7, 10.1.2.3").address())
        .isEqualTo("203.0.113.7");
  }

  @Test
  void isTheProxyItselfWhenThatTellsNonsense() throws Exception {
    for (var nonsense : List.of("unknown", "", "_hidden", "203.0.113.777", "1, ", "[::1")) {
      assertThat(peer("127.0.0.2", "X-Forwarded-For: " + nonsense).address())
          .isEqualTo("127.0.0.2");
    }
  }

  @Test
  void isNotBelievedByItself() throws Exception {
    assertThat(peer("127.0.0.3", "X-Forwarded-For: 203.0.113.7").address()).isEqualTo("127.0.0.3");
  }

  @Test
  void isNotLocalBehindAProxyOfThisMachineThatWeWereNotToldOf() throws Exception {
    for (var trace : List.of("X-Forwarded-For: 203.0.113.7", "Via: 1.1 x", "X-Real-IP: 1.2.3.4")) {
      assertThat(peer("127.0.0.3", trace).local()).isFalse();
    }
  }

  @Test
  void isLocalOnlyWhenItsPageIsToo() throws Exception {
    assertThat(peer("127.0.0.1").local()).isTrue();
    // The name of the server may be anybody's, made to point here.
    assertThat(peer("127.0.0.1", "Origin: http://byssus.test").local()).isFalse();
  }

  @Test
  void hasTheSchemeThatOurProxyTells() throws Exception {
    assertThat(
            peer("127.0.0.2", "X-Forwarded-Proto: https", "Origin: https://byssus.test").address())
        .isEqualTo("127.0.0.2");
    assertThat(status("127.0.0.2", "X-Forwarded-Proto: https", "Origin: http://byssus.test"))
        .isEqualTo(403);
    assertThat(status("127.0.0.3", "X-Forwarded-Proto: https", "Origin: https://byssus.test"))
        .isEqualTo(403);
  }

  /** RFC 7239 section 5.4 takes any registered scheme; Traefik says wss. */
  @ParameterizedTest
  @ValueSource(
      strings = {"wss", "WSS", "HTTPS", "https, http", "https,https", "https,wss", "wss, ws"})
  void hasTheSchemeThatTheProxyNearestToItTells(String told) throws Exception {
    assertThat(
            status(
                "127.0.0.2",
                "X-Forwarded-For: 203.0.113.7",
                "X-Forwarded-Proto: " + told,
                "Origin: https://byssus.test"))
        .isEqualTo(101);
  }

  @Test
  void hasTheSchemeOfTheFirstOfTwoHeaders() throws Exception {
    assertThat(
            status(
                "127.0.0.2",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Proto: http",
                "Origin: https://byssus.test"))
        .isEqualTo(101);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "WS", "http", "http, https", "ftp", "", ",", "httpss"})
  void cameByHttpUnlessTold(String told) throws Exception {
    var header = "X-Forwarded-Proto: " + told;
    assertThat(status("127.0.0.2", header, "Origin: http://byssus.test")).isEqualTo(101);
    assertThat(status("127.0.0.2", header, "Origin: https://byssus.test")).isEqualTo(403);
  }

  /** What it has put before them reaches neither. */
  @Test
  void cannotPutAnotherSchemeBeforeThoseOfOurProxies() throws Exception {
    var claimed = "X-Forwarded-For: 10.0.0.9, 203.0.113.7, 10.1.2.3";
    var told = "X-Forwarded-Proto: https, http, http";
    assertThat(status("127.0.0.2", claimed, told, "Origin: https://byssus.test")).isEqualTo(403);
    assertThat(status("127.0.0.2", claimed, told, "Origin: http://byssus.test")).isEqualTo(101);
    for (var scheme : List.of("wss", "https, https")) {
      assertThat(status("127.0.0.3", "X-Forwarded-Proto: " + scheme, "Origin: https://byssus.test"))
          .isEqualTo(403);
    }
  }

  private static int status(String from, String... headers) throws Exception {
    try (var client = server.connectFrom(from)) {
      var status = client.send(RawClient.handshake("/ws", headers) + "\r\n").response().status();
      if (status == 101) {
        server.next(); // or the next test would take it for its own
      }
      return status;
    }
  }
}
