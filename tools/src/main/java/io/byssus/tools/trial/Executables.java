package io.byssus.tools.trial;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/**
 * Finds the programs that the cluster needs besides ours.
 *
 * @param environment of this process
 * @param sources the root of the source tree, if this is one: its build has a Redis for each
 *     platform
 */
record Executables(Map<String, String> environment, Path sources) {
  static final String REDIS_VARIABLE = "BYSSUS_REDIS_BIN";

  private static final String BUNDLED = "redis-server-7.0.15-";

  /** Where nginx is installed, and often not on the PATH of who is not root. */
  private static final String SYSTEM = "/usr/sbin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/bin";

  Optional<Path> nginx() {
    return search("nginx", path() + ":" + SYSTEM);
  }

  /** The one that BYSSUS_REDIS_BIN names, else one of the PATH, else the one of the build. */
  Path redis() throws TrialFailure {
    var named = environment.getOrDefault(REDIS_VARIABLE, "");
    if (!named.isEmpty()) {
      var file = Path.of(named);
      if (!Files.isExecutable(file) || Files.isDirectory(file)) {
        throw new TrialFailure(
            REDIS_VARIABLE + " names " + named + ", which is not an executable file.");
      }
      return file.toAbsolutePath();
    }
    var installed = search("redis-server", path()).or(() -> search("valkey-server", path()));
    return installed.isPresent() ? installed.get() : bundled();
  }

  private String path() {
    return environment.getOrDefault("PATH", "");
  }

  private static Optional<Path> search(String program, String path) {
    return Stream.of(path.split(":"))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(file -> Files.isExecutable(file) && !Files.isDirectory(file))
        .findFirst();
  }

  private Path bundled() throws TrialFailure {
    var folder = sources.resolve("redis/target/redis-server");
    var name = BUNDLED + platform();
    var file = folder.resolve(name);
    if (Files.isExecutable(file)) {
      return file;
    }
    var jar = folder.resolve("embedded-redis.jar");
    if (!Files.isRegularFile(jar)) {
      throw new TrialFailure(
          "no redis-server was found. Install it (apt-get install redis-server, brew install"
              + " redis), name one with "
              + REDIS_VARIABLE
              + ", or give the address of a running one with --engine redis://HOST:PORT.");
    }
    try {
      return unpack(jar, name, file);
    } catch (IOException e) {
      throw new TrialFailure(
          "the redis-server of " + jar + " cannot be unpacked: " + e.getMessage());
    }
  }

  /** By way of another name, for who looks meanwhile. */
  private static Path unpack(Path jar, String name, Path file) throws IOException {
    try (var zip = new ZipFile(jar.toFile())) {
      var entry = zip.getEntry(name);
      if (entry == null) {
        throw new IOException("it has none for this platform, " + name);
      }
      var partial = Files.createTempFile(file.getParent(), name, ".part");
      try (var content = zip.getInputStream(entry)) {
        Files.copy(content, partial, StandardCopyOption.REPLACE_EXISTING);
      }
      Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("rwxr-xr-x"));
      return Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** As the build calls it. */
  private static String platform() {
    var system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    var processor = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return (system.contains("mac") ? "darwin" : "linux")
        + "-"
        + (processor.equals("aarch64") ? "arm64" : "amd64");
  }
}
