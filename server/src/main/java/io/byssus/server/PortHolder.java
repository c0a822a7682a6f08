package io.byssus.server;

import io.byssus.server.log.OneLine;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the process that listens on a port, where the kernel tells (Linux, and a process of the
 * same user).
 */
final class PortHolder {
  private static final Path PROC = Path.of("/proc");

  // Columns of /proc/net/tcp (man 5 proc).
  private static final int LOCAL = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;
  private static final String LISTENS = "0A";

  private PortHolder() {}

  /** In words; empty if it cannot be known. */
  static Optional<String> of(int port) {
    try {
      var sockets = listening(port);
      return sockets.isEmpty() ? Optional.empty() : holder(sockets);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Set<String> listening(int port) throws IOException {
    var sockets = new HashSet<String>();
    var end = ":%04X".formatted(port);
    for (var table : new String[] {"net/tcp", "net/tcp6"}) {
      if (Files.isReadable(PROC.resolve(table))) {
        for (var line : Files.readAllLines(PROC.resolve(table))) {
          var column = line.strip().split("\\s+");
          if (column.length > INODE
              && column[LOCAL].endsWith(end)
              && column[STATE].equals(LISTENS)) {
            sockets.add("socket:[" + column[INODE] + "]");
          }
        }
      }
    }
    return sockets;
  }

  private static Optional<String> holder(Set<String> sockets) throws IOException {
    try (var processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (var process : processes) {
        if (holds(process, sockets)) {
          return Optional.of("process " + process.getFileName() + name(process));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean holds(Path process, Set<String> sockets) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
      for (var descriptor : open) {
        if (sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
          return true;
        }
      }
    } catch (IOException e) {
      // Another user's, or gone meanwhile.
    }
    return false;
  }

  private static String name(Path process) {
    try {
      return " (" + OneLine.of(Files.readString(process.resolve("comm")).strip(), 40) + ")";
    } catch (IOException e) {
      return "";
    }
  }
}
