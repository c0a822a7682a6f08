package io.byssus.tests.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files that stand in version control, or would. */
final class Repository {
  private static final Set<String> BUILT = Set.of("target", "node_modules", ".git");

  final Path root;
  private final List<Path> files;

  Repository() {
    root = Path.of(System.getProperty("basedir", "."), "..").toAbsolutePath().normalize();
    files = walk(root);
  }

  private static List<Path> walk(Path folder) {
    try (var entries = Files.list(folder)) {
      return entries
          .filter(entry -> !BUILT.contains(String.valueOf(entry.getFileName())))
          .flatMap(entry -> Files.isDirectory(entry) ? walk(entry).stream() : Stream.of(entry))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Page> pages() {
    return files.stream()
        .filter(file -> file.toString().endsWith(".md"))
        .map(file -> new Page(root.relativize(file).toString(), read(file)))
        .toList();
  }

  Page page(String path) {
    return new Page(path, read(root.resolve(path)));
  }

  /** The names of all Java files in the folders of that name, without their ending. */
  Set<String> types(String folder) {
    return files.stream()
        .filter(file -> file.toString().endsWith(".java") && file.toString().contains(folder))
        .map(file -> String.valueOf(file.getFileName()).replace(".java", ""))
        .collect(Collectors.toSet());
  }

  boolean exists(String path) {
    return Files.exists(root.resolve(path));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
