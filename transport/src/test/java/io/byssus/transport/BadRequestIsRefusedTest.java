package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that are broken, too large or smuggle something: a status, and the connection is over.
 */
@ExtendWith(NoLeaks.class)
class BadRequestIsRefusedTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n";
  private static final String AFTER = "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n";

  static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static Stream<Arguments> requests() {
    return Stream.of(
        // Too large.
        arguments("header of 100 KB", 431, GET + "X: " + "x".repeat(100 << 10) + "\r\n\r\n"),
        arguments("10,000 headers", 431, GET + headers(10_000) + "\r\n"),
        arguments("URI of 64 KB", 414, "GET /" + "x".repeat(64 << 10) + " HTTP/1.1\r\n\r\n"),
        // No bodies, whatever says that one comes.
        arguments("body", 400, GET + "Content-Length: 5\r\n\r\nhello"),
        arguments("body on upgrade", 400, upgrade("Content-Length: 5") + "hello"),
        arguments("chunked", 400, GET + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        arguments("chunked upgrade", 400, upgrade("Transfer-Encoding: chunked") + "0\r\n\r\n"),
        arguments(
            "both lengths", 400, GET + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
        arguments("odd coding", 400, GET + "Transfer-Encoding: chunked, xchunked\r\n\r\n"),
        arguments("hidden coding", 400, GET + "Transfer-Encoding : chunked\r\n\r\n"),
        arguments("two lengths", 400, GET + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n"),
        arguments("length list", 400, GET + "Content-Length: 0, 5\r\n\r\n"),
        arguments("signed length", 400, GET + "Content-Length: +0\r\n\r\n"),
        arguments("negative length", 400, GET + "Content-Length: -1\r\n\r\n"),
        arguments(
            "chunk line with a bare LF",
            400,
            GET + "Transfer-Encoding: chunked\r\n\r\n5;a=\"\n\r\nhello\r\n0\r\n\r\n"),
        // Lines that two parsers could read differently.
        arguments("NUL before the request", 400, "\0" + GET + "\r\n"),
        arguments("bare LF", 400, "GET / HTTP/1.1\nHost: a\n\n"),
        arguments("bare LF after a header", 400, "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"),
        arguments("space before the colon", 400, GET + "X : y\r\n\r\n"),
        arguments("no colon", 400, GET + "X\r\n\r\n"),
        arguments("NUL in a header", 400, GET + "X: a\0b\r\n\r\n"),
        arguments("CR in a header", 400, GET + "X: a\rb\r\n\r\n"),
        arguments("not HTTP", 400, "hello\r\n\r\n"),
        arguments("no version", 400, "GET /\r\nHost: a\r\n\r\n"),
        // What asks for something else.
        arguments("HTTP/2 preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        arguments("HTTP/9.9", 505, "GET / HTTP/9.9\r\nHost: a\r\n\r\n"),
        arguments("POST", 405, "POST / HTTP/1.1\r\nHost: a\r\n\r\n"),
        arguments("CONNECT", 405, "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"),
        arguments("TRACE", 405, "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"),
        arguments("absolute URI", 400, "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        arguments("no host", 400, "GET / HTTP/1.1\r\n\r\n"),
        arguments("two hosts", 400, GET + "Host: b\r\n\r\n"),
        // Handshakes.
        arguments("no key", 400, without("Sec-WebSocket-Key")),
        arguments("short key", 400, replaced(RawClient.KEY, "dGhlIHNhbXBsZSA=")),
        arguments("key not in Base64", 400, replaced(RawClient.KEY, "!".repeat(24))),
        arguments("two keys", 400, upgrade("Sec-WebSocket-Key: " + RawClient.KEY)),
        arguments("Connection: close", 400, replaced("Connection: Upgrade", "Connection: close")),
        arguments("no version of WebSocket", 426, without("Sec-WebSocket-Version")),
        arguments("version 8", 426, replaced("Version: 13", "Version: 8")),
        arguments("two versions", 426, upgrade("Sec-WebSocket-Version: 13")),
        arguments("upgrade to h2c", 426, replaced("Upgrade: websocket", "Upgrade: h2c")),
        arguments("no upgrade", 426, "GET /ws HTTP/1.1\r\nHost: a\r\n\r\n"),
        arguments("HTTP/1.0 upgrade", 400, replaced("HTTP/1.1", "HTTP/1.0")),
        arguments("POST upgrade", 405, replaced("GET", "POST")));
  }

  private static String headers(int count) {
    var lines = new StringBuilder();
    IntStream.range(0, count).forEach(i -> lines.append("X-").append(i).append(": y\r\n"));
    return lines.toString();
  }

  private static String upgrade(String header) {
    return RawClient.handshake("/ws", header) + "\r\n";
  }

  private static String replaced(String part, String other) {
    return RawClient.handshake("/ws").replace(part, other) + "\r\n";
  }

  private static String without(String header) {
    return RawClient.handshake("/ws").replaceAll(header + ": [^\r]*\r\n", "") + "\r\n";
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("requests")
  void withAStatusAndTheEndOfTheConnection(String name, int status, String request)
      throws Exception {
    try (var client = server.connect()) {
      client.send(request + AFTER);
      var response = client.response();
      assertThat(response.status()).isEqualTo(status);
      assertThat(response.header("Connection")).isEqualTo("close");
      client.assertEnded();
    }
    assertThat(server.untouched()).isTrue();
    assertThat(server.refusal()).isEqualTo(status).isIn(TransportObserver.REFUSALS);
  }

  /** A client author sees what is wrong with the key, rather than guess. */
  @ParameterizedTest
  @MethodSource("reasons")
  void withTheReasonInItsBody(String request, String reason) throws Exception {
    try (var client = server.connect()) {
      client.send(request);
      var response = client.response();
      assertThat(response.status()).isEqualTo(400);
      assertThat(response.body()).contains(reason);
    }
    assertThat(server.refusal()).isEqualTo(400);
  }

  static Stream<Arguments> reasons() {
    var key = "exactly one Sec-WebSocket-Key with 16 bytes in base64 is required";
    return Stream.of(
        arguments(without("Sec-WebSocket-Key"), key),
        arguments(replaced(RawClient.KEY, "dGhlIHNhbXBsZSA="), key),
        arguments(replaced(RawClient.KEY, "!".repeat(24)), key),
        arguments(without("Connection"), "Connection header must contain Upgrade"),
        arguments(replaced("Connection: Upgrade", "Connection: close"), "proxy"),
        arguments(replaced("HTTP/1.1", "HTTP/1.0"), "HTTP/1.1"));
  }

  /** Cookies of a single sign-on, and what a load balancer adds to them. */
  @Test
  void butNotTwelveKilobytesOfCookies() throws Exception {
    try (var client = server.connect()) {
      client.open("/ws", "Cookie: sso=" + "x".repeat(12 << 10));
      server.next();
    }
  }

  @ParameterizedTest
  @MethodSource("hints")
  void withAHintWhatWouldBeRight(String request, String header, String hint) throws Exception {
    try (var client = server.connect()) {
      client.send(request);
      var response = client.response();
      assertThat(response.header(header)).isEqualTo(hint);
      assertThat(server.refusal()).isEqualTo(response.status());
    }
  }

  static Stream<Arguments> hints() {
    return Stream.of(
        arguments(replaced("Version: 13", "Version: 8"), "Sec-WebSocket-Version", "13"),
        arguments("GET /ws HTTP/1.1\r\nHost: a\r\n\r\n", "Upgrade", "websocket"),
        arguments("POST / HTTP/1.1\r\nHost: a\r\n\r\n", "Allow", "GET, HEAD"));
  }
}
