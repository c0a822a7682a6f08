package io.byssus.server.cli;

import io.byssus.tools.trial.Plan;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What can be said on the command line. Written as calls, not as annotations: reading those takes a
 * fifth of a second at each start.
 */
final class Commands {
  static final String VERSION = "--version";
  static final String CONFIG = "--config";
  static final String SET = "--set";
  static final String PORT = "--port";
  static final String ENGINE = "--engine";
  static final String NODES = "--nodes";
  static final String EXIT_AFTER_START = "--exit-after-start";
  static final String MARKDOWN = "--markdown";
  static final String USER = "--user";
  static final String TTL = "--ttl";
  static final String KEY = "--key";
  static final String KID = "--kid";
  static final String ISSUER = "--issuer";
  static final String CHECK = "--check";

  static final String TO = "--to";
  static final String GATEWAY = "--gateway";
  static final String TOKEN_FILE = "--token-file";
  static final String ADDRESSES = "--addresses";
  static final String CONTROL = "--control";
  static final String SEQUENCE = "--sequence";
  static final String HEARTBEAT = "--heartbeat";
  static final String EVERY = "--every";
  static final String COUNT = "--count";
  static final String CRC = "--crc";
  static final String SEED = "--seed";
  static final String PAUSE_FOR = "--pause-for";

  /** In the order of the help. */
  static final Map<String, String> FAULTS = faults();

  private Commands() {}

  private static Map<String, String> faults() {
    var faults = new LinkedHashMap<String, String>();
    faults.put("--flip", "Flip one bit of a frame");
    faults.put("--garbage", "Send up to 20 bytes of garbage before a frame");
    faults.put("--drop", "Leave a frame out");
    faults.put("--duplicate", "Send a frame twice");
    faults.put("--cut", "Send a frame in two pieces");
    faults.put("--pause", "Be silent in the middle of a frame");
    return faults;
  }

  static CommandSpec all() {
    var all =
        command("byssus", "A WebSocket cluster for the JVM whose sessions outlive connections.")
            .addOption(flag(VERSION, "Print the version."))
            .addSubcommand("serve", serve())
            .addSubcommand("cluster", cluster())
            .addSubcommand("device", device())
            .addSubcommand("check-config", checkConfig())
            .addSubcommand("config-doc", configDoc())
            .addSubcommand("token", token());
    ApiCommands.addTo(all);
    all.usageMessage()
        .footer(
            "",
            "Every key of the configuration can be set in a YAML file, by an environment",
            "variable (limits.outbox by BYSSUS_LIMITS_OUTBOX) and with --set; the last of",
            "these is the strongest. ./byssus config-doc lists the keys.",
            "",
            "Exit codes: 0 done, 64 wrong command line, 65 token refused, 69 cannot serve here,",
            "78 wrong configuration.");
    return all;
  }

  private static CommandSpec serve() {
    return sources(command("serve", "Start a node, and serve until SIGTERM or Ctrl-C."))
        .addOption(
            value(
                "--host",
                "ADDRESS",
                "Listen on this address; default 0.0.0.0, :: is IPv6 too (BYSSUS_HOST)."))
        .addOption(value(PORT, "PORT", "Listen on this port; default 8080 (BYSSUS_PORT)."))
        .addOption(
            value(
                ENGINE,
                "ENGINE",
                "Where state is kept: memory, or the address of a Redis (redis://HOST:PORT);"
                    + " default memory (BYSSUS_ENGINE)."))
        .addOption(value("--node", "NAME", "The node's name; default the host's (BYSSUS_NODE)."))
        .addOption(
            flag(EXIT_AFTER_START, "Stop as soon as the node has answered its first requests."));
  }

  private static CommandSpec cluster() {
    return command(
            "cluster",
            "Start a Redis, some nodes and an nginx on this machine, to try out what happens when"
                + " one of them dies. Ctrl-C ends them.")
        .addOption(number(NODES, "N", "How many nodes; default 3, at most " + Plan.NODES_MAX + "."))
        .addOption(
            number(
                PORT,
                "PORT",
                "Where nginx listens, the nodes following; default 8080, 0 for any free ports."))
        .addOption(value(ENGINE, "ADDRESS", "Use this Redis, instead of starting one."));
  }

