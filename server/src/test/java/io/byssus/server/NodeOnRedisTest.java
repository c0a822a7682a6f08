package io.byssus.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.byssus.redis.testing.RedisDeployment;
import io.byssus.redis.testing.RedisProcess;
import io.byssus.server.cli.Exit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees of a node whose engine is a Redis. */
@Timeout(180)
class NodeOnRedisTest {
  private static RedisProcess redis;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    redis = RedisProcess.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static String address(RedisProcess of) {
    return "redis://" + of.host();
  }

  private static ServedProcess serve(String name) throws Exception {
    return ServedProcess.start("serve", "--port", "0", "--node", name, "--engine", address(redis));
  }

  @Test
  void nodesOfOneRedisAreOneCluster() throws Exception {
    try (var a = serve("a");
        var b = serve("b");
        var here = new ListeningClient(a.port());
        var there = new ListeningClient(b.port())) {
      for (var client : new ListeningClient[] {here, there}) {
        client.say("{\"type\":\"connect\",\"id\":1}");
        client.hear("\"connected\"");
      }
      here.say("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"news\"}");
      here.hear("\"subscribed\"");
      there.say("{\"type\":\"publish\",\"id\":3,\"channel\":\"news\",\"data\":\"over\"}");
      assertThat(here.hear("\"over\"")).contains("\"offset\":1");
      awaitPage(a.apiPort(), "/api/v1/nodes", "\"name\":\"b\"");
      awaitPage(b.apiPort(), "/metrics", "byssus_cluster_members 2.0");
      assertThat(page(a.apiPort(), "/metrics")).contains("byssus_engine_reachable 1.0");

      b.signal("TERM");
      assertThat(b.exitCode()).isEqualTo(Exit.OK);
      a.await("node b left: its sessions");
    }
  }

  @Test
  void nameOfALivingNodeIsRefusedAndThatOfOneThatLeftIsFree() throws Exception {
    try (var first = serve("twin")) {
      first.port();
      try (var second = serve("twin")) {
        assertThat(second.exitCode()).isEqualTo(Exit.CONFIG);
        assertThat(second.output()).contains("the name twin is taken", "--node", "BYSSUS_NODE");
      }
      first.signal("TERM");
      assertThat(first.exitCode()).isEqualTo(Exit.OK);
      try (var third = serve("twin")) {
        assertThat(third.port()).isPositive();
        assertThat(third.output()).doesNotContain("still held");
      }
    }
  }

  @Test
  void redisThatIsNotThereIsToldAndEndsWith69() throws Exception {
    var nobody = "127.0.0.1:" + RedisProcess.freePort();
    try (var program =
        ServedProcess.start("serve", "--port", "0", "--engine", "redis://" + nobody)) {
      assertThat(program.exitCode()).isEqualTo(Exit.UNAVAILABLE);
      assertThat(program.output().lines()).singleElement().asString().contains("Redis", nobody);
    }
  }

  @Test
  void passwordIsTakenFromTheEnvironmentAndNeverWritten() throws Exception {
    try (var guarded = RedisProcess.start("--requirepass", "zaphod")) {
      try (var program =
          ServedProcess.start(
              Map.of("BYSSUS_REDIS_PASSWORD", "zaphod"),
              "serve",
              "--port",
              "0",
              "--set",
              "log.level=debug",
              "--engine",
              address(guarded))) {
        awaitPage(program.port(), "/health/ready", "ready");
        assertThat(program.output()).doesNotContain("zaphod");
      }
      try (var program =
          ServedProcess.start(
              Map.of("BYSSUS_ENGINE", "redis://:trillian@" + guarded.host()),
              "serve",
              "--port",
              "0")) {
        assertThat(program.exitCode()).isEqualTo(Exit.UNAVAILABLE);
        assertThat(program.output()).contains("Redis").doesNotContain("trillian");
      }
    }
  }

  /** As they stand in the documentation, and nothing more. */
  @Test
  void userWithFewRightsIsEnough() throws Exception {
    try (var strict = RedisProcess.start("--aclfile", users(documented("resetkeys")))) {
      assertAllowed(List.of(strict), Map.of(), "redis://byssus@" + strict.host());
    }
  }

  @Test
  void userWithFewRightsIsEnoughUnderAPrefix() throws Exception {
    var rights = documented("resetkeys").replace("~byssus:", "~staging:");
    try (var strict = RedisProcess.start("--aclfile", users(rights))) {
      assertAllowed(
          List.of(strict),
          Map.of("BYSSUS_REDIS_PREFIX", "staging"),
          "redis://byssus@" + strict.host());
      assertThat(strict.command("KEYS", "*").lines())
          .isNotEmpty()
          .allMatch(key -> key.startsWith("staging:"));
    }
  }

  @Test
  void userWithFewRightsIsEnoughInACluster() throws Exception {
    var more =
        match("in a Cluster `([^`]+)`, and there `resetchannels &byssus:\\*` is enough", page());
    var rights =
        documented("resetkeys")
                .replace("allchannels", "resetchannels &staging:*")
                .replace("~byssus:", "~staging:")
            + ' '
            + more;
    try (var strict = RedisDeployment.cluster(0, "--aclfile", users(rights))) {
      assertAllowed(
          strict.servers(),
          Map.of("BYSSUS_REDIS_PREFIX", "staging"),
          "redis-cluster://byssus@" + strict.primary().host());
    }
  }

