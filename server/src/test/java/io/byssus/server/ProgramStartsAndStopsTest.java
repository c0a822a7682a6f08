package io.byssus.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.byssus.server.cli.Exit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class ProgramStartsAndStopsTest {
  private static final int BY_SIGTERM = 128 + 15;

  @Test
  void sigtermAsksClientsToReconnectClosesAndEndsWithZero() throws Exception {
    try (var program = ServedProcess.start("serve", "--port", "0", "--set", "drain.window=1s");
        var client = new ListeningClient(program.port())) {
      client.say("{\"type\":\"connect\",\"id\":1}");
      client.hear("\"connected\"");
      program.signal("TERM");
      assertThat(client.hear("\"reconnect\"")).contains("afterMs", "drain");
      assertThat(client.closeCode()).isEqualTo(1012);
      assertThat(program.exitCode()).isEqualTo(Exit.OK);
      assertThat(program.output()).contains("leaving: 1 connections", "left: all connections");
    }
  }

  @Test
  void inTheBackgroundOfAScriptItLeavesAtSigtermAndNotAtSigint() throws Exception {
    try (var program = ServedProcess.startInTheBackground("serve", "--port", "0");
        var client = new ListeningClient(program.port())) {
      client.say("{\"type\":\"connect\",\"id\":1}");
      client.hear("\"connected\"");
      program.signal("INT");
      program.signal("TERM");
      client.hear("\"reconnect\"");
      // The second of two signals that count would have ended it by 128 and its number.
      assertThat(program.exitCode()).isEqualTo(Exit.OK);
    }
  }

  @Test
  void secondSignalEndsItAtOnce() throws Exception {
    try (var program =
            ServedProcess.start(
                "serve", "--port", "0", "--set", "drain.grace=10m", "--set", "drain.deadline=1h");
        var client = new ListeningClient(program.port())) {
      client.say("{\"type\":\"connect\",\"id\":1}");
      client.hear("\"connected\"");
      program.signal("TERM");
      awaitStatus(program.port(), "/health/ready", 503);
      program.signal("TERM");
      assertThat(program.exitCode()).isEqualTo(BY_SIGTERM);
    }
  }

  @Test
  void duringTheGraceItIsUnreadyAndStillServes() throws Exception {
    try (var program =
        ServedProcess.start(
            "serve", "--port", "0", "--set", "drain.grace=10m", "--set", "drain.deadline=1h")) {
      awaitStatus(program.port(), "/health/ready", 200);
      program.signal("INT");
      awaitStatus(program.port(), "/health/ready", 503);
      assertThat(status(program.port(), "/health/live")).isEqualTo(200);
      try (var late = new ListeningClient(program.port())) {
        late.say("{\"type\":\"connect\",\"id\":1}");
        late.hear("\"connected\"");
      }
    }
  }

  @Test
  void clientThatDoesNotGoIsCutOffAtTheDeadline() throws Exception {
    try (var program =
            ServedProcess.start(
                "serve",
                "--port",
                "0",
                "--set",
                "drain.window=0s",
                "--set",
                "drain.deadline=1s",
                "--set",
                "limits.close-timeout=1m");
        var deaf = new Socket(InetAddress.getLoopbackAddress(), program.port())) {
      deaf.getOutputStream()
          .write(
              ("GET /ws HTTP/1.1\r\n"
                      + "Host: localhost\r\n"
                      + "Connection: Upgrade\r\n"
                      + "Upgrade: websocket\r\n"
                      + "Sec-WebSocket-Version: 13\r\n"
                      + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
                  .getBytes());
      assertThat(deaf.getInputStream().read()).isEqualTo('H');
      program.signal("TERM");
      assertThat(program.exitCode()).isEqualTo(Exit.OK);
    }
  }

  @Test
  void fullTableOfFilesIsToldOnceForPeopleAndNewcomersComeInWhenSomeGo() throws Exception {
    try (var program = ServedProcess.startWithFiles(200, "serve", "--port", "0")) {
      program.await("ulimit -n is 200, and each connection takes");
      var open = new ArrayList<Socket>();
      try {
        for (var i = 0; i < 250; i++) {
          open.add(new Socket(InetAddress.getLoopbackAddress(), program.port()));
        }
        program.await("no file descriptor is left for new connections (ulimit -n is 200)");
        assertThat(program.output()).doesNotContain("exceptionCaught", "pipeline");
      } finally {
        for (var socket : open) {
          socket.close();
        }
      }
      awaitStatus(program.port(), "/health/live", 200);
      awaitMetric(program.apiPort(), "byssus_accepts_failed_total [1-9]");
    }
  }

  @Test
  void portThatIsTakenIsToldWithItsHolderAndEndsWith69() throws Exception {
    try (var taken = new ServerSocket(0);
        var program =
            ServedProcess.start("serve", "--port", Integer.toString(taken.getLocalPort()))) {
      assertThat(program.exitCode()).isEqualTo(Exit.UNAVAILABLE);
      assertThat(program.output().lines())
          .singleElement()
          .asString()
          .contains(
              "port " + taken.getLocalPort() + " is in use by process",
              Long.toString(ProcessHandle.current().pid()),
              "--port");
    }
  }

  @Test
  void portForDevicesThatIsTakenIsToldWithItsKey() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var program =
            ServedProcess.start(
                "serve", "--port", "0", "--set", "devices.tcp.port=" + taken.getLocalPort())) {
      assertThat(program.exitCode()).isEqualTo(Exit.UNAVAILABLE);
      assertThat(program.output().lines())
          .singleElement()
          .asString()
          .contains("port " + taken.getLocalPort() + " is in use by process", "devices.tcp.port");
    }
  }

  @Test
  void addressOfAnotherMachineIsToldAndEndsWith69() throws Exception {
    try (var program = ServedProcess.start("serve", "--port", "0", "--host", "192.0.2.1")) {
      assertThat(program.exitCode()).isEqualTo(Exit.UNAVAILABLE);
      assertThat(program.output())
          .contains("192.0.2.1 is not an address of this machine", "--host");
    }
  }

  @Test
  void wrongConfigurationEndsWith78BeforeAnythingListens() throws Exception {
    try (var program = ServedProcess.start("serve", "--port", "0", "--engine", "redis://r:x")) {
      assertThat(program.exitCode()).isEqualTo(Exit.CONFIG);
      assertThat(program.output()).contains("a port is not a number").doesNotContain("ws://");
    }
  }

  @Test
  void nodeListsItself() throws Exception {
    try (var program =
        ServedProcess.start("serve", "--port", "0", "--host", "127.0.0.1", "--node", "alpha")) {
      var port = program.port();
      assertThat(get(program.apiPort(), "/api/v1/nodes").body())
          .contains(
              "\"name\":\"alpha\"", "\"address\":\"127.0.0.1:" + port + "\"", "\"self\":true");
    }
  }

  @Test
  void everyAddressOfBothFamiliesIsServed() throws Exception {
    assumeIpv6();
    try (var program = ServedProcess.start("serve", "--port", "0", "--host", "::")) {
      var port = program.port();
      assertThat(status("127.0.0.1", port, "/health/ready")).isEqualTo(200);
      assertThat(status("[::1]", port, "/health/ready")).isEqualTo(200);
    }
  }

  @Test
  void addressOfIpv6IsToldAsAUrlHasIt() throws Exception {
    assumeIpv6();
    for (var host : new String[] {"::1", "[::1]"}) {
      try (var program =
          ServedProcess.start(
              "serve",
              "--port",
              "0",
              "--host",
              host,
              "--set",
              "devices.tcp.port=0",
              "--set",
              "devices.tcp.host=" + host)) {
        var port = program.port();
        program.await("tcp://[::1]:");
        assertThat(program.output()).contains("http://[::1]:" + port + "/");
        assertThat(status("[::1]", port, "/health/ready")).isEqualTo(200);
        assertThat(get(program.apiPort(), "/api/v1/nodes").body())
            .contains("\"address\":\"[::1]:" + port + "\"");
      }
    }
  }

  private static void assumeIpv6() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
      assumeTrue(socket.isBound());
    } catch (IOException e) {
      assumeTrue(false, "this machine has no ::1: " + e.getMessage());
    }
  }

  @Test
  void exitAfterStartServesItselfAndEnds() throws Exception {
    try (var program = ServedProcess.start("serve", "--port", "0", "--exit-after-start")) {
      assertThat(program.exitCode()).isEqualTo(Exit.OK);
      assertThat(program.output()).contains("ws://localhost:").doesNotContain("WARN", "ERROR");
    }
  }

  @Test
  void firstWordsTellWhereItIsAndWhoMayCome() throws Exception {
    try (var program = ServedProcess.start("serve", "--port", "0", "--node", "alpha")) {
      var port = program.port();
      awaitStatus(port, "/health/ready", 200);
      assertThat(program.output())
          .contains("http://localhost:" + port + "/", "ws://localhost:" + port + "/ws")
          .contains("node alpha", "engine memory")
          .contains("Only clients on this machine", "auth.jwt.secret", "auth.anonymous");
    }
  }

  private static void awaitStatus(int port, String path, int awaited) {
    await().atMost(Duration.ofSeconds(30)).until(() -> status(port, path) == awaited);
  }

  private static void awaitMetric(int port, String pattern) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> Pattern.compile(pattern).matcher(get(port, "/metrics").body()).find());
  }

  private static int status(int port, String path) throws Exception {
    return status("127.0.0.1", port, path);
  }

  private static int status(String host, int port, String path) throws Exception {
    return get(host, port, path).statusCode();
  }

  private static HttpResponse<String> get(int port, String path) throws Exception {
    return get("127.0.0.1", port, path);
  }

  private static HttpResponse<String> get(String host, int port, String path) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create("http://" + host + ":" + port + path)).build();
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }
}
