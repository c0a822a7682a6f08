package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a browser, a load balancer and a metrics collector get. */
@ExtendWith(NoLeaks.class)
class PagesTest {
  static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static RawClient.Response get(String path) throws IOException {
    try (var client = server.connect()) {
      return client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").response();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/, text/html; charset=utf-8, <!doctype html><title>test</title>",
    "/index.html, text/html; charset=utf-8, <!doctype html><title>test</title>",
    "/?query=1, text/html; charset=utf-8, <!doctype html><title>test</title>",
    "/js/app.js, text/javascript; charset=utf-8, console.log(1)",
    "/health/live, text/plain; charset=utf-8, live"
  })
  void areServed(String path, String type, String body) throws IOException {
    var response = get(path);
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.header("Content-Type")).isEqualTo(type);
    assertThat(response.body().strip()).isEqualTo(body);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nothing",
        "/metrics",
        "/api/nodes",
        "/js",
        "/js/",
        "//",
        "/../transport-test/index.html",
        "/js/../index.html",
        "/js/..%2findex.html",
        "/%2e%2e/logback-test.xml",
        "/..\\logback-test.xml",
        "/js/app.js/",
        "/JS/app.js",
        "/ws/",
        "/Echo"
      })
  void areFoundByTheirExactPathOnly(String path) throws IOException {
    assertThat(get(path).status()).isEqualTo(404);
  }

  @Test
  void areReadyWhenTheNodeIs() throws IOException {
    assertThat(get("/health/ready").status()).isEqualTo(200);
    server.ready = false;
    assertThat(get("/health/ready").status()).isEqualTo(503);
    server.ready = true;
  }

  @Test
  void comeOneAfterTheOtherOnOneConnection() throws IOException {
    try (var client = server.connect()) {
      for (var i = 0; i < 3; i++) {
        client.send("GET /health/live HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
        var response = client.response();
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("Connection")).isEqualTo("keep-alive");
      }
      client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
      var head = client.head();
      assertThat(head.header("Content-Length")).isEqualTo("35");
      client.send("GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      assertThat(client.response().header("Connection")).isEqualTo("close");
      client.assertEnded();
    }
  }

  @Test
  void endAnOldConnectionAfterOne() throws IOException {
    try (var client = server.connect()) {
      client.send("GET / HTTP/1.0\r\n\r\n");
      assertThat(client.response().status()).isEqualTo(200);
      client.assertEnded();
    }
  }

  @Test
  void areNotSentAgainUnchanged() throws IOException {
    var tag = get("/").header("ETag");
    try (var client = server.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: " + tag + "\r\n\r\n");
      var unchanged = client.head();
      assertThat(unchanged.status()).isEqualTo(304);
      assertThat(unchanged.header("ETag")).isEqualTo(tag);
      client.send("GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"other\"\r\n\r\n");
      assertThat(client.response().status()).isEqualTo(200);
    }
  }

  @Test
  void loadNothingFromElsewhereAndAreNotFramed() throws IOException {
    var page = get("/");
    assertThat(page.header("Content-Security-Policy"))
        .contains("default-src 'self'", "connect-src 'self' ws: wss:", "frame-ancestors 'none'");
    assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(page.header("Cache-Control")).isEqualTo("no-cache");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/nothing", "/health/live", "/ws"})
  void doNotSayWhatServesThem(String path) throws IOException {
    var response = get(path);
    assertThat(response.header("Server")).isEmpty();
    assertThat(response.header("X-Powered-By")).isEmpty();
    assertThat(response.body()).doesNotContainIgnoringCase("netty").doesNotContain("io.byssus");
  }
}
