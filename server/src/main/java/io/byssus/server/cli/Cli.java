package io.byssus.server.cli;

import io.byssus.api.ApiKey;
import io.byssus.server.config.ConfigDoc;
import io.byssus.server.config.ConfigLoader.Flag;
import io.byssus.server.config.Nearest;
import io.byssus.server.config.Problem;
import io.byssus.server.settings.Config;
import io.byssus.server.settings.EngineConfig;
import io.byssus.tools.Terminal;
import io.byssus.tools.simulator.DevicePlan;
import io.byssus.tools.trial.Plan;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Takes a command line apart and does what it asks for. */
public final class Cli {
  /** Runs what lasts. Each call returns the exit code once all is over. */
  public interface Runner {
    /**
     * A node.
     *
     * @param exitAfterStart to leave as soon as it has served itself
     */
    int serve(Config config, Terminal terminal, boolean exitAfterStart);

    /** A cluster on this machine, to try it out. */
    int cluster(Plan plan, Terminal terminal);

    /** Devices that are not there, against a server. */
    int device(DevicePlan plan, Terminal terminal);
  }

  /** The flags of serve that are keys. */
  private static final Map<String, String> KEYS =
      Map.of(
          "--host",
          "listen.host",
          Commands.PORT,
          "listen.port",
          Commands.ENGINE,
          "engine",
          "--node",
          "node.name");

  private static final int PORT_MAX = 65_535;

  private final Terminal terminal;
  private final Map<String, String> environment;
  private final ConfigInput input;
  private final Runner runner;

  public Cli(Terminal terminal, Map<String, String> environment, Runner runner) {
    this.terminal = terminal;
    this.environment = environment;
    this.input = new ConfigInput(terminal, environment);
    this.runner = runner;
  }

  /** Answers with the exit code once what was asked for is done. */
  public int run(String... args) {
    try {
      var line = new CommandLine(Commands.all()).parseArgs(args);
      while (line.hasSubcommand()) {
        line = line.subcommand();
      }
      return perform(line);
    } catch (ParameterException e) {
      return misused(e);
    }
  }

  private int perform(ParseResult line) {
    if (line.isUsageHelpRequested()) {
      terminal.print(usage(line));
      return Exit.OK;
    }
    return switch (line.commandSpec().name()) {
      case "serve" -> serve(line);
      case "cluster" -> cluster(line);
      case "device" -> runner.device(DeviceArguments.plan(line), terminal);
      case "check-config" -> checkConfig(line);
      case "config-doc" -> configDoc(line);
      case "token" -> new TokenCommand(terminal, input, System.in).run(line);
      case "key" -> key(line);
      case "publish",
          "send",
          "history",
          "watch",
          "channels",
          "sessions",
          "session",
          "users",
          "nodes",
          "drain" ->
          new ApiClient(line, terminal, environment).run();
      default -> noCommand(line);
    };
  }

  private int serve(ParseResult line) {
    var flags =
        KEYS.entrySet().stream()
            .filter(flag -> line.hasMatchedOption(flag.getKey()))
            .map(flag ->
                new Flag(
                    flag.getValue(), line.matchedOptionValue(flag.getKey(), ""), flag.getKey()))
            .toList();
    var exit = line.hasMatchedOption(Commands.EXIT_AFTER_START);
    return input
        .read(line, input.file(line), flags)
        .map(config -> runner.serve(config, terminal, exit))
        .orElse(Exit.CONFIG);
  }

  private int cluster(ParseResult line) {
    int nodes = line.matchedOptionValue(Commands.NODES, 3);
    int port = line.matchedOptionValue(Commands.PORT, 8080);
    if (nodes < 1 || nodes > Plan.NODES_MAX) {
      throw misuse(line, "--nodes takes 1 to " + Plan.NODES_MAX);
    }
    var highest = PORT_MAX - Plan.API_PORTS - nodes;
    if (port < 0 || port > highest) {
      throw misuse(line, "--port takes 0 to " + highest + "; the nodes use the ports after it");
    }
    String engine = line.matchedOptionValue(Commands.ENGINE, "");
    if (engine.isEmpty()) {
      return runner.cluster(new Plan(nodes, port, Optional.empty()), terminal);
    }
    var flag = new Flag("engine", engine, Commands.ENGINE);
    var config = new ConfigInput(terminal, Map.of()).read(line, Optional.empty(), List.of(flag));
    if (config.isEmpty()) {
      return Exit.CONFIG;
    }
    if (config.get().engine() instanceof EngineConfig.Memory) {
      throw misuse(
          line,
          "a cluster needs a Redis: give its address with --engine, or leave --engine out to start"
              + " one");
    }
    return runner.cluster(new Plan(nodes, port, Optional.of(engine)), terminal);
  }

  private int checkConfig(ParseResult line) {
    String file = line.matchedPositionalValue(0, "");
    var config = input.read(line, Optional.of(file), List.of());
    if (config.isEmpty()) {
      return Exit.CONFIG;
    }
    terminal.say(terminal.bold(file + " is valid."));
    Summary.of(config.get()).forEach(row -> terminal.say("  " + row));
    return Exit.OK;
  }

  private int configDoc(ParseResult line) {
    var markdown = line.hasMatchedOption(Commands.MARKDOWN);
    terminal.print(
        markdown ? ConfigDoc.markdown(Config.DEFINITION) : ConfigDoc.plain(Config.DEFINITION));
    return Exit.OK;
  }

  /** The key itself is shown here and never again. */
  private int key(ParseResult line) {
    String name = line.matchedOptionValue(ApiCommands.NAME, "");
    String[] scopes = line.matchedOptionValue(ApiCommands.SCOPE, new String[0]);
    try {
      var made = ApiKey.make(name, List.of(scopes), new SecureRandom());
      terminal.say(made.secret());
      terminal.add(terminal.dim("is the key: give it to who asks, it is shown only now."));
      terminal.say(made.line());
      terminal.add(terminal.dim("is the line for api.keys-file."));
      return Exit.OK;
    } catch (IllegalArgumentException e) {
      throw misuse(line, String.valueOf(e.getMessage()));
    }
  }

  private static ParameterException misuse(ParseResult line, String message) {
    return new ParameterException(line.commandSpec().commandLine(), message);
  }

  private int noCommand(ParseResult line) {
    if (line.hasMatchedOption(Commands.VERSION)) {
      terminal.say("byssus " + version());
      return Exit.OK;
    }
    terminal.complain("missing command");
    terminal.add(usage(line));
    return Exit.USAGE;
  }

  private static String version() {
    var version = Cli.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }

  private int misused(ParameterException e) {
    var command = e.getCommandLine().getCommandSpec();
    terminal.complain(Problem.withoutLogin(String.valueOf(e.getMessage())));
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      var given = unmatched.getUnmatched().getFirst();
      var known =
          Stream.concat(
                  command.optionsMap().keySet().stream(), command.subcommands().keySet().stream())
              .toList();
      Nearest.of(given, known).ifPresent(name -> terminal.add("Did you mean " + name + "?"));
    }
    terminal.add("See: " + command.qualifiedName() + " --help");
    return Exit.USAGE;
  }

  private String usage(ParseResult line) {
    var ansi = terminal.coloured() ? Ansi.ON : Ansi.OFF;
    return line.commandSpec().commandLine().getUsageMessage(ansi);
  }
}
