package io.byssus.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The page of metrics of a server. */
record TestMetrics(Server server) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  void awaitDevices(String name, long value) {
    awaitLine("byssus_devices_" + name + "_total", value);
  }

  void awaitLine(String start, long value) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(line(start)).isEqualTo(start + " " + value + ".0"));
  }

  String devices(String name) throws Exception {
    return line("byssus_devices_" + name + "_total");
  }

  private String line(String start) throws Exception {
    var page = URI.create("http://127.0.0.1:" + server.apiAddress().getPort() + "/metrics");
    try (var http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString())
          .body()
          .lines()
          .filter(line -> line.startsWith(start + " "))
          .findFirst()
          .orElseThrow();
    }
  }
}
