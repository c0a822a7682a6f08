package io.byssus.redis.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/**
 * A Redis server whose wall clock can be set while it runs. The clock is a library that is loaded
 * before all others, made of {@code clock.c}. The server is that of the system, for the one that
 * the other tests bring along has no place for such a library.
 */
final class SetClock {
  private static final List<Path> SERVERS =
      List.of(Path.of("/usr/bin/redis-server"), Path.of("/usr/bin/redis-check-rdb"));

  private final Path folder;
  private final Path file;

  SetClock(Path folder) {
    this.folder = folder;
    this.file = folder.resolve("clock");
  }

  /** The server's wall clock is by so much ahead of this machine's from here on. */
  void set(Duration ahead) {
    try {
      var next = folder.resolve("clock.next");
      Files.writeString(next, Long.toString(ahead.toSeconds()));
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is to be started. */
  Path server() {
    var server =
        SERVERS.stream()
            .filter(Files::exists)
            .findFirst()
            .orElseThrow(() -> missing("the Redis of this system", "redis-tools"));
    try {
      // It is one program with several names, and goes by the one that it is called.
      var named = folder.resolve("redis-server");
      return Files.exists(named) ? named : Files.createSymbolicLink(named, server);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void loadInto(ProcessBuilder process) {
    process.environment().put("LD_PRELOAD", library().toString());
    process.environment().put("BYSSUS_CLOCK", file.toString());
  }

  private Path library() {
    var library = folder.resolve("clock.so");
    if (Files.exists(library)) {
      return library;
    }
    var source = folder.resolve("clock.c");
    try (var in = SetClock.class.getResourceAsStream("clock.c")) {
      Files.write(source, in.readAllBytes());
      var compiler =
          new ProcessBuilder(
                  "gcc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString())
              .redirectErrorStream(true)
              .start();
      var said = new String(compiler.getInputStream().readAllBytes());
      if (compiler.waitFor() != 0) {
        throw new IllegalStateException("clock.c cannot be compiled: " + said);
      }
      return library;
    } catch (IOException e) {
      throw (IllegalStateException) missing("a C compiler", "build-essential").initCause(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static IllegalStateException missing(String what, String debianPackage) {
    return new IllegalStateException(
        what
            + " is missing. './byssus test' installs it; by hand it is: apt-get install "
            + debianPackage);
  }
}
