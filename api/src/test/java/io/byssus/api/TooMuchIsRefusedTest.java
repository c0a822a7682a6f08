package io.byssus.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Each bound of the API has a named code, and who is slow holds nothing up. */
final class TooMuchIsRefusedTest {
  private static final String PUBLISH = "/api/v1/publish";
  private static final String BODY = "{\"channel\":\"a\",\"data\":1}";

  private static ApiSettings settings(int body, int perSecond, int underWay, Duration idle) {
    return new ApiSettings("127.0.0.1", 0, false, body, perSecond, underWay, 100, idle);
  }

  @Test
  void aLongBodyIsRefusedWithAndWithoutItsLength() throws IOException {
    try (var api =
        TestApi.start(settings(100, 1_000, 10, Duration.ofSeconds(30)), ApiKeys.none())) {
      var http = api.http();
      var reply = http.post(PUBLISH, "{\"channel\":\"a\",\"data\":\"" + "x".repeat(100) + "\"}");
      assertThat(reply.status()).isEqualTo(413);
      assertThat(reply.body()).startsWith("{\"error\":{\"code\":\"too_large\"");
      assertThat(http.post(PUBLISH, BODY).status()).isEqualTo(200);
      try (var socket = new Socket("127.0.0.1", api.server().address().getPort())) {
        socket.setSoTimeout(20_000);
        var out = socket.getOutputStream();
        out.write(
            http.head(
                "POST", PUBLISH, 0, "Content-Type", Http.JSON, "Transfer-Encoding", "chunked"));
        out.write(("78\r\n" + "x".repeat(0x78) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
        assertThat(Http.read(new BufferedInputStream(socket.getInputStream())).status())
            .isEqualTo(413);
      }
      var line = "{\"type\":\"publish\",\"channel\":\"a\",\"data\":\"" + "x".repeat(100) + "\"}\n";
      var batch = http.send("POST", "/api/v1/batch", line, "Content-Type", "application/x-ndjson");
      assertThat(batch.body()).startsWith("{\"status\":413");
    }
  }

  @Test
  void moreRequestsThanASecondMayHaveAreRefused() throws IOException {
    try (var api = TestApi.start(settings(1_000, 1, 10, Duration.ofSeconds(30)), ApiKeys.none())) {
      var http = api.http();
      assertThat(http.post(PUBLISH, BODY).status()).isEqualTo(200);
      var second = http.post(PUBLISH, BODY);
      var third = http.post(PUBLISH, BODY);
      var refused = second.status() == 200 ? third : second;
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.header("Retry-After")).isEqualTo("1");
      assertThat(http.get("/metrics").status()).isEqualTo(200);
    }
  }

  @Test
  void moreRequestsAtOnceThanMayBeAreRefused() throws IOException {
    try (var api =
            TestApi.start(settings(1_000, 1_000, 1, Duration.ofSeconds(30)), ApiKeys.none());
        var socket = new Socket("127.0.0.1", api.server().address().getPort())) {
      var http = api.http();
      socket.setSoTimeout(20_000);
      var head =
          http.head(
              "POST",
              "/api/v1/batch",
              0,
              "Content-Type",
              "application/x-ndjson",
              "Transfer-Encoding",
              "chunked");
      var out = socket.getOutputStream();
      out.write(head);
      var line = "{\"type\":\"publish\",\"channel\":\"a\",\"data\":1}\n";
      out.write(
          (Integer.toHexString(line.length()) + "\r\n" + line + "\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      Http.line(new BufferedInputStream(socket.getInputStream(), 1)); // the batch is under way
      var refused = http.post(PUBLISH, BODY);
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.body()).contains("at once");
    }
  }

  @Test
  void whoSendsItsBodyTooSlowlyIsCutOff() throws IOException {
    try (var api =
            TestApi.start(settings(1_000, 1_000, 10, Duration.ofMillis(500)), ApiKeys.none());
        var socket = new Socket("127.0.0.1", api.server().address().getPort())) {
      socket.setSoTimeout(20_000);
      var out = socket.getOutputStream();
      out.write(api.http().head("POST", PUBLISH, 100, "Content-Type", Http.JSON));
      out.flush();
      assertThat(socket.getInputStream().readAllBytes().length).isLessThan(1_000);
    }
  }

  @Test
  void theNextPortIsTakenWhereNobodyChoseOne() throws IOException {
    try (var first = TestApi.start()) {
      var taken = first.server().address().getPort();
      var chosen =
          new ApiSettings("127.0.0.1", taken, false, 1_000, 10, 10, 10, Duration.ofSeconds(1));
      assertThatThrownBy(() -> TestApi.start(chosen, ApiKeys.none()))
          .satisfies(e ->
              assertThat(e.getCause() == null ? e : e.getCause())
                  .isInstanceOf(BindException.class));
      var any = new ApiSettings("127.0.0.1", taken, true, 1_000, 10, 10, 10, Duration.ofSeconds(1));
      try (var second = TestApi.start(any, ApiKeys.none())) {
        assertThat(second.server().address().getPort()).isGreaterThan(taken);
        assertThat(second.http().get("/health/live").status()).isEqualTo(200);
      }
    }
  }
}