  private static CommandSpec device() {
    var command =
        command(
                "device",
                "Simulate devices behind a gateway, with the faults of real lines."
                    + " Ctrl-C ends it.")
            .addOption(
                value(
                    TO,
                    "ADDRESS",
                    "tcp://HOST:PORT, or ws://HOST:PORT/device; default"
                        + " ws://localhost:8080/device."))
            .addOption(value(GATEWAY, "NAME", "The gateway's name (WebSocket only); default g1."))
            .addOption(value(TOKEN_FILE, "FILE", "Send the token in this file (WebSocket only)."))
            .addOption(value(ADDRESSES, "LIST", "Its devices, as 7 or 1-4,9; default 7."))
            .addOption(value(CONTROL, "N", "Control byte of the frames, 0 to 255; default 1."))
            .addOption(flag(SEQUENCE, "Number the frames in their control byte instead."))
            .addOption(value(HEARTBEAT, "N", "Send a frame with this control before each reading."))
            .addOption(value(EVERY, "DURATION", "Time between readings; default 1s."))
            .addOption(number(COUNT, "N", "How many readings of each device; default no end."))
            .addOption(
                value(CRC, "NAME", "ccitt-false, modbus, xmodem or kermit; default ccitt-false."))
            .addOption(number(SEED, "N", "Seed for everything random."));
    for (var fault : FAULTS.entrySet()) {
      command.addOption(
          OptionSpec.builder(fault.getKey())
              .paramLabel("P")
              .description(fault.getValue() + ", with probability P, 0 to 1.")
              .type(Double.class)
              .build());
    }
    return command.addOption(
        value(PAUSE_FOR, "DURATION", "How long the silence of --pause is; default 2s."));
  }

  private static CommandSpec checkConfig() {
    return command(
            "check-config",
            "List every problem of a configuration file, read as serve would read it here.")
        .addPositional(
            PositionalParamSpec.builder()
                .paramLabel("FILE")
                .description("The YAML file.")
                .arity("1")
                .required(true)
                .type(String.class)
                .build())
        .addOption(set());
  }

  private static CommandSpec configDoc() {
    return command("config-doc", "Print every key with its default, range and variable.")
        .addOption(flag(MARKDOWN, "As tables of Markdown."));
  }

  private static CommandSpec token() {
    return sources(
            command(
                "token",
                "Print a token to try out connecting, signed with auth.jwt.secret or a private key;"
                    + " or tell why one is refused."))
        .addOption(value(USER, "USER", "Make a token that names this user."))
        .addOption(value(TTL, "DURATION", "How long it is valid; default 1h."))
        .addOption(
            value(KEY, "FILE", "Sign it with the private key in this PEM file (PKCS #8) instead."))
        .addOption(value(KID, "ID", "Name the private key so in the token (kid)."))
        .addOption(value(ISSUER, "NAME", "Make it as auth.jwt.issuers.NAME would."))
        .addOption(
            value(
                CHECK,
                "TOKEN",
                "Tell what this token says, and whether it is accepted and why not; - reads it from"
                    + " stdin, where other users of this machine cannot see it."));
  }

  private static CommandSpec sources(CommandSpec command) {
    return command
        .addOption(value(CONFIG, "FILE", "Read this configuration file (BYSSUS_CONFIG)."))
        .addOption(set());
  }

  private static OptionSpec set() {
    return OptionSpec.builder(SET)
        .paramLabel("KEY=VALUE")
        .description("Set one key of the configuration; can be repeated.")
        .type(String[].class)
        .arity("1")
        .build();
  }

  static CommandSpec command(String name, String description) {
    var command = CommandSpec.create().name(name);
    command.usageMessage().description(description).abbreviateSynopsis(true);
    return command.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("Print this text.").build());
  }

  static OptionSpec value(String name, String label, String description) {
    return OptionSpec.builder(name)
        .paramLabel(label)
        .description(description)
        .type(String.class)
        .build();
  }

  static OptionSpec number(String name, String label, String description) {
    return OptionSpec.builder(name)
        .paramLabel(label)
        .description(description)
        .type(Integer.class)
        .build();
  }

  static OptionSpec flag(String name, String description) {
    return OptionSpec.builder(name).description(description).type(boolean.class).build();
  }
}
