package io.byssus.tests.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.redis.testing.RedisDeployment;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The TypeScript SDK: built, tried against a scripted server, against real nodes and in a real
 * browser, packed and installed. What is tested is in {@code client-js/test} and {@code
 * client-js/live}; this starts it and shows what Node says when it fails.
 */
class TypeScriptSdkTest {
  private static final Path SDK = Path.of("..", "client-js");
  private static final long MINUTES_MAX = 10;

  @TempDir static Path folder;

  @BeforeAll
  static void build() throws Exception {
    assertThat(SDK.resolve("node_modules"))
        .withFailMessage("npm packages are missing in client-js; ./byssus test installs them")
        .exists();
    run("npm run build", Map.of());
  }

  @Test
  void itKeepsItsPromisesBeforeAScriptedServer() throws Exception {
    run("npm test", Map.of());
  }

  @Test
  void itLosesNothingOnRealNodesAndInARealBrowser() throws Exception {
    try (var redis = RedisDeployment.standalone()) {
      run(
          "npm run test:live",
          Map.of("TEST_NODE", node(), "TEST_REDIS", redis.address().toString()));
    }
  }

  /** The command that starts a node of this build, as a JSON array. */
  private static String node() {
    return Stream.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Djava.net.preferIPv4Stack=true",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            "io.byssus.server.Main",
            "serve")
        .map(word -> '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
        .collect(Collectors.joining(",", "[", "]"));
  }

  private static void run(String command, Map<String, String> environment) throws Exception {
    var output = folder.resolve(command.replaceAll("\\W", "-") + ".txt");
    var builder = new ProcessBuilder(List.of(command.split(" "))).directory(SDK.toFile());
    builder.environment().putAll(environment);
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
        .withFailMessage(() -> command + " failed:\n" + text(output))
        .isTrue();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "(" + file + " cannot be read: " + e.getMessage() + ")";
    }
  }
}
