package io.byssus.tests.sdk;

import io.byssus.redis.testing.RedisProcess;
import io.byssus.tests.browser.NodeJs;
import io.byssus.tests.cluster.NodeProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code examples/notifications} as its readers run it: each of its backends as a process, its page
 * in a browser, and a node with the example's configuration.
 */
@Timeout(180)
class NotificationsExampleTest {
  private static final Path EXAMPLE = Path.of("../examples/notifications");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"node", "java"})
  void aBackendPushesToAUserById(String backend) throws Exception {
    var port = RedisProcess.freePort();
    var api = "127.0.0.1:" + RedisProcess.freePort();
    var arguments =
        List.of(
            "--config",
            EXAMPLE.resolve("byssus.yaml").toString(),
            "--set",
            "listen.allowed-origins=http://localhost:" + port,
            "--set",
            "api.listen=" + api);
    try (var node = NodeProcess.start("n1", folder, arguments)) {
      node.awaitReady();
      NodeJs.run(
          Path.of("browser"),
          Map.of(
              "BACKEND",
              backend,
              "JAVA",
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "PORT",
              Integer.toString(port),
              "BYSSUS_API",
              "http://" + api,
              "BYSSUS_WS",
              node.address().replace("http", "ws") + "ws"),
          List.of("node", "--test", "--test-reporter=spec", "notifications.example.mjs"));
    }
  }
}
