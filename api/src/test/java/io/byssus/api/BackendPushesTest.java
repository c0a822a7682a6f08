package io.byssus.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.NotDoneException;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.Retention;
import io.byssus.core.testing.PassingBroker;
import io.byssus.protocol.Position;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What a backend asks, and the answers that it gets. */
final class BackendPushesTest {
  private static final String PUBLISH = "/api/v1/publish";

  @Test
  void aPublicationIsStoredAndReadAgain() throws IOException {
    try (var api = TestApi.start()) {
      var http = api.http();
      var stored = http.post(PUBLISH, "{\"channel\":\"news\",\"data\":{\"a\":1},\"dedupe\":\"7\"}");
      assertThat(stored.status()).as(stored.body()).isEqualTo(200);
      assertThat(stored.body())
          .contains("\"offset\":1")
          .contains("\"level\":\"accepted\"")
          .doesNotContain("duplicate");
      assertThat(stored.header("Content-Type")).isEqualTo("application/json");
      assertThat(stored.header("Server")).isNull();
      var again = http.post(PUBLISH, "{\"channel\":\"news\",\"data\":{\"a\":1},\"dedupe\":\"7\"}");
      assertThat(again.body()).contains("\"offset\":1").contains("\"duplicate\":true");
      var history = http.get("/api/v1/channels/news/history");
      assertThat(history.status()).isEqualTo(200);
      assertThat(history.body()).contains("\"items\":[{\"offset\":1,\"data\":{\"a\":1}}]");
      var channel = http.get("/api/v1/channels/news");
      assertThat(channel.body()).contains("\"present\":0").contains("\"offset\":1");
    }
  }

  @Test
  void historyGoesOnBehindAPosition() throws IOException {
    try (var api = TestApi.start()) {
      var http = api.http();
      for (var i = 1; i <= 3; i++) {
        http.post(PUBLISH, "{\"channel\":\"news\",\"data\":" + i + "}");
      }
      var first = http.get("/api/v1/channels/news/history?limit=1").body();
      var epoch = first.replaceAll(".*\"epoch\":\"([^\"]*)\".*", "$1");
      var rest = http.get("/api/v1/channels/news/history?after=" + epoch + ":1").body();
      assertThat(rest)
          .contains("\"recovered\":true")
          .contains("\"data\":2")
          .contains("\"data\":3")
          .doesNotContain("\"data\":1");
      assertThat(http.get("/api/v1/channels/news/history?after=x").status()).isEqualTo(400);
      assertThat(http.get("/api/v1/channels/news/history?limit=0").status()).isEqualTo(400);
      assertThat(http.get("/api/v1/channels/news/history?limt=5").status()).isEqualTo(400);
      assertThat(http.get("/api/v1/channels/ticks.a/history").status()).isEqualTo(404);
    }
  }

