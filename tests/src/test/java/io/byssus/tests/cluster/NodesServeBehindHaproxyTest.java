package io.byssus.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.byssus.redis.testing.RedisProcess;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real HAProxy with the configuration that operators are given, with other ports in it. */
@Timeout(180)
class NodesServeBehindHaproxyTest {
  @TempDir static Path folder;

  private static final List<NodeProcess> NODES = new ArrayList<>();
  private static int port;
  private static Path control;
  private static Process haproxy;

  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws Exception {
    for (var name : List.of("n1", "n2", "n3")) {
      NODES.add(
          NodeProcess.start(
              name,
              folder,
              List.of(
                  "--set", "listen.trusted-proxies=127.0.0.1/32",
                  "--set", "drain.grace=10m",
                  "--set", "drain.deadline=1h")));
    }
    NODES.forEach(NodeProcess::awaitReady);
    port = RedisProcess.freePort();
    control = folder.resolve("control");
    var config = folder.resolve("haproxy.cfg");
    Files.writeString(config, filled());
    haproxy =
        new ProcessBuilder(program().toString(), "-db", "-f", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("haproxy.log").toFile())
            .start();
    for (var node : NODES) {
      await().atMost(Duration.ofSeconds(60)).until(() -> state(node).startsWith("UP"));
    }
  }

  @AfterAll
  static void stop() {
    if (haproxy != null) {
      haproxy.destroyForcibly();
    }
    NODES.forEach(NodeProcess::close);
  }

  /** The operators' file; besides the ports only the socket by which HAProxy is asked. */
  private static String filled() throws IOException {
    var file = Path.of(System.getProperty("basedir", "."), "..", "deploy/haproxy/byssus.cfg");
    return Files.readString(file)
        .replace("maxconn 50000", "maxconn 500\n    stats socket " + control)
        .replace("127.0.0.1:8080", "127.0.0.1:" + port)
        .replace("127.0.0.1:8081", "127.0.0.1:" + NODES.get(0).port())
        .replace("127.0.0.1:8082", "127.0.0.1:" + NODES.get(1).port())
        .replace("127.0.0.1:8083", "127.0.0.1:" + NODES.get(2).port());
  }

  private static Path program() throws IOException {
    var path = System.getenv("PATH") + ":/usr/sbin:/usr/local/sbin:/opt/homebrew/bin";
    return Stream.of(path.split(":"))
        .map(folder -> Path.of(folder, "haproxy"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() ->
            new IOException(
                "haproxy is missing. './byssus test' installs it; by hand it is: apt-get install"
                    + " haproxy (Debian), brew install haproxy (macOS)"));
  }

  /** What HAProxy takes a node for: UP, DOWN, and the steps between. */
  private static String state(NodeProcess node) {
    return stats()
        .lines()
        .map(line -> line.split(","))
        .filter(fields -> fields[0].equals("nodes") && fields[1].equals(node.name()))
        .map(fields -> fields[17])
        .findFirst()
        .orElse("unknown");
  }

  private static String stats() {
    try (var socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.connect(UnixDomainSocketAddress.of(control));
      Channels.newOutputStream(socket).write("show stat\n".getBytes(StandardCharsets.US_ASCII));
      var answer = Channels.newInputStream(socket).readAllBytes();
      return new String(answer, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return ""; // not yet
    }
  }

  private static final class Heard implements WebSocket.Listener {
    private final CompletableFuture<String> first = new CompletableFuture<>();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
      first.complete(text.toString());
      return null;
    }
  }

  private int status(String path) throws Exception {
    var uri = URI.create("http://127.0.0.1:" + port + path);
    return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding()).statusCode();
  }

  /** The page's own origin passes, and the client is known to be of this machine. */
  @Test
  void pageComesThroughAndIsToldItsNode() throws Exception {
    var heard = new Heard();
    var socket =
        http.newWebSocketBuilder()
            .header("Origin", "http://127.0.0.1:" + port)
            .buildAsync(URI.create("ws://127.0.0.1:" + port + "/ws"), heard)
            .get(30, TimeUnit.SECONDS);
    socket.sendText("{\"type\":\"connect\",\"id\":1}", true).get(30, TimeUnit.SECONDS);
    assertThat(heard.first.get(30, TimeUnit.SECONDS)).contains("\"connected\"");
    socket.abort();
  }

  @Test
  void whatIsForTheOperatorIsKeptFromThePublic() throws Exception {
    assertThat(status("/health/ready")).isEqualTo(200);
    assertThat(status("/metrics")).isEqualTo(404);
    assertThat(status("/api/v1/nodes")).isEqualTo(404);
  }

  @Test
  void nodeThatLeavesIsTakenOffBeforeItIsGone() throws Exception {
    var leaving = NODES.getLast();
    new ProcessBuilder("kill", "-TERM", Long.toString(leaving.pid())).start().waitFor();
    await().atMost(Duration.ofSeconds(60)).until(() -> state(leaving).startsWith("DOWN"));
    assertThat(leaving.status("/health/live")).isEqualTo(200);
    assertThat(status("/health/ready")).isEqualTo(200);
  }
}
