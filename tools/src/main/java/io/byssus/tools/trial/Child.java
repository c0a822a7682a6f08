package io.byssus.tools.trial;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process of the cluster.
 *
 * @param name for people
 * @param log the file that it writes to, in the folder that it runs in
 */
record Child(String name, Process process, Path log, List<String> command) {
  private static final int KILLED = 128 + 9;
  private static final int TOLD_LINES = 8;

  /**
   * Without our own settings in its environment: those of a real cluster must not reach it.
   *
   * @param environment what it gets besides
   */
  static Child start(
      String name, Path folder, Map<String, String> environment, List<String> command)
      throws TrialFailure {
    var log = folder.resolve(name + ".log");
    var builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectOutput(log.toFile())
            .redirectErrorStream(true);
    builder.environment().keySet().removeIf(variable -> variable.startsWith("BYSSUS_"));
    builder.environment().putAll(environment);
    try {
      return new Child(name, builder.start(), log, List.copyOf(command));
    } catch (IOException e) {
      throw new TrialFailure(name + " cannot be started: " + e.getMessage());
    }
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** How it ended, in a few words. */
  String how() {
    var code = process.exitValue();
    return code == KILLED ? "killed" : "exit code " + code;
  }

  /** The end of what it has written. */
  List<String> lastWords() {
    try {
      var lines = new ArrayList<>(Files.readAllLines(log, StandardCharsets.ISO_8859_1));
      lines.removeIf(String::isBlank);
      return lines.subList(Math.max(0, lines.size() - TOLD_LINES), lines.size());
    } catch (IOException e) {
      return List.of();
    }
  }

  void askToEnd() {
    process.destroy();
  }

  /** Returns when it has ended, by force if it takes longer than that. */
  void end(long seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
