package io.byssus.server.config;

import io.byssus.server.config.RawValue.Origin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a configuration. A flag is stronger than the environment, that than the file, and that than
 * the defaults.
 */
public final class ConfigLoader<T> {
  /**
   * Where to read.
   *
   * @param flags what the command line sets, in its order
   */
  public record Sources(Optional<Path> file, Map<String, String> environment, List<Flag> flags) {
    public Sources {
      environment = Map.copyOf(environment);
      flags = List.copyOf(flags);
    }
  }

  /**
   * One setting of the command line.
   *
   * @param where the flag as it was written, for problems
   */
  public record Flag(String path, String text, String where) {}

  /** What came of it. */
  public sealed interface Outcome<T> {
    record Ready<T>(T config) implements Outcome<T> {}

    /**
     * @param problems all of them, at least one
     */
    record Refused<T>(List<Problem> problems) implements Outcome<T> {
      public Refused {
        problems = List.copyOf(problems);
      }
    }
  }

  private final Definition<T> definition;
  private final Keys keys;
  private final List<Problem> problems = new ArrayList<>();
  private final Map<String, RawValue> strongest = new LinkedHashMap<>();

  private ConfigLoader(Definition<T> definition) {
    this.definition = definition;
    this.keys = new Keys(Schema.of(definition));
  }

  public static <T> Outcome<T> load(Definition<T> definition, Sources sources) {
    return new ConfigLoader<>(definition).read(sources);
  }

  private Outcome<T> read(Sources sources) {
    sources.file().ifPresent(file -> add(YamlFile.read(file, problems)));
    add(Environment.read(sources.environment(), keys, problems));
    add(given(sources.flags()));
    var reading = new ConfigWalk(strongest);
    var config = definition.read(reading.root());
    problems.addAll(reading.problems());
    var rules = new Constraints(strongest, problems);
    definition.check(config, rules);
    problems.addAll(rules.problems());
    return problems.isEmpty() ? new Outcome.Ready<>(config) : new Outcome.Refused<>(problems);
  }

  private static List<RawValue> given(List<Flag> flags) {
    var given = new ArrayList<RawValue>();
    for (var flag : flags) {
      given.add(new RawValue(flag.path(), flag.text(), false, Origin.FLAG, flag.where()));
    }
    return given;
  }

  private void add(List<RawValue> source) {
    for (var given : source) {
      if (keys.has(given.path())) {
        strongest.put(given.path(), given);
      } else if (!emptyGroup(given)) {
        problems.add(new Problem(given.path(), given.where(), keys.unknown(given.path())));
      }
    }
  }

  /** A group whose keys are all commented out. */
  private boolean emptyGroup(RawValue given) {
    return given.text().isEmpty() && !given.list() && keys.group(given.path());
  }
}
