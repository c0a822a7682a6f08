package io.byssus.tests.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo page in a real browser, against a real server in a process of its own. What is tested is
 * in {@code tests/browser/*.test.mjs}; this starts both sides and shows what Node says when it
 * fails.
 */
class DemoPageTest {
  private static final Path SCRIPTS = Path.of("browser");
  private static final List<String> BROWSERS =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  private static final Path BROWSER_OF_MACOS =
      Path.of("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
  private static final long MINUTES_MAX = 10;

  @TempDir Path folder;

  @Test
  void thePageKeepsItsPromisesInABrowser() throws Exception {
    var node =
        onPath("node")
            .filter(Files::isExecutable)
            .findFirst()
            .orElseGet(
                () -> fail("Node.js 20.19 or newer is missing, which the browser tests need"));
    var chromium = needed("Chromium", BROWSERS.stream().flatMap(DemoPageTest::onPath));
    needed("playwright-core", Stream.of(SCRIPTS.resolve("node_modules/playwright-core")));
    try (var server = ServerProcess.start(folder)) {
      run(node, chromium, server);
    }
  }

  private void run(Path node, Path chromium, ServerProcess server) throws Exception {
    var output = folder.resolve("node.txt");
    var command =
        new ArrayList<>(
            List.of(node.toString(), "--test", "--test-concurrency=1", "--test-reporter=spec"));
    command.addAll(tests());
    var builder = new ProcessBuilder(command).directory(SCRIPTS.toFile());
    builder.environment().put("BYSSUS_URL", server.address());
    builder.environment().put("CHROMIUM", chromium.toString());
    var process =
        builder
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectOutput(output.toFile())
            .start();
    var ended = process.waitFor(MINUTES_MAX, TimeUnit.MINUTES);
    if (!ended) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    assertThat(ended && process.exitValue() == 0)
        .withFailMessage(() ->
            "the browser tests failed:\n" + text(output) + "\nThe server said:\n" + server.said())
        .isTrue();
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

  private static Path needed(String what, Stream<Path> places) {
    return places
        .filter(Files::exists)
        .findFirst()
        .orElseGet(() ->
            fail(what + " is missing, which the browser tests need; ./byssus test installs it"));
  }

  private static Stream<Path> onPath(String program) {
    var folders = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.concat(
        Stream.of(folders.split(File.pathSeparator)).map(folder -> Path.of(folder, program)),
        program.equals("google-chrome") ? Stream.of(BROWSER_OF_MACOS) : Stream.of());
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "(" + file + " cannot be read: " + e.getMessage() + ")";
    }
  }
}