  @Test
  void userOfTheSentinelsWithFewRightsIsEnough() throws Exception {
    try (var strict = RedisProcess.start("--aclfile", users(documented("resetkeys")));
        var sentinel =
            RedisProcess.sentinel(
                "sentinel monitor mymaster 127.0.0.1 %d 1%n%s%n"
                    .formatted(
                        strict.port(), documented("-@all \\+hello \\+auth \\+ping \\+sentinel")))) {
      assertAllowed(
          List.of(strict, sentinel),
          Map.of(
              "BYSSUS_REDIS_SENTINEL_USER", "byssus", "BYSSUS_REDIS_SENTINEL_PASSWORD", "zaphod"),
          "redis-sentinel://byssus@" + sentinel.host() + "/mymaster");
    }
  }

  private static String page() throws IOException {
    return Files.readString(Path.of("../docs/operations/redis.md"));
  }

  /** The user whose rights begin so. */
  private static String documented(String rights) throws IOException {
    return match("(?m)^(user byssus on >PASSWORD " + rights + ".*)$", page())
        .replace("PASSWORD", "zaphod");
  }

  private String users(String strict) throws IOException {
    var all = "user default on nopass ~* &* +@all\n" + strict + "\n";
    return Files.writeString(folder.resolve("users.acl"), all).toString();
  }

  private static void assertAllowed(
      List<RedisProcess> strict, Map<String, String> more, String engine) throws Exception {
    var environment = new HashMap<>(more);
    environment.put("BYSSUS_REDIS_PASSWORD", "zaphod");
    try (var program =
            ServedProcess.start(environment, "serve", "--port", "0", "--engine", engine);
        var client = new ListeningClient(program.port())) {
      client.say("{\"type\":\"connect\",\"id\":1,\"attributes\":{\"name\":\"Ann\"}}");
      var session = match("\"session\":\"([^\"]+)\"", client.hear("\"connected\""));
      for (var command :
          List.of(
              "{\"type\":\"subscribe\",\"id\":2,\"channel\":\"news\"}",
              "{\"type\":\"subscribe\",\"id\":3,\"channel\":\"chat:a\"}",
              "{\"type\":\"subscribe\",\"id\":4,\"channel\":\"ne*\"}",
              "{\"type\":\"publish\",\"id\":5,\"channel\":\"news\",\"data\":1,\"dedupe\":\"d\"}",
              "{\"type\":\"presence\",\"id\":6,\"channel\":\"chat:a\"}",
              "{\"type\":\"history\",\"id\":7,\"channel\":\"news\",\"limit\":5}",
              "{\"type\":\"set\",\"id\":8,\"attributes\":{\"a\":1,\"name\":null}}",
              "{\"type\":\"send\",\"id\":9,\"to\":{\"session\":\"" + session + "\"},\"data\":2}",
              "{\"type\":\"unsubscribe\",\"id\":10,\"channel\":\"ne*\"}",
              "{\"type\":\"unsubscribe\",\"id\":11,\"channel\":\"news\"}",
              "{\"type\":\"ack\",\"offset\":1}",
              "{\"type\":\"end\",\"id\":12}")) {
        client.say(command);
        if (command.contains("\"id\"")) {
          client.hear(match("(\"id\":\\d+)", command));
        }
      }
      program.signal("TERM");
      assertThat(program.exitCode()).isEqualTo(Exit.OK);
      for (var each : strict) {
        assertThat(each.command("ACL", "LOG")).as("what was refused").isEmpty();
      }
    }
  }

  private static String match(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map(found -> found.group(1))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void redisMayBeAtAnAddressOfIpv6() throws Exception {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
      assumeTrue(socket.isBound());
    } catch (IOException e) {
      assumeTrue(false, "this machine has no ::1: " + e.getMessage());
    }
    try (var both = RedisProcess.start("--bind", "127.0.0.1 ::1");
        var program =
            ServedProcess.start(
                "serve", "--port", "0", "--engine", "redis://[::1]:" + both.port())) {
      awaitStatus(program.port(), "/health/ready", 200);
      assertThat(program.output()).contains("redis://[::1]:" + both.port());
      assertThat(both.command("CLIENT", "LIST")).contains("addr=[::1]:");
    }
  }

  @Test
  void nodeIsUnreadyWhileRedisIsGoneAndReadyAgainAfterwards() throws Exception {
    try (var mortal = RedisProcess.start("--appendonly", "yes");
        var program = ServedProcess.start("serve", "--port", "0", "--engine", address(mortal))) {
      awaitStatus(program.port(), "/health/ready", 200);
      mortal.kill();
      awaitStatus(program.port(), "/health/ready", 503);
      assertThat(page(program.apiPort(), "/metrics"))
          .contains("byssus_engine_reachable 0.0", "byssus_engine_outages_total 1.0");
      assertThat(status(program.port(), "/health/live")).isEqualTo(200);
      program.await("the engine cannot be reached");
      mortal.restart();
      awaitStatus(program.port(), "/health/ready", 200);
      program.await("the engine answers again");
      program.signal("TERM");
      assertThat(program.exitCode()).isEqualTo(Exit.OK);
    }
  }

  private static void awaitStatus(int port, String path, int awaited) {
    await().atMost(Duration.ofSeconds(30)).until(() -> status(port, path) == awaited);
  }

  private static void awaitPage(int port, String path, String part) {
    await().atMost(Duration.ofSeconds(30)).until(() -> page(port, path).contains(part));
  }

  private static String page(int port, String path) throws Exception {
    return get(port, path).body();
  }

  private static int status(int port, String path) throws Exception {
    return get(port, path).statusCode();
  }

  private static HttpResponse<String> get(int port, String path) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }
}
