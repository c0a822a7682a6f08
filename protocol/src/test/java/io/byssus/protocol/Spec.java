package io.byssus.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The files of {@code spec/} that other languages read too. */
final class Spec {
  static final JsonMapper JSON = new JsonMapper();

  private static final Path HOME = Path.of(System.getProperty("basedir", "."), "..", "spec");

  private Spec() {}

  static JsonNode codes() {
    return read(HOME.resolve("codes.json"));
  }

  static String protocol() {
    try {
      return Files.readString(HOME.resolve("protocol.md"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Vector> vectors() {
    try (Stream<Path> files = Files.list(HOME.resolve("vectors"))) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .sorted()
          .flatMap(file ->
              read(file)
                  .get("vectors")
                  .valueStream()
                  .map(node ->
                      new Vector(file.getFileName() + ": " + node.get("name").asString(), node)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One text and what it means. */
  record Vector(String name, JsonNode node) {
    boolean saidByClient() {
      return switch (node.get("direction").asString()) {
        case "client" -> true;
        case "server" -> false;
        default -> throw new AssertionError(name + ": who says this?");
      };
    }

    boolean good() {
      return node.has("decoded");
    }

    String json() {
      return node.get("json").asString();
    }

    String canonical() {
      return node.has("canonical") ? node.get("canonical").asString() : json();
    }

    JsonNode decoded() {
      return node.get("decoded");
    }

    ErrorCode error() {
      return ErrorCode.of(node.get("error").get("code").asString()).orElseThrow();
    }

    long errorId() {
      return node.get("error").get("id").asLong();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static JsonNode read(Path file) {
    return JSON.readTree(file);
  }
}
