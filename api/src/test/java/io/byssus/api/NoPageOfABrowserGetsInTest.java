package io.byssus.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A browser on the operator's machine shows pages of strangers: none of them may use the API. */
final class NoPageOfABrowserGetsInTest {
  private static final String PUBLISH = "/api/v1/publish";
  private static final String BODY = "{\"channel\":\"a\",\"data\":1}";

  @Test
  void aFormCannotPostAndAForeignOriginCannotEither() throws IOException {
    try (var api = TestApi.start()) {
      var http = api.http();
      assertThat(http.send("POST", PUBLISH, BODY, "Content-Type", "text/plain").status())
          .isEqualTo(415);
      assertThat(http.send("POST", PUBLISH, BODY).status()).isEqualTo(415);
      assertThat(
              http.send("POST", PUBLISH, BODY, "Content-Type", "application/x-www-form-urlencoded")
                  .status())
          .isEqualTo(415);
      assertThat(http.post(PUBLISH, BODY, "Origin", "https://evil.example").status())
          .isEqualTo(403);
      assertThat(http.post(PUBLISH, BODY, "Origin", "null").status()).isEqualTo(403);
      assertThat(http.post(PUBLISH, BODY, "Sec-Fetch-Site", "cross-site").status()).isEqualTo(403);
      assertThat(http.post("/api/v1/nodes/n1/drain", "", "Origin", "https://evil.example").status())
          .isEqualTo(403);
      assertThat(api.drained).isEmpty();
      var own = "http://localhost:" + api.server().address().getPort();
      assertThat(http.post(PUBLISH, BODY, "Origin", own).status()).isEqualTo(200);
      assertThat(
              http.send("OPTIONS", PUBLISH, "", "Origin", "https://evil.example")
                  .headers()
                  .keySet())
          .noneMatch(name -> name.startsWith("access-control"));
    }
  }

  @Test
  void aNameThatHasComeToMeanThisMachineIsRefused() throws IOException {
    try (var api = TestApi.start()) {
      var http = api.http();
      var port = api.server().address().getPort();
      assertThat(http.post(PUBLISH, BODY, "Host", "evil.example:" + port).status()).isEqualTo(403);
      assertThat(http.get("/metrics", "Host", "evil.example").status()).isEqualTo(403);
      assertThat(http.post(PUBLISH, BODY, "Host", "127.0.0.1:" + port).status()).isEqualTo(200);
      assertThat(http.post(PUBLISH, BODY, "Host", "LOCALHOST").status()).isEqualTo(200);
    }
  }

  @Test
  void wrongPathsAndMethodsHaveTheSameErrorObject() throws IOException {
    try (var api = TestApi.start()) {
      var http = api.http();
      var none = http.get("/api/v1/nothing");
      assertThat(none.status()).isEqualTo(404);
      assertThat(none.body()).startsWith("{\"error\":{\"code\":\"not_found\"");
      var method = http.send("DELETE", PUBLISH, "");
      assertThat(method.status()).isEqualTo(405);
      assertThat(method.header("Allow")).isEqualTo("POST");
      assertThat(method.body()).startsWith("{\"error\":{\"code\":\"unsupported\"");
      assertThat(http.send("PUT", "/api/v1/channels/a/history", "").header("Allow"))
          .isEqualTo("GET");
      var bad = http.send("GET", "/metrics", "", "Host", "");
      assertThat(bad.status()).isEqualTo(400);
      var malformed = http.send("G\u0001T", "/metrics", "");
      assertThat(malformed.status()).isEqualTo(400);
      assertThat(malformed.body()).startsWith("{\"error\":{\"code\":\"malformed\"");
    }
  }
}
