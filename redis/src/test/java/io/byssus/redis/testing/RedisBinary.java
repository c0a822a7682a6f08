package io.byssus.redis.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The Redis server that tests run: the one that BYSSUS_TEST_REDIS_BIN names, else a binary from a
 * jar, which the build of this module puts beside its classes.
 */
final class RedisBinary {
  private static final String JAR = "redis/target/redis-server/embedded-redis.jar";
  private static final Path FILE = find();

  private RedisBinary() {}

  static Path path() {
    return FILE;
  }

  private static Path find() {
    var named = System.getenv("BYSSUS_TEST_REDIS_BIN");
    try {
      return named != null ? Path.of(named) : unpacked();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path unpacked() throws IOException {
    var file = Files.createTempDirectory("byssus-redis").resolve("redis-server");
    file.toFile().deleteOnExit();
    try (var jar = FileSystems.newFileSystem(jar())) {
      Files.copy(jar.getPath("redis-server-7.0.15-" + platform()), file);
    }
    if (!file.toFile().setExecutable(true)) {
      throw new IOException("cannot make " + file + " executable");
    }
    return file;
  }

  /** Tests run in the folder of their module, or say where the source tree is. */
  private static Path jar() throws IOException {
    var from = Path.of(System.getProperty("byssus.home", "")).toAbsolutePath();
    for (var folder = from; folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve(JAR))) {
        return folder.resolve(JAR);
      }
    }
    throw new IOException(
        "there is no "
            + JAR
            + "; 'mvn -pl redis generate-test-resources' puts it there, or name a"
            + " redis-server in BYSSUS_TEST_REDIS_BIN");
  }

  private static String platform() {
    var system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    var arm = System.getProperty("os.arch").equals("aarch64");
    return (system.startsWith("mac") ? "darwin" : "linux") + (arm ? "-arm64" : "-amd64");
  }
}
