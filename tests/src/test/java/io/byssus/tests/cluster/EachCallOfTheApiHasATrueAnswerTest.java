package io.byssus.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.byssus.redis.testing.RedisProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Two nodes on one Redis, asked by HTTP while something dies, stands still or is full. 200 is
 * stored, 504 may be and is stored once when it is repeated, anything else is not stored; and there
 * is an answer each time.
 */
class EachCallOfTheApiHasATrueAnswerTest {
  private static final int CALLS = 50;
  private static final Pattern DATA = Pattern.compile("\"data\":(\\d+)");
  private static final Pattern STATUS = Pattern.compile("\"status\":(\\d+)");

  private static RedisProcess redis;
  private static NodeProcess first;
  private static NodeProcess second;
  private static HttpClient http;

  @BeforeAll
  static void start() throws IOException {
    redis = RedisProcess.start();
    var folder = Files.createDirectories(Path.of("target", "cluster", "api"));
    var arguments =
        List.of(
            "--engine",
            "redis://127.0.0.1:" + redis.port(),
            "--set",
            "namespaces.default.history.size=20000",
            "--set",
            "api.idle-timeout=5s",
            "--set",
            "api.requests-per-second=100000");
    first = NodeProcess.start("a1", folder, arguments);
    second = NodeProcess.start("a2", folder, arguments);
    first.awaitReady();
    second.awaitReady();
    http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  @AfterAll
  static void stop() {
    http.close();
    first.close();
    second.close();
    redis.close();
  }

  // Calls.

  private static String publication(String channel, int number) {
    return "{\"channel\":\"%s\",\"data\":%d,\"dedupe\":\"%2$d\"}".formatted(channel, number);
  }

  private static HttpRequest request(NodeProcess node, String path, String type, String body) {
    return HttpRequest.newBuilder(URI.create(node.apiAddress() + "api/v1" + path))
        .timeout(Duration.ofSeconds(30)) // only so that a call without an answer is found
        .header("Content-Type", type)
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private static CompletableFuture<Integer> publish(NodeProcess node, String channel, int number) {
    return http.sendAsync(
            request(node, "/publish", "application/json", publication(channel, number)),
            HttpResponse.BodyHandlers.ofString())
        .thenApply(EachCallOfTheApiHasATrueAnswerTest::status);
  }

  /** An answer is one of the API's own, with a code. */
  private static int status(HttpResponse<String> answer) {
    assertThat(answer.body())
        .contains(
            switch (answer.statusCode()) {
              case 200 -> "\"level\"";
              case 503 -> "\"code\":\"unavailable\"";
              case 504 -> "\"code\":\"unknown\"";
              default -> throw new AssertionError(answer + " " + answer.body());
            });
    return answer.statusCode();
  }

  private static Map<Integer, CompletableFuture<Integer>> publishAll(
      NodeProcess node, String channel) {
    var calls = new HashMap<Integer, CompletableFuture<Integer>>();
    IntStream.range(0, CALLS).forEach(number -> calls.put(number, publish(node, channel, number)));
    return calls;
  }

  private static List<Integer> stored(String channel) {
    return DATA.matcher(second.apiPage("/api/v1/channels/" + channel + "/history?limit=1000"))
        .results()
        .map(found -> Integer.parseInt(found.group(1)))
        .sorted(Comparator.naturalOrder())
        .toList();
  }

  private static List<Integer> with(Map<Integer, CompletableFuture<Integer>> calls, int status) {
    return calls.entrySet().stream()
        .filter(call -> call.getValue().join() == status)
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  private static void awaitServed(String channel) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> publish(second, channel, 1_000_000).join() == 200);
    first.awaitReady();
    second.awaitReady();
  }

  /** What each answer said is true, and what is repeated is stored once. */
  private static void judge(String channel, Map<Integer, CompletableFuture<Integer>> calls) {
    var before = stored(channel);
    assertThat(with(calls, 503)).noneMatch(before::contains);
    assertThat(with(calls, 200)).allMatch(before::contains);
    for (var number : calls.keySet()) {
      assertThat(publish(second, channel, number).join()).isEqualTo(200);
    }
    assertThat(stored(channel))
        .containsExactlyElementsOf(IntStream.range(0, CALLS).boxed().toList());
  }

  // Misfortunes.

  @Test
  void whileThePrimaryStandsStill() {
    redis.freeze();
    var calls = publishAll(first, "frozen");
    var answers = calls.values().stream().map(CompletableFuture::join).toList();
    assertThat(answers).contains(504).doesNotContain(200);
    assertThat(first.apiPage("/api/v1/nodes")).contains("a1"); // needs no Redis
    redis.thaw();
    awaitServed("other");
    judge("frozen", calls);
  }

  @Test
  void whileRedisIsFull() {
    assertThat(redis.command("CONFIG", "SET", "maxmemory", "1")).isEqualTo("OK");
    var calls = publishAll(first, "full");
    assertThat(calls.values().stream().map(CompletableFuture::join)).containsOnly(503);
    assertThat(first.alive()).isTrue();
    assertThat(redis.command("CONFIG", "SET", "maxmemory", "0")).isEqualTo("OK");
    awaitServed("other");
    judge("full", calls);
  }

  @Test
  void whileTheDiskOfRedisIsFull() {
    redis.command("CONFIG", "SET", "save", "3600 1");
    var folder = redis.folder().resolve("dump.rdb");
    try {
      Files.createDirectory(folder); // what cannot be written as a file
      Files.createFile(folder.resolve("x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    redis.command("SET", "x", "y");
    redis.command("BGSAVE");
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> redis.info("persistence", "rdb_last_bgsave_status").equals("err"));
    var calls = publishAll(first, "disk");
    assertThat(calls.values().stream().map(CompletableFuture::join)).containsOnly(503);
    redis.command("CONFIG", "SET", "stop-writes-on-bgsave-error", "no");
    awaitServed("other");
    redis.command("CONFIG", "SET", "save", "");
    judge("disk", calls);
  }

  @Test
  void whenTheNodeIsKilledWhileItIsAsked() throws IOException {
    var lines = new ArrayList<String>();
    IntStream.range(0, 20_000)
        .forEach(number ->
            lines.add("{\"type\":\"publish\"," + publication("killed", number).substring(1)));
    var statuses = new ArrayList<Integer>();
    var single = publishAll(first, "single");
    try (var socket = connect(first)) {
      Thread.startVirtualThread(() -> sendAll(socket, lines));
      var in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      for (var line = in.readLine(); line != null; line = in.readLine()) {
        var status = STATUS.matcher(line);
        if (status.find()) {
          statuses.add(Integer.parseInt(status.group(1)));
        }
        if (statuses.size() == 100) {
          first.kill();
        }
      }
    } catch (IOException e) {
      assertThat(first.alive()).isFalse(); // it hung up in the midst of a line
    }
    assertThat(statuses).hasSizeBetween(100, lines.size() - 1).containsOnly(200);
    var again =
        http.sendAsync(
                request(second, "/batch", "application/x-ndjson", String.join("\n", lines)),
                HttpResponse.BodyHandlers.ofLines())
            .join();
    assertThat(again.body().filter(line -> line.startsWith("{\"status\":200")))
        .hasSize(lines.size());
    assertThat(top("killed")).isEqualTo(lines.size());
    for (var call : single.entrySet()) {
      call.getValue().handle((status, failure) -> 0).join();
      assertThat(publish(second, "single", call.getKey()).join()).isEqualTo(200);
    }
    assertThat(stored("single"))
        .containsExactlyElementsOf(IntStream.range(0, CALLS).boxed().toList());
    first.startAgain();
    first.awaitReady();
  }

  private static int top(String channel) {
    var page = second.apiPage("/api/v1/channels/" + channel);
    var top = Pattern.compile("\"offset\":(\\d+)").matcher(page);
    assertThat(top.find()).as(page).isTrue();
    return Integer.parseInt(top.group(1));
  }

  private static void sendAll(Socket socket, List<String> lines) {
    try {
      var out = socket.getOutputStream();
      out.write(head("POST", "/api/v1/batch", "application/x-ndjson"));
      for (var line : lines) {
        out.write(chunk(line + "\n"));
      }
      out.write(chunk(""));
    } catch (IOException e) {
      assertThat(socket.isClosed() || !first.alive()).isTrue();
    }
  }

  private static byte[] head(String method, String path, String type) {
    return (method
            + " "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Type: "
            + type
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] chunk(String text) {
    return (Integer.toHexString(text.length()) + "\r\n" + text + "\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  // Callers who are slow.

  @Test
  void whileOthersSendTheirBodiesByteByByte() throws IOException {
    var slow = new ArrayList<Socket>();
    try {
      for (var i = 0; i < 100; i++) {
        var socket = connect(second);
        slow.add(socket);
        socket.getOutputStream().write(head("POST", "/api/v1/publish", "application/json"));
      }
      for (var c : "{\"channel\":".toCharArray()) {
        for (var socket : slow) {
          socket.getOutputStream().write(chunk(String.valueOf(c)));
        }
      }
      assertThat(publishAll(second, "others").values().stream().map(CompletableFuture::join))
          .containsOnly(200);
      for (var socket : slow) {
        socket.getOutputStream().write(chunk("\"slow\",\"data\":1}"));
        socket.getOutputStream().write(chunk(""));
        assertThat(firstLine(socket)).contains(" 200 ");
      }
      assertThat(stored("slow")).hasSize(slow.size());
    } finally {
      for (var socket : slow) {
        socket.close();
      }
    }
  }

  private static Socket connect(NodeProcess node) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(4_096);
    socket.connect(new InetSocketAddress("127.0.0.1", URI.create(node.apiAddress()).getPort()));
    socket.setSoTimeout(30_000);
    return socket;
  }

  private static String firstLine(Socket socket) throws IOException {
    return new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
        .readLine();
  }

  @Test
  void whileOthersNeverReadWhatTheyAreAnswered() throws IOException {
    try (var watch = connect(second);
        var batch = connect(second)) {
      watch
          .getOutputStream()
          .write(
              "GET /api/v1/channels/heavy/watch HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(firstLine(watch)).contains(" 200 ");
      var writing =
          Thread.startVirtualThread(() -> {
            try {
              var out = batch.getOutputStream();
              out.write(head("POST", "/api/v1/batch", "application/x-ndjson"));
              var line =
                  "{\"type\":\"publish\",\"channel\":\"heavy\",\"data\":\""
                      + "x".repeat(100)
                      + "\"}\n";
              var lines = chunk(line.repeat(100));
              for (var i = 0; i < 10_000; i++) {
                out.write(lines);
              }
            } catch (IOException e) {
              // What this waits for: the node has hung up.
            }
          });
      assertThat(publishAll(second, "beside").values().stream().map(CompletableFuture::join))
          .containsOnly(200);
      await().atMost(Duration.ofSeconds(40)).until(() -> !writing.isAlive());
      assertThat(publishAll(second, "behind").values().stream().map(CompletableFuture::join))
          .containsOnly(200);
    }
  }
}
