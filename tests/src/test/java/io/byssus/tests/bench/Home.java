package io.byssus.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The source tree that the benchmark runs in. */
record Home(Path folder) {
  Path serverJar() {
    return folder.resolve("server/target/byssus-server.jar");
  }

  /** Where reports and logs go. */
  Path output() throws IOException {
    return Files.createDirectories(folder.resolve("tests/target/bench"));
  }

  /** Those that the launcher gives to Byssus, so that both servers run as Byssus does. */
  List<String> jvmFlags() throws IOException {
    var flags = new ArrayList<String>();
    var within = false;
    for (var line : Files.readAllLines(folder.resolve("byssus"))) {
      if (line.equals("flags=(")) {
        within = true;
      } else if (line.equals(")")) {
        within = false;
      } else if (within) {
        flags.add(line.replaceFirst("#.*", "").strip());
      }
    }
    if (flags.isEmpty()) {
      throw new IOException("the launcher has no flags for the JVM any more");
    }
    var more = System.getenv().getOrDefault("BYSSUS_JAVA_OPTS", "").strip();
    if (more.matches("(.* )?-XX:\\+Use\\w+GC( .*)?")) {
      flags.removeIf(flag -> flag.matches("-XX:\\+Use\\w+GC"));
    }
    if (!more.isEmpty()) {
      flags.addAll(Arrays.asList(more.split("\\s+")));
    }
    return flags;
  }
}
