package io.byssus.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.server.config.Loading;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The demo, the echo and the devices' WebSocket are switched off one by one. */
class PathIsSwitchedOffTest {
  private static final List<String> PATHS = List.of("/", "/byssus.js", "/echo", "/device");

  @ParameterizedTest
  @CsvSource({
    "demo.enabled, '/,/byssus.js'",
    "echo.enabled, /echo",
    "devices.web-socket, /device",
  })
  void aPathThatIsSwitchedOffIsNotThereAndTheOthersAre(String key, String off) throws Exception {
    var config = Loading.yaml("listen: {host: 127.0.0.1, port: 0}").set(key, "false").config();
    try (var server = Server.start(config)) {
      var gone = List.of(off.split(","));
      for (var path : PATHS) {
        assertThat(status(server, path) == 404).as(path).isEqualTo(gone.contains(path));
      }
      assertThat(status(server, "/health/live")).isEqualTo(200);
    }
  }

  private static int status(Server server, String path) throws Exception {
    var uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    try (var client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
          .statusCode();
    }
  }
}
