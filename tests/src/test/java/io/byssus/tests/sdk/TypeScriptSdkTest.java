package io.byssus.tests.sdk;

import io.byssus.redis.testing.RedisDeployment;
import io.byssus.tests.browser.NodeJs;
import io.byssus.tests.cluster.NodeProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The TypeScript SDK: built, tried against a scripted server, against real nodes and in a real
 * browser, packed and installed. What is tested is in {@code client-js/test} and {@code
 * client-js/live}; this starts it and shows what Node says when it fails.
 */
class TypeScriptSdkTest {
  private static final Path SDK = Path.of("..", "client-js");

  @BeforeAll
  static void build() throws Exception {
    run(Map.of(), "npm", "run", "build");
  }

  @Test
  void itKeepsItsPromisesBeforeAScriptedServer() throws Exception {
    run(Map.of(), "npm", "test");
  }

  @Test
  void itLosesNothingOnRealNodesAndInARealBrowser() throws Exception {
    try (var redis = RedisDeployment.standalone()) {
      run(
          Map.of("TEST_NODE", node(), "TEST_REDIS", redis.address().toString()),
          "npm",
          "run",
          "test:live");
    }
  }

  /** As a JSON array. */
  private static String node() {
    return NodeProcess.command().stream()
        .map(word -> '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
        .collect(Collectors.joining(",", "[", "]"));
  }

  private static void run(Map<String, String> environment, String... command) throws Exception {
    NodeJs.run(SDK, environment, List.of(command));
  }
}
