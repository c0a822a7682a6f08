package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page of somebody else cannot use its visitor's network to reach us. */
@ExtendWith(NoLeaks.class)
class ForeignPageIsRefusedTest {
  static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    var access =
        new TransportSettings.Access(
            1000, true, List.of(), List.of("https://app.example.com", "http://dev.test:3000"));
    server = new TestServer(TransportSettings.DEFAULTS.with(access));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.tld",
        "null",
        "",
        "https://app.example.com.evil.tld",
        "https://evilapp.example.com",
        "https://sub.app.example.com",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://app.example.com/",
        "https://app.example.com@evil.tld",
        "https://user@app.example.com",
        "https://byssus.test",
        "http://byssus.test:8080",
        "http://dev.test",
        "https://app.example.com, https://evil.tld",
        "file://",
        "app.example.com"
      })
  void whateverItsOriginLooksLike(String origin) throws IOException {
    try (var client = server.connect()) {
      client.send(RawClient.handshake("/ws", "Origin: " + origin) + "\r\n");
      assertThat(client.response().status()).isEqualTo(403);
      client.assertEnded();
    }
    assertThat(server.untouched()).isTrue();
  }

  @Test
  void alsoWhenItNamesTwoOrigins() throws IOException {
    try (var client = server.connect()) {
      var origin = "Origin: https://app.example.com";
      client.send(RawClient.handshake("/ws", origin, origin) + "\r\n");
      assertThat(client.response().status()).isEqualTo(403);
    }
    assertThat(server.untouched()).isTrue();
  }

  @Test
  void andWhoeverRunsTheServerIsTold() throws Exception {
    try (var client = server.connect()) {
      client.send(RawClient.handshake("/ws", "Origin: https://evil.tld") + "\r\n");
      assertThat(client.response().body())
          .contains("Forbidden", "origin")
          .doesNotContain("evil.tld", "byssus.test", "app.example.com");
    }
    String told;
    do { // of the other tests' pages too
      told = server.foreignPage();
    } while (!told.startsWith("https://evil.tld"));
    assertThat(told).isEqualTo("https://evil.tld is not http://byssus.test");
  }

  @Test
  void alsoAtTheEcho() throws IOException {
    try (var client = server.connect()) {
      client.send(RawClient.handshake("/echo", "Origin: https://evil.tld") + "\r\n");
      assertThat(client.response().status()).isEqualTo(403);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://app.example.com",
        "https://APP.example.com:443",
        "http://dev.test:3000",
        "http://byssus.test",
        "http://byssus.test:80"
      })
  void butNotOneThatIsListedOrOurs(String origin) throws Exception {
    try (var client = server.connect()) {
      client.open("/ws", "Origin: " + origin);
      assertThat(server.next().connection().peer().local()).isFalse();
    }
  }

  @Test
  void norAClientThatIsNoPage() throws Exception {
    try (var client = server.connect()) {
      client.open("/ws");
      assertThat(server.next().connection().peer().local()).isTrue();
    }
  }
}
