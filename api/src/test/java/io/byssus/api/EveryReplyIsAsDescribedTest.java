package io.byssus.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.Request.Method;
import com.atlassian.oai.validator.model.SimpleRequest;
import com.atlassian.oai.validator.model.SimpleResponse;
import io.byssus.api.Description.Described;
import io.byssus.core.operations.Grants;
import io.byssus.core.operations.Right;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The server and spec/openapi.yaml say the same: each operation, each reply, each scope. */
final class EveryReplyIsAsDescribedTest {
  private static final String BASE = Description.BASE;
  private static final String JSON = "application/json";
  private static final String NDJSON = "application/x-ndjson";
  private static final Description DESCRIPTION = Description.read();

  private final OpenApiInteractionValidator validator =
      OpenApiInteractionValidator.createForSpecificationUrl(Description.file().toString()).build();

  /**
   * A request of an operation.
   *
   * @param status that it is answered with
   */
  private record Sample(String path, String type, String body, int status) {
    static Sample get(String path, int status) {
      return new Sample(path, "", "", status);
    }

    static Sample json(String path, String body, int status) {
      return new Sample(path, JSON, body, status);
    }
  }

  /** By operation; the first of each is one that a key with the right scope is served. */
  private static Map<String, List<Sample>> samples() {
    var samples = new TreeMap<String, List<Sample>>();
    samples.put(
        "publish",
        List.of(
            Sample.json("/publish", "{\"channel\":\"a\",\"data\":{\"x\":1}}", 200),
            Sample.json("/publish", "{\"channel\":\"ticks.a\",\"data\":null}", 200),
            Sample.json(
                "/publish",
                "{\"channel\":\"a\",\"data\":1,\"dedupe\":\"7\",\"durability\":\"accepted\"}",
                200),
            Sample.json("/publish", "{\"channels\":[\"a\",\"b*\"],\"data\":1}", 200),
            Sample.json("/publish", "{\"channel\":\"a*\",\"data\":1}", 400)));
    samples.put(
        "send", List.of(Sample.json("/send", "{\"to\":{\"user\":\"42\"},\"data\":1}", 404)));
    samples.put(
        "batch",
        List.of(
            new Sample(
                "/batch", NDJSON, "{\"type\":\"publish\",\"channel\":\"a\",\"data\":1}\n", 200)));
    samples.put(
        "channel",
        List.of(
            Sample.get("/channels/a", 200),
            Sample.get("/channels/ticks.a", 200),
            Sample.get("/channels/a%2Fb", 200)));
    samples.put(
        "channels",
        List.of(Sample.get("/channels", 200), Sample.get("/channels?prefix=a&limit=1", 200)));
    samples.put(
        "sessions",
        List.of(
            Sample.get("/sessions", 200),
            Sample.get("/sessions?user=ann&state=detached&limit=1", 200),
            Sample.get("/sessions?tag=vip&node=n1", 200),
            Sample.get("/sessions?cursor=nonsense", 400)));
    samples.put(
        "session", List.of(Sample.get("/sessions/s1", 200), Sample.get("/sessions/gone", 404)));
    samples.put("user", List.of(Sample.get("/users/ann", 200), Sample.get("/users/a%2Fb%3F", 200)));
    samples.put(
        "changeSession",
        List.of(
            Sample.json("/sessions/s2", "{\"attributes\":{\"a\":null,\"b\":[1]}}", 200),
            Sample.json("/sessions/s2", "{\"tags\":[\"x\"]}", 200),
            Sample.json("/sessions/s1", "{\"tags\":[]}", 504),
            Sample.json("/sessions/gone", "{\"tags\":[]}", 404)));
    samples.put(
        "disconnect",
        List.of(
            Sample.json("/sessions/s2/disconnect", "{\"final\":true}", 200),
            Sample.json("/sessions/s2/disconnect", "{}", 200),
            Sample.json("/sessions/s1/disconnect", "{}", 504),
            Sample.json("/sessions/gone/disconnect", "{}", 404)));
    samples.put(
        "disconnectUser",
        List.of(
            Sample.json("/users/bob/disconnect", "{}", 200),
            Sample.json("/users/nobody/disconnect", "{\"final\":false}", 200)));
    samples.put(
        "subscribe",
        List.of(
            Sample.get("/sessions/s2/subscriptions/a%2Fb", 200),
            Sample.get("/sessions/s2/subscriptions/news.*", 200),
            Sample.get("/sessions/s2/subscriptions/news.*?after=x:1", 400)));
    samples.put("unsubscribe", List.of(Sample.get("/sessions/s2/subscriptions/a", 200)));
    samples.put(
        "endSession", List.of(Sample.get("/sessions/s3", 200), Sample.get("/sessions/gone", 404)));
    samples.put(
        "history",
        List.of(
            Sample.get("/channels/a/history", 200),
            Sample.get("/channels/a/history?limit=1", 200),
            Sample.get("/channels/a/history?after=gone:1", 200),
            Sample.get("/channels/ticks.a/history", 404)));
    samples.put(
        "presence",
        List.of(
            Sample.get("/channels/a/presence", 200),
            Sample.get("/channels/ticks.a/presence", 404)));
    samples.put("watch", List.of(Sample.get("/channels/a*/watch?after=x:1", 400)));
    samples.put("nodes", List.of(Sample.get("/nodes", 200)));
    samples.put(
        "drain",
        List.of(
            new Sample("/nodes/n1/drain", "", "", 200),
            new Sample("/nodes/n2/drain", "", "", 404)));
    samples.put("description", List.of(Sample.get("/openapi.yaml", 200)));
    return samples;
  }

