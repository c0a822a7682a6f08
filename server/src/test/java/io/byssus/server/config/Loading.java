package io.byssus.server.config;

import io.byssus.server.config.ConfigLoader.Flag;
import io.byssus.server.config.ConfigLoader.Outcome;
import io.byssus.server.config.ConfigLoader.Sources;
import io.byssus.server.settings.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A configuration from a file, an environment and flags that a test writes down. */
public final class Loading {
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final List<Flag> flags = new ArrayList<>();
  private String yaml = "";

  public static Loading yaml(String yaml) {
    var loading = new Loading();
    loading.yaml = yaml;
    return loading;
  }

  Loading variable(String name, String text) {
    environment.put(name, text);
    return this;
  }

  public Loading set(String path, String text) {
    flags.add(new Flag(path, text, "--set"));
    return this;
  }

  public Config config() {
    return switch (outcome()) {
      case Outcome.Ready<Config>(var config) -> config;
      case Outcome.Refused<Config>(var problems) ->
          throw new AssertionError("refused: " + problems);
    };
  }

  /** The problems as an operator reads them. */
  List<String> problems() {
    return switch (outcome()) {
      case Outcome.Ready<Config> _ -> List.of();
      case Outcome.Refused<Config>(var problems) ->
          problems.stream().map(Problem::toString).toList();
    };
  }

  private Outcome<Config> outcome() {
    try {
      var folder = Files.createTempDirectory("byssus-config");
      var file = Files.writeString(folder.resolve("test.yaml"), yaml);
      try {
        return ConfigLoader.load(
            Config.DEFINITION, new Sources(Optional.of(file), environment, flags));
      } finally {
        Files.delete(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
