package io.byssus.tests.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A server that was built.
 *
 * @param name under which its processes write their logs
 * @param jar with its libraries in the folder {@code lib} beside it
 */
record Build(String name, Path jar) {
  private static final String JAR = "byssus-server.jar";

  /** The one of this source tree. */
  static Build here(Home home) {
    return new Build("byssus", home.serverJar());
  }

  /**
   * @param given the jar, a distribution, or a source tree that was built
   * @throws IllegalArgumentException with a sentence for the user
   */
  static Build at(String given) {
    // The program runs in a folder of the build; people mean the one that they are in.
    var place = Path.of(System.getProperty("bench.called-in", "")).resolve(given);
    return Stream.of(
            place,
            place.resolve(JAR),
            place.resolve("lib").resolve(JAR),
            place.resolve("server/target").resolve(JAR))
        .filter(Files::isRegularFile)
        .findFirst()
        .map(jar -> new Build("other", jar.toAbsolutePath().normalize()))
        .orElseThrow(() ->
            new IllegalArgumentException(
                "there is no "
                    + JAR
                    + " at "
                    + place
                    + "; name the jar, or a folder with a build in it"));
  }

  /** Throws IllegalArgumentException, with a sentence for the user, if it cannot be started. */
  Build checked() {
    if (!Files.isDirectory(jar.resolveSibling("lib"))) {
      throw new IllegalArgumentException(jar + " has no folder lib beside it, so it cannot start");
    }
    return this;
  }
}
