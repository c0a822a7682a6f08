package io.byssus.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys, and what is served without one. */
final class OnlyKeysOpenTheApiTest {
  private static final String PUBLISH = "/api/v1/publish";
  private static final String NEWS = "{\"channel\":\"news.a\",\"data\":1}";

  @Test
  void aKeyOpensWhatItsScopesSay() throws IOException {
    var key = ApiKey.make("backend", List.of("publish:news.*"), new SecureRandom());
    try (var api = TestApi.start(TestApi.SETTINGS, TestApi.keys(key.line()))) {
      var http = api.http();
      assertThat(http.post(PUBLISH, NEWS, "Authorization", "Bearer " + key.secret()).status())
          .isEqualTo(200);
      assertThat(
              http.post(
                      PUBLISH,
                      "{\"channel\":\"chat\",\"data\":1}",
                      "Authorization",
                      "Bearer " + key.secret())
                  .status())
          .isEqualTo(403);
      assertThat(http.get("/api/v1/nodes", "Authorization", "Bearer " + key.secret()).status())
          .isEqualTo(403);
      var without = http.post(PUBLISH, NEWS);
      assertThat(without.status()).isEqualTo(401);
      assertThat(without.header("WWW-Authenticate")).isEqualTo("Bearer");
      assertThat(http.post(PUBLISH, NEWS, "Authorization", "Bearer byk_wrong").status())
          .isEqualTo(401);
      assertThat(http.post(PUBLISH + "?key=" + key.secret(), NEWS).status()).isEqualTo(401);
    }
  }

  @Test
  void aBatchLooksAtEachLineWithTheScopesOfItsKey() throws IOException {
    var key = ApiKey.make("backend", List.of("publish:news.*"), new SecureRandom());
    try (var api = TestApi.start(TestApi.SETTINGS, TestApi.keys(key.line()))) {
      var reply =
          api.http()
              .send(
                  "POST",
                  "/api/v1/batch",
                  "{\"type\":\"publish\",\"channel\":\"news.a\",\"data\":1}\n"
                      + "{\"type\":\"publish\",\"channel\":\"chat\",\"data\":1}\n"
                      + "{\"type\":\"send\",\"to\":{\"user\":\"1\"},\"data\":1}\n",
                  "Content-Type",
                  "application/x-ndjson",
                  "Authorization",
                  "Bearer " + key.secret());
      assertThat(reply.body().lines().map(line -> line.substring(0, 13)).toList())
          .containsExactly("{\"status\":200", "{\"status\":403", "{\"status\":403");
    }
  }

  @Test
  void withoutKeysOtherMachinesGetMetricsAndHealthOnly() throws IOException {
    var settings =
        new ApiSettings(
            "0.0.0.0", 0, false, 1 << 20, 1_000, 10, 10, TestApi.SETTINGS.idleTimeout());
    try (var api = TestApi.start(settings, ApiKeys.none())) {
      var http =
          new Http(new java.net.InetSocketAddress("127.0.0.1", api.server().address().getPort()));
      assertThat(api.server().serves()).isFalse();
      assertThat(http.get("/metrics").body()).contains("up 1");
      assertThat(http.get("/health/ready").status()).isEqualTo(200);
      assertThat(http.get("/health/live").status()).isEqualTo(200);
      api.ready = false;
      assertThat(http.get("/health/ready").status()).isEqualTo(503);
      var refused = http.post(PUBLISH, NEWS);
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.body()).contains("api.keys-file");
    }
  }

  @Test
  void keysOfAFileAreReadAnewWhenItChanges(@TempDir Path folder) throws IOException {
    var random = new SecureRandom();
    var before = ApiKey.make("old", List.of("nodes:read"), random);
    var after = ApiKey.make("new", List.of("nodes:read"), random);
    var file = Files.writeString(folder.resolve("keys"), "# keys\n" + before.line() + "\n");
    try (var api = TestApi.start(TestApi.SETTINGS, new ApiKeys("", Optional.of(file)))) {
      assertThat(nodes(api, before)).isEqualTo(200);
      assertThat(nodes(api, after)).isEqualTo(401);
      Files.writeString(file, "nonsense\n");
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(5)));
      // A fault is not the end of all keys. That it was met shows when the next change is read.
      assertThat(nodes(api, before)).isEqualTo(200);
      Files.writeString(file, after.line() + "\n");
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(10)));
      await().until(() -> nodes(api, after) == 200);
      assertThat(nodes(api, before)).isEqualTo(401);
    }
  }

  private static int nodes(TestApi api, ApiKey.Made key) throws IOException {
    return api.http().get("/api/v1/nodes", "Authorization", "Bearer " + key.secret()).status();
  }

  @Test
  void aFileThatIsNotThereOrHasAFaultIsToldAtTheStart(@TempDir Path folder) throws IOException {
    assertThatThrownBy(() -> new ApiKeys("", Optional.of(folder.resolve("none"))))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> TestApi.keys("a sha256:00 nodes:read"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("key 1: sha256: must be followed by 64 hexadecimal digits");
    assertThatThrownBy(() -> ApiKey.make("a", List.of("nodes:raed"), new SecureRandom()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nodes:read");
  }

  @Test
  void aKeyIsPrintedWithoutItsSecret() {
    var made = ApiKey.make("a", List.of("send"), new SecureRandom());
    assertThat(made.toString()).doesNotContain(made.secret());
    assertThat(made.line()).doesNotContain(made.secret());
  }
}
