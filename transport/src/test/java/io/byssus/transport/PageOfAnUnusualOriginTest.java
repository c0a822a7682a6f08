package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Origins that are no scheme, host and port of the web, and hosts that DNS would not have. */
@ExtendWith(NoLeaks.class)
class PageOfAnUnusualOriginTest {
  private static int status(List<String> allowed, String... headers) throws IOException {
    var access = new TransportSettings.Access(1000, true, List.of(), allowed);
    try (var server = new TestServer(TransportSettings.DEFAULTS.with(access));
        var client = server.connect()) {
      var handshake = RawClient.handshake("/ws", headers);
      if (headers[0].startsWith("Host:")) {
        handshake = handshake.replaceFirst("Host: byssus.test\r\n", "");
      }
      return client.send(handshake + "\r\n").response().status();
    }
  }

  /** RFC 6454 section 6.1: what is no triple is null. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "",
        "file://",
        "https://app_1.example.org",
        "capacitor://localhost",
        "chrome-extension://abcdefghijklmnop",
        "https://app.example.com:99999",
        "not an origin"
      })
  void isLetInWhereAnyIs(String origin) throws IOException {
    assertThat(status(List.of("*"), "Origin: " + origin)).isEqualTo(101);
  }

  @ParameterizedTest
  @CsvSource({
    "null, null",
    "null, NULL",
    "file://, file://",
    "capacitor://localhost, capacitor://localhost",
    "https://app_1.example.org, https://app_1.example.org",
    "https://app_1.example.org, https://APP_1.Example.org:443",
    "https://app_1.example.org:8443, https://app_1.example.org:08443",
    "http://[fd00:0::5], http://[fd00::5]:80",
  })
  void isLetInByName(String listed, String origin) throws IOException {
    assertThat(status(List.of(listed), "Origin: " + origin)).isEqualTo(101);
  }

  @ParameterizedTest
  @CsvSource({
    "null, file://",
    "file://, null",
    "https://app_1.example.org, https://app_2.example.org",
    "https://app_1.example.org, http://app_1.example.org",
    "https://app_1.example.org, https://app_1.example.org:444",
    "capacitor://localhost, ionic://localhost",
    "capacitor://localhost, capacitor://localhost:80",
    "https://a.example, https://a.example/",
    "https://a.example, https://user@a.example",
  })
  void isNotLetInByTheNameOfAnother(String listed, String origin) throws IOException {
    assertThat(status(List.of(listed), "Origin: " + origin)).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "my_app:8080, http://my_app:8080, 101",
    "my_app, http://MY_APP:80, 101",
    "[::1]:8080, http://[::1]:8080, 101",
    "my_app:8080, http://my_app, 403",
    "my_app:8080, http://my-app:8080, 403",
    "my_app:8080, null, 403",
    "'', http://, 403",
  })
  void isOursIfItIsWhatHostSays(String host, String origin, int status) throws IOException {
    assertThat(status(List.of(), "Host: " + host, "Origin: " + origin)).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "file://", "http://localhost.evil_1.tld", "http://127.0.0.1.tld"})
  void isNotOfThisMachineForAllThat(String origin) {
    assertThat(Origins.local(List.of(origin))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost:3000",
        "http://my_app.localhost",
        "http://127.9.9.9:80",
        "http://[::1]:8080",
        "http://[::ffff:127.0.0.1]"
      })
  void isOfThisMachineByItsHost(String origin) {
    assertThat(Origins.local(List.of(origin))).isTrue();
  }
}
