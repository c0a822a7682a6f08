package io.byssus.tests.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Asks a JVM, as an operator would. */
final class Jcmd {
  private Jcmd() {}

  /** What it prints. */
  static String run(long pid, String... command) throws IOException {
    var arguments = new ArrayList<String>();
    arguments.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    arguments.add(Long.toString(pid));
    arguments.addAll(List.of(command));
    var process = new ProcessBuilder(arguments).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException("jcmd " + String.join(" ", command) + ": " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
    return said;
  }
}
