package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client shows before it can say anything. */
@ExtendWith(NoLeaks.class)
class TokenInTheHandshakeTest {
  private static final String OURS = "Origin: https://app.example.com";
  static TestServer server;
  static TestServer open;

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer(settings("https://app.example.com"));
    open = new TestServer(settings("*"));
  }

  private static TransportSettings settings(String origin) {
    return TransportSettings.DEFAULTS.with(
        new TransportSettings.Access(
            1000, true, List.of(), List.of(origin), Optional.of("session")));
  }

  @AfterAll
  static void stop() {
    server.close();
    open.close();
  }

  private static String token(TestServer at, String... headers) throws Exception {
    try (var client = at.connect()) {
      client.open("/ws", headers);
      return at.next().connection().peer().token();
    }
  }

  @Test
  void standsInAuthorizationInACookieOrInASubprotocol() throws Exception {
    assertThat(token(server, "Authorization: Bearer a.b.c")).isEqualTo("a.b.c");
    assertThat(token(server, "authorization: bearer  a.b.c ")).isEqualTo("a.b.c");
    assertThat(token(server, OURS, "Cookie: session=a.b.c")).isEqualTo("a.b.c");
    assertThat(token(server, OURS, "Cookie: theme=dark; session=a.b.c; x=y")).isEqualTo("a.b.c");
    assertThat(token(server, "Sec-WebSocket-Protocol: byssus.v1.json, byssus.token.a.b.c"))
        .isEqualTo("a.b.c");
    assertThat(token(server)).isEmpty();
  }

  @Test
  void countsInThatOrder() throws Exception {
    var cookie = "Cookie: session=in-cookie";
    var subprotocol = "Sec-WebSocket-Protocol: byssus.token.in-subprotocol";
    assertThat(token(server, OURS, subprotocol, cookie, "Authorization: Bearer in-header"))
        .isEqualTo("in-header");
    assertThat(token(server, OURS, subprotocol, cookie)).isEqualTo("in-cookie");
    assertThat(token(server, OURS, subprotocol, cookie, "Authorization: Basic YTpi"))
        .isEqualTo("in-cookie");
    assertThat(token(server, subprotocol, cookie)).isEqualTo("in-subprotocol");
  }

  /** A browser adds the cookie of its user to whatever page asks. */
  @Test
  void cookieCountsForPagesOfOursOnly() throws Exception {
    var cookie = "Cookie: session=a.b.c";
    assertThat(token(server, cookie)).isEmpty();
    assertThat(token(server, "Origin: http://byssus.test", cookie)).isEqualTo("a.b.c");
    assertThat(token(open, "Origin: https://evil.tld", cookie)).isEmpty();
    assertThat(token(open, "Origin: null", cookie)).isEmpty();
    assertThat(token(open, cookie)).isEmpty();
    assertThat(token(open, "Origin: http://byssus.test", cookie)).isEqualTo("a.b.c");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.tld",
        "null",
        "https://app.example.com.evil.tld",
        "http://app.example.com",
        "https://app.example.com:8443"
      })
  void foreignPageWithACookieIsTurnedAway(String origin) throws Exception {
    try (var client = server.connect()) {
      client.send(
          RawClient.handshake("/ws", "Origin: " + origin, "Cookie: session=a.b.c") + "\r\n");
      assertThat(client.response().status()).isEqualTo(403);
    }
    assertThat(server.untouched()).isTrue();
  }

  /** Of two nobody knows whose the other is: another site of the same domain can set cookies. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Cookie: session=a; session=b",
        "Cookie: session=",
        "Cookie: sessions=a",
        "Cookie: my-session=a",
        "Cookie: SESSION=a",
        "Cookie: session",
        "Authorization: Bearer",
        "Authorization: a.b.c",
        "Sec-WebSocket-Protocol: byssus.token.a, byssus.token.b",
        "Sec-WebSocket-Protocol: byssus.token.",
        "Sec-WebSocket-Protocol: token.a.b.c"
      })
  void whatIsNotOneIsNone(String header) throws Exception {
    assertThat(token(server, OURS, header)).isEmpty();
  }

  @Test
  void twoHeadersAreNotOne() throws Exception {
    assertThat(token(server, "Authorization: Bearer a", "Authorization: Bearer b")).isEmpty();
    assertThat(token(server, OURS, "Cookie: session=a", "Cookie: session=b")).isEmpty();
  }

  @Test
  void answerNeverHoldsIt() throws Exception {
    try (var client = server.connect()) {
      client.send(
          RawClient.handshake("/ws", "Sec-WebSocket-Protocol: byssus.token.a.b.c, byssus.v1.json")
              + "\r\n");
      var response = client.response();
      assertThat(response.status()).isEqualTo(101);
      assertThat(response.toString()).contains("byssus.v1.json").doesNotContain("a.b.c");
      server.next();
    }
    try (var client = server.connect()) {
      client.send(
          RawClient.handshake("/ws", "Sec-WebSocket-Protocol: byssus.token.a.b.c") + "\r\n");
      var response = client.response();
      assertThat(response.status()).isEqualTo(101);
      assertThat(response.toString()).doesNotContain("a.b.c", "Sec-WebSocket-Protocol");
      server.next();
    }
  }
}
