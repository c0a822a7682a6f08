package io.byssus.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.byssus.server.cli.Exit;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class ClusterOnOneMachineTest {
  private static final Pattern PROCESS = Pattern.compile("(?m)^  (\\S+) .*kill -9 (\\d+)$");
  private static final Pattern API =
      Pattern.compile("(?m)^  HTTP API +http://localhost:(\\d+)/api/v1/nodes");
  private static final Pattern NODE = Pattern.compile("(?m)^  n1 +http://localhost:(\\d+)/");

  @Test
  void nodeThatIsKilledIsToldAndTheRestGoesOnAndTheEndIsTheEndOfAll() throws Exception {
    try (var cluster = ServedProcess.start("cluster", "--nodes", "2", "--port", "0")) {
      cluster.await("Ctrl-C ends all");
      var processes = processes(cluster.output());
      try {
        assertThat(processes).hasSizeGreaterThanOrEqualTo(3).allMatch(ProcessHandle::isAlive);
        var port = match(NODE, cluster.output()).group(1);
        var api = match(API, cluster.output()).group(1);
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> get(api, "/api/v1/nodes").contains("\"name\":\"n2\""));

        handle(cluster.output(), "n2").destroyForcibly();
        cluster.await("n2 is gone (killed)");
        assertThat(cluster.output()).contains("./byssus serve --node n2 ");
        assertThat(get(port, "/health/ready")).contains("ready");

        cluster.signal("INT");
        assertThat(cluster.exitCode()).isEqualTo(Exit.OK);
        assertThat(processes).noneMatch(ProcessHandle::isAlive);
      } finally {
        processes.forEach(ProcessHandle::destroyForcibly);
      }
    }
  }

  @Test
  void inTheBackgroundOfAScriptItEndsWithAllItsProcessesAtSigterm() throws Exception {
    try (var cluster =
        ServedProcess.startInTheBackground("cluster", "--nodes", "2", "--port", "0")) {
      cluster.await("Ctrl-C ends all");
      var processes = processes(cluster.output());
      try {
        assertThat(processes).hasSizeGreaterThanOrEqualTo(3).allMatch(ProcessHandle::isAlive);
        cluster.signal("TERM");
        assertThat(cluster.exitCode()).isEqualTo(Exit.OK);
        assertThat(processes).noneMatch(ProcessHandle::isAlive);
      } finally {
        processes.forEach(ProcessHandle::destroyForcibly);
      }
    }
  }

  @Test
  void portThatIsTakenIsTold() throws Exception {
    try (var taken = new ServerSocket(0);
        var cluster =
            ServedProcess.start("cluster", "--port", Integer.toString(taken.getLocalPort()))) {
      assertThat(cluster.exitCode()).isEqualTo(Exit.UNAVAILABLE);
      assertThat(cluster.output())
          .contains("port " + taken.getLocalPort() + " is in use", "--port");
    }
  }

  @Test
  void redisThatIsNotThereIsToldInTheWordsOfTheNode() throws Exception {
    try (var none = new ServerSocket(0)) {
      var port = none.getLocalPort();
      none.close();
      try (var cluster =
          ServedProcess.start("cluster", "--port", "0", "--engine", "redis://127.0.0.1:" + port)) {
        assertThat(cluster.exitCode()).isEqualTo(Exit.UNAVAILABLE);
        assertThat(cluster.output()).contains("n1 does not start (exit code 69)", "" + port);
      }
    }
  }

  private static List<ProcessHandle> processes(String told) {
    var processes = new ArrayList<ProcessHandle>();
    PROCESS
        .matcher(told)
        .results()
        .forEach(row -> ProcessHandle.of(Long.parseLong(row.group(2))).ifPresent(processes::add));
    return processes;
  }

  private static ProcessHandle handle(String told, String name) {
    var pid =
        PROCESS
            .matcher(told)
            .results()
            .filter(row -> row.group(1).equals(name))
            .map(row -> Long.parseLong(row.group(2)))
            .findFirst();
    return ProcessHandle.of(pid.orElseThrow()).orElseThrow();
  }

  private static MatchResult match(Pattern pattern, String text) {
    return pattern.matcher(text).results().findFirst().orElseThrow();
  }

  private static String get(String port, String path) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }
}