  @Test
  void severalChannelsHaveAnAnswerEach() throws IOException {
    try (var api = TestApi.start()) {
      var reply = api.http().post(PUBLISH, "{\"channels\":[\"a\",\"b*\",\"ticks.c\"],\"data\":1}");
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.body())
          .startsWith("{\"channels\":[{\"channel\":\"a\",\"status\":200,\"position\":")
          .contains("{\"channel\":\"b*\",\"status\":400,\"error\":{\"code\":\"bad_channel\"")
          .contains("{\"channel\":\"ticks.c\",\"status\":200,\"level\":\"accepted\"}");
      assertThat(api.published).as("counted").containsExactlyInAnyOrder("a", "ticks.c");
    }
  }

  /** Not as it should be, and yet it means only one thing. */
  @Test
  void aNameMayStandInAPathHalfEncoded() throws IOException {
    try (var api = TestApi.start()) {
      assertThat(api.http().get("/api/v1/channels/\uD83D\uDE00%20ü").body())
          .startsWith("{\"channel\":\"\uD83D\uDE00 ü\"");
    }
  }

  @Test
  void anyNameWorksInAPath() throws IOException {
    try (var api = TestApi.start()) {
      var http = api.http();
      for (var name :
          new String[] {
            "a/b", "..", ".", "a%2Fb", "ü \uD83D\uDE00", "a?b#c;d=e", "%", "a\\b", "//"
          }) {
        var json = name.replace("\\", "\\\\");
        assertThat(http.post(PUBLISH, "{\"channel\":\"" + json + "\",\"data\":1}").status())
            .as(name)
            .isEqualTo(200);
        var path =
            URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20").replace(".", "%2E");
        var history = http.get("/api/v1/channels/" + path + "/history");
        assertThat(history.status()).as("%s %s", name, history).isEqualTo(200);
        assertThat(history.body()).as(name).contains("\"data\":1");
      }
      var plain = http.get("/api/v1/channels/../history");
      assertThat(plain.body()).contains("\"channel\":\"..\"").contains("\"data\":1");
      assertThat(http.get("/api/v1/channels/%zz/history").status()).isEqualTo(400);
      assertThat(http.get("/api/v1/channels/%ff/history").status()).isEqualTo(400);
      assertThat(http.get("/api/v1/channels/%00/history").status()).isEqualTo(400);
      assertThat(http.get("/api/v1/channels//history").status()).isEqualTo(400);
    }
  }

  @Test
  void aMessageForNobodyIsNotFound() throws IOException {
    try (var api = TestApi.start()) {
      var reply = api.http().post("/api/v1/send", "{\"to\":{\"user\":\"42\"},\"data\":{}}");
      assertThat(reply.status()).isEqualTo(404);
      assertThat(reply.body())
          .isEqualTo(
              "{\"error\":{\"code\":\"no_recipient\",\"message\":\"no session matches the"
                  + " target\"}}");
    }
  }

  @Test
  void whatNobodyKnowsIs504AndWhatWasSurelyNotDoneIs503() throws IOException {
    try (var api =
        TestApi.over(broker -> new Failing(broker, new IllegalStateException("secret")))) {
      var reply = api.http().post(PUBLISH, "{\"channel\":\"a\",\"data\":1}");
      assertThat(reply.status()).isEqualTo(504);
      assertThat(reply.body()).contains("\"code\":\"unknown\"").doesNotContain("secret");
      assertThat(api.http().get("/api/v1/channels/a/history").status()).isEqualTo(503);
    }
    try (var api = TestApi.over(broker -> new Failing(broker, new NotDoneException("full")))) {
      var reply = api.http().post(PUBLISH, "{\"channel\":\"a\",\"data\":1}");
      assertThat(reply.status()).isEqualTo(503);
      assertThat(reply.body()).contains("\"code\":\"unavailable\"");
    }
  }

  @Test
  void aDefectTellsNothingOfItself() throws IOException {
    try (var api = TestApi.over(broker -> new Throwing(broker))) {
      var reply = api.http().post(PUBLISH, "{\"channel\":\"a\",\"data\":1}");
      assertThat(reply.status()).isEqualTo(500);
      assertThat(reply.body())
          .isEqualTo("{\"error\":{\"code\":\"internal\",\"message\":\"the server has a defect\"}}");
    }
  }

  @Test
  void aDefectIsAnsweredWhenTheBodyComesLateToo() throws Exception {
    try (var api = TestApi.over(broker -> new Throwing(broker));
        var socket = new Socket("127.0.0.1", api.server().address().getPort())) {
      socket.setSoTimeout(20_000);
      var body = "{\"channel\":\"a\",\"data\":1}";
      var out = socket.getOutputStream();
      out.write(api.http().head("POST", PUBLISH, body.length(), "Content-Type", Http.JSON));
      out.flush();
      // Answered behind the head of the other, most likely: that one waits for its body now.
      assertThat(api.http().get("/health/live").status()).isEqualTo(200);
      out.write(body.getBytes(StandardCharsets.US_ASCII));
      out.flush();
      assertThat(Http.read(new BufferedInputStream(socket.getInputStream())).status())
          .isEqualTo(500);
    }
  }

  @Test
  void aBatchIsAnsweredLineByLineWhileItStillComes() throws IOException {
    try (var api = TestApi.start();
        var socket = new Socket("127.0.0.1", api.server().address().getPort())) {
      socket.setSoTimeout(20_000);
      var out = socket.getOutputStream();
      var in = new BufferedInputStream(socket.getInputStream());
      var head =
          new String(
              api.http()
                  .head(
                      "POST",
                      "/api/v1/batch",
                      0,
                      "Connection",
                      "keep-alive",
                      "Content-Type",
                      "application/x-ndjson",
                      "Transfer-Encoding",
                      "chunked"),
              StandardCharsets.US_ASCII);
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      chunk(out, "{\"type\":\"publish\",\"channel\":\"a\",\"data\":1}\n");
      out.flush();
      assertThat(Http.line(in)).contains("200");
      while (!Http.line(in).isEmpty()) {}
      assertThat(answer(in))
          .startsWith("{\"status\":200,\"position\":")
          .endsWith("\"level\":\"accepted\"}");
      chunk(
          out, "{\"type\":\"send\",\"to\":{\"tag\":\"x\"},\"data\":1}\n{\"type\":\"publish\",\n\n");
      out.flush();
      assertThat(answer(in)).startsWith("{\"status\":404,\"error\":");
      assertThat(answer(in)).startsWith("{\"status\":400,\"error\":{\"code\":\"malformed\"");
      chunk(out, "{\"type\":\"publish\",\"channels\":[\"b\"],\"data\":1}");
      out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
      assertThat(answer(in)).startsWith("{\"channels\":[").endsWith("\"status\":200}");
    }
  }

  private String pending = "";

  /** The next line, whichever chunks it comes in. */
  private String answer(BufferedInputStream in) throws IOException {
    while (pending.indexOf('\n') < 0) {
      var head = Http.line(in);
      if (!head.isEmpty()) { // the end of a chunk may come with the next
        var size = Integer.parseInt(head, 16);
        pending += new String(in.readNBytes(size), StandardCharsets.UTF_8);
      }
    }
    var line = pending.substring(0, pending.indexOf('\n'));
    pending = pending.substring(line.length() + 1);
    return line;
  }

  private static void chunk(java.io.OutputStream out, String text) throws IOException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.write(bytes);
    out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  /** Answers every publication and every read with a failure. */
  private static class Failing extends PassingBroker {
    private final Throwable failure;

    Failing(Broker broker, Throwable failure) {
      super(broker);
      this.failure = failure;
    }

    @Override
    public CompletionStage<Outcome> publish(String channel, Draft draft, Retention retention) {
      return CompletableFuture.failedFuture(failure);
    }

    @Override
    public CompletionStage<Page> history(
        String channel, Optional<Position> after, Bounds bounds, Retention retention) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  private static final class Throwing extends Failing {
    Throwing(Broker broker) {
      super(broker, new IllegalStateException());
    }

    @Override
    public CompletionStage<Outcome> publish(String channel, Draft draft, Retention retention) {
      throw new IllegalStateException("secret");
    }
  }
}
