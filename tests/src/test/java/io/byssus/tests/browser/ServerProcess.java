package io.byssus.tests.browser;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/** A Byssus node as its users start it, {@code serve}, on a free port and with its defaults. */
final class ServerProcess implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("http://[\\w.:\\[\\]-]+");
  private static final Duration START = Duration.ofMinutes(1);
  private static final long STOP_SECONDS = 20;

  private final Process process;
  private final Path said;

  private ServerProcess(Process process, Path said) {
    this.process = process;
    this.said = said;
  }

  /** Waits until it has said where its page is. What it says goes to a file in {@code folder}. */
  static ServerProcess start(Path folder) throws IOException {
    var said = folder.resolve("server.txt");
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "io.byssus.server.Main",
                "serve",
                "--host",
                "127.0.0.1",
                "--port",
                "0")
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    var server = new ServerProcess(process, said);
    try {
      await()
          .atMost(START)
          .pollInterval(Duration.ofMillis(50))
          .failFast("the server has ended", () -> !process.isAlive())
          .until(() -> server.found().isPresent());
      return server;
    } catch (ConditionTimeoutException | TerminalFailureException e) {
      process.destroyForcibly();
      throw new IllegalStateException("the server did not start:\n" + server.said(), e);
    }
  }

  String address() {
    return found().orElseThrow() + "/";
  }

  /** All that it has written so far. */
  String said() {
    return DemoPageTest.text(said);
  }

  private Optional<String> found() {
    return ADDRESS.matcher(said()).results().map(MatchResult::group).findFirst();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
