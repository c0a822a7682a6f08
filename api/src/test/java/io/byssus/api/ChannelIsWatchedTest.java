package io.byssus.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.byssus.core.operations.Principal;
import io.byssus.protocol.Durability;
import io.byssus.protocol.Json;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A program follows a channel by server-sent events, and goes on where it was cut off. */
final class ChannelIsWatchedTest {
  private static final String WATCH = "/api/v1/channels/news/watch";

  /** A watch under way; its events come as lists of lines. */
  private static final class Events implements AutoCloseable {
    private final Socket socket;
    private final BufferedInputStream in;
    private String text = "";

    Events(TestApi api, String path, String... headers) throws IOException {
      socket = new Socket("127.0.0.1", api.server().address().getPort());
      socket.setSoTimeout(20_000);
      in = new BufferedInputStream(socket.getInputStream());
      socket.getOutputStream().write(api.http().head("GET", path, 0, headers));
      assertThat(Http.line(in)).contains(" 200");
      for (var line = Http.line(in); !line.isEmpty(); line = Http.line(in)) {
        if (line.startsWith("Content-Type")) {
          assertThat(line).contains("text/event-stream");
        }
      }
    }

    List<String> next() throws IOException {
      var lines = new ArrayList<String>();
      for (var line = Http.line(in); !line.isEmpty(); line = Http.line(in)) {
        lines.add(line);
      }
      text += lines;
      return lines;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static void publish(TestApi api, String channel, String data) {
    api.operations()
        .publish(new Principal.Operator(), channel, Json.of(data), "", Durability.ACCEPTED)
        .toCompletableFuture()
        .join();
  }

  private static String id(List<String> event) {
    return event.stream()
        .filter(line -> line.startsWith("id: "))
        .findFirst()
        .orElseThrow()
        .substring(4);
  }

  @Test
  void whatIsPublishedIsHeardAndAWatchGoesOnBehindItsLastId() throws IOException {
    try (var api = TestApi.start()) {
      publish(api, "news", "1");
      String last;
      try (var events = new Events(api, WATCH)) {
        var begun = events.next();
        assertThat(begun.getFirst()).isEqualTo("event: subscribed");
        assertThat(id(begun)).endsWith(":1");
        publish(api, "news", "{\"a\":2}");
        var heard = events.next();
        assertThat(heard.getLast()).isEqualTo("data: {\"offset\":2,\"data\":{\"a\":2}}");
        last = id(heard);
        assertThat(last).endsWith(":2");
      }
      publish(api, "news", "3");
      publish(api, "news", "4");
      try (var events = new Events(api, WATCH, "Last-Event-ID", last)) {
        assertThat(events.next().getLast()).contains("\"recovered\":true");
        assertThat(events.next().getLast()).contains("\"data\":3");
        assertThat(events.next().getLast()).contains("\"data\":4");
        publish(api, "news", "5");
        assertThat(events.next().getLast()).contains("\"data\":5");
      }
      try (var events = new Events(api, WATCH + "?after=gone:1")) {
        assertThat(events.next().getLast()).contains("\"recovered\":false");
        assertThat(events.next().getLast()).contains("\"data\":1");
      }
      assertThat(api.lane.failures()).isEmpty();
    }
  }

  @Test
  void aPatternIsWatchedWithoutPositions() throws IOException {
    try (var api = TestApi.start();
        var events = new Events(api, "/api/v1/channels/ne%2A/watch")) {
      assertThat(events.next().getFirst()).isEqualTo("event: subscribed");
      publish(api, "news", "1");
      assertThat(events.next().getLast()).contains("\"pattern\":\"ne*\"").contains("\"data\":1");
      assertThat(api.http().get("/api/v1/channels/ne%2A/watch?after=a:1").status()).isEqualTo(400);
    }
  }

  @Test
  void whatWasMissedComesPieceByPieceToASlowReader() throws IOException {
    try (var api = TestApi.start()) {
      var text = "\"" + "x".repeat(20_000) + "\"";
      for (var i = 0; i < 100; i++) {
        publish(api, "news", text);
      }
      var epoch =
          api.http()
              .get("/api/v1/channels/news")
              .body()
              .replaceAll(".*\"epoch\":\"([^\"]*)\".*", "$1");
      try (var events = new Events(api, WATCH + "?after=" + epoch + ":0")) {
        assertThat(events.next().getLast()).contains("\"recovered\":true");
        for (var i = 1; i <= 100; i++) {
          assertThat(id(events.next())).isEqualTo(epoch + ":" + i);
        }
      }
      assertThat(api.lane.failures()).isEmpty();
    }
  }

  @Test
  void aReaderThatStandsStillIsCutOffAndHoldsNobodyUp() throws IOException {
    try (var api = TestApi.start();
        var still = new Events(api, WATCH);
        var other = new Events(api, WATCH)) {
      still.next();
      other.next();
      var text = "\"" + "x".repeat(60_000) + "\"";
      for (var i = 0; i < 200; i++) {
        publish(api, "news", text);
        other.next();
      }
      assertThat(other.text).hasSizeGreaterThan(200 * 60_000);
      // Closed as a slow consumer is: it leaves the channel, and its stream ends.
      assertThat(new String(still.in.readAllBytes(), StandardCharsets.UTF_8).length())
          .isLessThan(200 * 60_000);
      assertThat(api.lane.failures()).isEmpty();
    }
  }

  @Test
  void whoGoesAwayLeavesTheChannel() throws IOException {
    try (var api = TestApi.start()) {
      try (var events = new Events(api, WATCH)) {
        events.next();
        assertThat(api.listening()).containsExactly("news");
      }
      await()
          .until(() -> {
            publish(api, "news", "1"); // a write finds out
            return api.listening().isEmpty();
          });
    }
  }

  @Test
  void aStopEndsWatches() throws IOException {
    try (var api = TestApi.start();
        var events = new Events(api, WATCH)) {
      events.next();
      api.server().stop(java.time.Duration.ofSeconds(10));
      assertThat(events.in.readAllBytes()).isEmpty();
    }
  }
}
