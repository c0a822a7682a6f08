package io.byssus.tests.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.byssus.client.Byssus;
import io.byssus.client.Client;
import io.byssus.client.ClientEvent;
import io.byssus.client.ClientState;
import io.byssus.client.Subscription;
import io.byssus.redis.testing.RedisDeployment;
import io.byssus.redis.testing.Wire;
import io.byssus.tests.cluster.NodeProcess;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Two nodes on one Redis: clients of the Java SDK are connected to the first, and what is done to
 * their sessions is asked of the API of the second.
 */
class OperatorsReachEverySessionTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static RedisDeployment redis;
  private static NodeProcess one;
  private static NodeProcess two;
  private static HttpClient http;

  @BeforeAll
  static void start() throws IOException {
    redis = RedisDeployment.standalone();
    var folder = Path.of("target", "cluster", "operators");
    Files.createDirectories(folder);
    var arguments =
        List.of(
            "--engine",
            redis.address().toString(),
            "--set",
            "namespaces.default.history.size=1000",
            "--set",
            "drain.window=1s",
            "--set",
            "drain.deadline=5s");
    one = NodeProcess.start("n1", folder, arguments);
    two = NodeProcess.start("n2", folder, arguments);
    one.awaitReady();
    two.awaitReady();
    http = HttpClient.newHttpClient();
    until("the API, which comes up last", OperatorsReachEverySessionTest::apiAnswers);
  }

  private static boolean apiAnswers() throws InterruptedException {
    try {
      return ask(two, "GET", "/nodes", "").statusCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException e) {
      return false;
    }
  }

  @AfterAll
  static void stop() {
    http.close();
    one.close();
    two.close();
    redis.close();
  }

  private static void until(String what, Callable<Boolean> done) {
    await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(done);
  }

  private static HttpResponse<String> ask(NodeProcess node, String method, String path, String body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create(node.apiAddress()).resolve("/api/v1" + path))
            .timeout(PATIENCE);
    if (body.isEmpty()) {
      request.method(method, HttpRequest.BodyPublishers.noBody());
    } else {
      request
          .header("Content-Type", "application/json")
          .method(method, HttpRequest.BodyPublishers.ofString(body));
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String done(NodeProcess node, String method, String path, String body)
      throws IOException, InterruptedException {
    var reply = ask(node, method, path, body);
    assertThat(reply.statusCode())
        .as("%s %s: %s", method, path, reply.body())
        .isEqualTo(HttpURLConnection.HTTP_OK);
    return reply.body();
  }

  private static void publish(String channel, String data)
      throws IOException, InterruptedException {
    done(two, "POST", "/publish", "{\"channel\":\"%s\",\"data\":\"%s\"}".formatted(channel, data));
  }

  private static List<String> heard(Subscription subscription) {
    var heard = new CopyOnWriteArrayList<String>();
    subscription.onMessage(message -> heard.add(message.data()));
    return heard;
  }

  private static Client ready(Wire wire) throws Exception {
    var client = Byssus.connect(URI.create("ws://127.0.0.1:" + wire.port() + "/ws"));
    client.ready().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return client;
  }

  @Test
  void aSessionIsChangedSubscribedDisconnectedAndEndedFromAnotherNode() throws Exception {
    one.awaitReady();
    try (var wire = Wire.to(one.port());
        var client = ready(wire)) {
      var path = "/sessions/" + client.session().id();
      var subscribed = new CopyOnWriteArrayList<Subscription>();
      var changed = new CopyOnWriteArrayList<Map<String, String>>();
      var connected = new AtomicInteger();
      client.on(ClientEvent.SubscribedByServer.class, it -> subscribed.add(it.subscription()));
      client.on(ClientEvent.AttributesChanged.class, it -> changed.add(it.attributes()));
      client.on(ClientEvent.Connected.class, it -> connected.incrementAndGet());

      assertThat(done(two, "PATCH", path, "{\"attributes\":{\"plan\":\"gold\"}}"))
          .contains("\"attached\":true");
      until("attributes", () -> changed.contains(Map.of("plan", "\"gold\"")));
      assertThat(client.session().attributes()).containsEntry("plan", "\"gold\"");

      done(two, "PUT", path + "/subscriptions/offers", "");
      until("subscribed", () -> subscribed.size() == 1);
      var offers = heard(subscribed.getFirst());
      publish("offers", "a");
      until("a message", () -> offers.equals(List.of("\"a\"")));

      done(two, "POST", path + "/disconnect", "{}");
      until("back", () -> connected.get() == 1);
      assertThat(client.session().resumed()).isTrue();
      publish("offers", "b");
      until("after it", () -> offers.equals(List.of("\"a\"", "\"b\"")));

      done(two, "DELETE", path, "");
      until("closed", () -> client.state() == ClientState.CLOSED);
      assertThat(ask(two, "GET", path, "").statusCode())
          .isEqualTo(HttpURLConnection.HTTP_NOT_FOUND);
    }
  }

  @Test
  void whoIsToStayAwayDoesAndItsSessionStays() throws Exception {
    one.awaitReady();
    try (var wire = Wire.to(one.port());
        var client = ready(wire)) {
      var path = "/sessions/" + client.session().id();
      var code = new AtomicInteger();
      client.on(ClientEvent.StateChanged.class, it -> code.set(it.code()));

      done(two, "POST", path + "/disconnect", "{\"final\":true}");

      until("closed", () -> client.state() == ClientState.CLOSED);
      until("detached", () -> done(two, "GET", path, "").contains("\"state\":\"detached\""));
      assertThat(code.get()).isEqualTo(4413);
      assertThat(wire.accepted()).isEqualTo(1);
    }
  }

  @Test
  void whatIsDoneWhileItsNodeIsDeadIsThereWhenTheClientIsBack() throws Exception {
    one.awaitReady();
    try (var wire = Wire.to(one.port());
        var client = ready(wire)) {
      var path = "/sessions/" + client.session().id();
      var subscribed = new CopyOnWriteArrayList<Subscription>();
      client.on(ClientEvent.SubscribedByServer.class, it -> subscribed.add(it.subscription()));
      done(two, "PUT", path + "/subscriptions/early", "");
      until("subscribed", () -> subscribed.size() == 1);
      var early = heard(subscribed.getFirst());
      publish("early", "a");
      until("a message", () -> early.size() == 1);

      one.kill();
      publish("early", "b");
      until("detached", () -> done(two, "GET", path, "").contains("\"state\":\"detached\""));
      assertThat(done(two, "PATCH", path, "{\"attributes\":{\"plan\":\"gold\"}}"))
          .contains("\"attached\":false");
      done(two, "PUT", path + "/subscriptions/late", "");
      publish("late", "c");
      one.startAgain();

      until("both", () -> subscribed.size() == 2);
      var late = heard(subscribed.getLast());
      until("what was missed", () -> early.size() == 2 && late.size() == 1);
      assertThat(early).containsExactly("\"a\"", "\"b\"");
      assertThat(late).containsExactly("\"c\"");
      assertThat(client.session().resumed()).isTrue();
      var session = client.session().refresh().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(session.attributes()).containsEntry("plan", "\"gold\"");
    }
  }

  @Test
  void aNodeIsDrainedByAnotherAndItsProcessEnds() throws Exception {
    one.awaitReady();

    done(two, "POST", "/nodes/n1/drain", "");

    until("ended", () -> !one.alive());
    assertThat(one.exitCode()).isZero();
    one.startAgain();
    one.awaitReady();
  }
}