  @Test
  void requestsAndRepliesAreAsDescribed() throws IOException {
    try (var api = TestApi.start()) {
      api.session("s1", "ann", "vip");
      api.detached("s2", "bob");
      api.detached("s3", "bob");
      for (var described : DESCRIPTION.operations()) {
        for (var sample : samples().get(described.id())) {
          validate(api, described, sample);
        }
      }
    }
  }

  private void validate(TestApi api, Described described, Sample sample) throws IOException {
    var method = Method.valueOf(described.method());
    var question = sample.path().indexOf('?');
    var path = question < 0 ? sample.path() : sample.path().substring(0, question);
    var request = new SimpleRequest.Builder(method, BASE + path);
    if (question >= 0) {
      Arrays.stream(sample.path().substring(question + 1).split("&"))
          .map(pair -> pair.split("=", 2))
          .forEach(pair -> request.withQueryParam(pair[0], pair[1]));
    }
    if (!sample.type().isEmpty()) {
      request.withContentType(sample.type()).withBody(sample.body());
    }
    if (!described.id().equals("description")) {
      request.withHeader("Authorization", "Bearer any");
    }
    assertThat(validator.validateRequest(request.build()).getMessages())
        .as("%s %s", described.id(), sample)
        .isEmpty();
    var reply = send(api.http(), described, sample);
    assertThat(reply.status()).as("%s %s", sample, reply).isEqualTo(sample.status());
    var response =
        SimpleResponse.Builder.status(reply.status())
            .withContentType(reply.header("Content-Type"))
            .withBody(reply.body())
            .build();
    assertThat(validator.validateResponse(BASE + path, method, response).getMessages())
        .as("%s %s", sample, reply)
        .isEmpty();
  }

  private static Http.Reply send(Http http, Described described, Sample sample, String... headers)
      throws IOException {
    if (sample.type().isEmpty()) {
      return http.send(described.method(), BASE + sample.path(), "", headers);
    }
    var all = new ArrayList<>(List.of("Content-Type", sample.type()));
    all.addAll(List.of(headers));
    return http.send(
        described.method(), BASE + sample.path(), sample.body(), all.toArray(String[]::new));
  }

  @Test
  void aWrongReplyWouldBeFound() {
    var wrong =
        SimpleResponse.Builder.status(200)
            .withContentType(JSON)
            .withBody("{\"levl\":\"accepted\"}")
            .build();
    assertThat(validator.validateResponse(BASE + "/publish", Method.POST, wrong).getMessages())
        .isNotEmpty();
  }

  /** What an operation's text calls its scope; none for one that needs no key. */
  private static List<Right> rights(Described described) {
    if (described.id().equals("batch")) {
      return List.of(Right.PUBLISH, Right.SEND);
    }
    var text = String.valueOf(described.operation().getDescription());
    return Arrays.stream(Right.values())
        .filter(right ->
            text.contains("Scope `" + right.scope() + "`")
                || text.contains("Scope `" + right.scope() + ":CHANNELS`"))
        .toList();
  }

  @Test
  void everyOperationRefusesWhoHasNoKeyAndWhoseKeyHasEveryOtherScope() throws IOException {
    var random = new SecureRandom();
    for (var described : DESCRIPTION.operations()) {
      var needed = rights(described);
      var sample = samples().get(described.id()).getFirst();
      var open = described.id().equals("description");
      assertThat(needed.isEmpty()).as(described.id()).isEqualTo(open);
      var others =
          Arrays.stream(Right.values())
              .filter(right -> !needed.contains(right))
              .map(right -> right.onChannels() ? right.scope() + ":*" : right.scope())
              .toList();
      var wrong = ApiKey.make("wrong", others, random);
      var right =
          ApiKey.make(
              "right",
              open
                  ? List.of("send")
                  : needed.stream()
                      .map(r -> r.onChannels() ? r.scope() + ":*" : r.scope())
                      .toList(),
              random);
      try (var api =
          TestApi.start(TestApi.SETTINGS, TestApi.keys(wrong.line() + ";" + right.line()))) {
        api.session("s1", "ann", "vip");
        api.detached("s2", "bob");
        api.detached("s3", "bob");
        var http = api.http();
        var none = send(http, described, sample);
        assertThat(none.status()).as("%s without key", described.id()).isEqualTo(open ? 200 : 401);
        var refused = send(http, described, sample, "Authorization", "Bearer " + wrong.secret());
        assertThat(refused.status())
            .as("%s with every other scope", described.id())
            .isEqualTo(open ? 200 : 403);
        var served = send(http, described, sample, "Authorization", "Bearer " + right.secret());
        assertThat(served.status())
            .as("%s with its scope: %s", described.id(), served)
            .isEqualTo(sample.status());
      }
    }
  }

  @Test
  void whatIsDescribedIsWhatIsServedAndTheOtherWayRound() throws IOException {
    var described =
        DESCRIPTION.operations().stream()
            .map(operation -> operation.method() + " " + BASE + operation.path())
            .toList();
    try (var api = TestApi.start()) {
      var served = api.server().served().stream().filter(line -> line.contains(BASE)).toList();
      assertThat(served).containsExactlyInAnyOrderElementsOf(described);
      assertThat(api.http().get(BASE + "/openapi.yaml").body())
          .isEqualTo(Files.readString(Description.file()));
    }
    assertThat(Grants.known()).contains("publish:CHANNELS");
  }
}
