package io.byssus.tests.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Tests that are written in JavaScript, run by Node.js or npm in a process of their own, with
 * {@code CHROMIUM} in the environment.
 */
public final class NodeJs {
  private static final String CHROMIUM_OF_MACOS =
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
  private static final long MINUTES_MAX = 10;

  private NodeJs() {}

  /**
   * Returns when {@code command}, whose program is looked up on the PATH, has ended well in {@code
   * folder}. Fails with all that it has said otherwise, and after ten minutes.
   */
  public static void run(Path folder, Map<String, String> environment, List<String> command)
      throws Exception {
    assertThat(folder.resolve("node_modules"))
        .withFailMessage("npm packages are missing in %s; ./byssus test installs them", folder)
        .exists();
    found(command.getFirst());
    var said = Files.createTempFile("byssus-", ".txt");
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("CHROMIUM", chromium());
    builder.environment().putAll(environment);
    var process =
        builder
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(said.toFile())
            .start();
    var ended = process.waitFor(MINUTES_MAX, TimeUnit.MINUTES);
    if (!ended) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    var all = new String(Files.readAllBytes(said), StandardCharsets.UTF_8);
    Files.delete(said);
    assertThat(ended && process.exitValue() == 0)
        .withFailMessage(() -> "%s failed in %s:\n%s".formatted(command, folder, all))
        .isTrue();
  }

  private static String chromium() {
    var mac = new File(CHROMIUM_OF_MACOS);
    return mac.canExecute()
        ? CHROMIUM_OF_MACOS
        : found("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  }

  private static String found(String... programs) {
    var folders = Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator);
    return Stream.of(programs)
        .flatMap(program -> Stream.of(folders).map(folder -> Path.of(folder, program)))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() ->
            new AssertionError(programs[0] + " is missing; ./byssus test installs what is needed"))
        .toString();
  }
}
