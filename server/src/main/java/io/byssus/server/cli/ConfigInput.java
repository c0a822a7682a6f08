package io.byssus.server.cli;

import io.byssus.server.config.ConfigLoader;
import io.byssus.server.config.ConfigLoader.Flag;
import io.byssus.server.config.ConfigLoader.Outcome;
import io.byssus.server.config.ConfigLoader.Sources;
import io.byssus.server.config.Problem;
import io.byssus.server.settings.Config;
import io.byssus.tools.Terminal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Reads the configuration that a command line names, and tells what is wrong with it. */
final class ConfigInput {
  private final Terminal terminal;
  private final Map<String, String> environment;

  ConfigInput(Terminal terminal, Map<String, String> environment) {
    this.terminal = terminal;
    this.environment = environment;
  }

  /** The file that {@code --config} names, or the environment. */
  Optional<String> file(ParseResult line) {
    String file =
        line.matchedOptionValue(Commands.CONFIG, environment.getOrDefault("BYSSUS_CONFIG", ""));
    return Optional.of(file).filter(name -> !name.isEmpty());
  }

  /** Empty if it was refused; the operator has been told why. */
  Optional<Config> read(ParseResult line, Optional<String> file, List<Flag> flags) {
    var all = new ArrayList<>(flags);
    for (var setting : line.matchedOptionValue(Commands.SET, new String[0])) {
      all.add(flag(line, setting));
    }
    return switch (ConfigLoader.load(
        Config.DEFINITION, new Sources(file.map(Path::of), environment, all))) {
      case Outcome.Ready<Config>(var config) -> Optional.of(config);
      case Outcome.Refused<Config>(var problems) -> {
        tell(problems);
        yield Optional.empty();
      }
    };
  }

  private static Flag flag(ParseResult line, String setting) {
    var equals = setting.indexOf('=');
    if (equals < 1) {
      throw new ParameterException(
          line.commandSpec().commandLine(),
          "--set takes KEY=VALUE, as in --set limits.outbox=2MiB, not " + Problem.quoted(setting));
    }
    return new Flag(setting.substring(0, equals), setting.substring(equals + 1), Commands.SET);
  }

  private void tell(List<Problem> problems) {
    var count = problems.size() == 1 ? "a problem" : problems.size() + " problems";
    terminal.complain("the configuration has " + count + ":");
    for (var problem : problems) {
      var where = problem.where().isEmpty() ? "" : terminal.dim(" (" + problem.where() + ")");
      terminal.add("  " + terminal.bold(problem.path()) + where + ": " + problem.message());
    }
    terminal.add("./byssus config-doc lists all keys with their ranges.");
  }
}
