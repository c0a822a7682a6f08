package io.byssus.tests.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.tests.cluster.NodeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo page in a real browser, and the examples for Node.js, against a real node with its
 * defaults. What is tested is in {@code tests/browser/*.test.mjs}; this starts both sides.
 */
class DemoPageTest {
  private static final Path SCRIPTS = Path.of("browser");

  @TempDir Path folder;

  @Test
  void thePageKeepsItsPromisesInABrowser() throws Exception {
    var command =
        new ArrayList<>(List.of("node", "--test", "--test-concurrency=1", "--test-reporter=spec"));
    command.addAll(tests());
    try (var node = NodeProcess.start("n1", folder, List.of())) {
      node.awaitReady();
      NodeJs.run(SCRIPTS, Map.of("BYSSUS_URL", node.address()), command);
    }
  }

  private static List<String> tests() throws IOException {
    try (var files = Files.list(SCRIPTS)) {
      var names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".test.mjs"))
              .sorted()
              .toList();
      assertThat(names).isNotEmpty();
      return names;
    }
  }
}
