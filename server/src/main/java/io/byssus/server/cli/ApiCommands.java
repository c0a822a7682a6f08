package io.byssus.server.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The commands that ask the API of a node. */
final class ApiCommands {
  static final String API = "--api";
  static final String KEY_FILE = "--key-file";
  static final String JSON = "--json";
  static final String DEDUPE = "--dedupe";
  static final String DURABILITY = "--durability";
  static final String SESSION = "--session";
  static final String USER = "--user";
  static final String TAG = "--tag";
  static final String LIMIT = "--limit";
  static final String AFTER = "--after";
  static final String PREFIX = "--prefix";
  static final String STATE = "--state";
  static final String NODE = "--node";
  static final String NAME = "--name";
  static final String SCOPE = "--scope";

  private ApiCommands() {}

  static CommandSpec addTo(CommandSpec all) {
    return all.addSubcommand("publish", publish())
        .addSubcommand("send", send())
        .addSubcommand("history", history())
        .addSubcommand("watch", asking(named("watch", "Follow a channel until Ctrl-C.", "CHANNEL")))
        .addSubcommand("channels", channels())
        .addSubcommand("sessions", sessions())
        .addSubcommand("session", asking(named("session", "Show one session.", "ID")))
        .addSubcommand("users", users())
        .addSubcommand("nodes", asking(Commands.command("nodes", "Show the nodes of the cluster.")))
        .addSubcommand(
            "drain",
            asking(named("drain", "Make a node leave as on SIGTERM; its process ends.", "NODE")))
        .addSubcommand("key", key());
  }

  private static CommandSpec publish() {
    return asking(named("publish", "Publish to a channel.", "CHANNEL"))
        .addPositional(argument("1", "DATA", "The message, as JSON."))
        .addOption(Commands.value(DEDUPE, "ID", "Store it once, however often it is repeated."))
        .addOption(
            Commands.value(DURABILITY, "LEVEL", "accepted (default), replicated or fsynced."));
  }

  private static CommandSpec send() {
    return asking(Commands.command("send", "Send to a session, a user or a tag."))
        .addPositional(argument("0", "DATA", "The message, as JSON."))
        .addOption(Commands.value(SESSION, "ID", "To this session."))
        .addOption(Commands.value(USER, "USER", "To all sessions of this user."))
        .addOption(Commands.value(TAG, "TAG", "To all sessions with this tag."))
        .addOption(Commands.value(DEDUPE, "ID", "Take it once, however often it is repeated."));
  }

  private static CommandSpec history() {
    return asking(named("history", "Show what a channel keeps.", "CHANNEL"))
        .addOption(Commands.value(AFTER, "EPOCH:OFFSET", "Only what came after this position."))
        .addOption(Commands.number(LIMIT, "N", "At most so many messages; default 100."));
  }

  private static CommandSpec channels() {
    return asking(Commands.command("channels", "Show channels that keep something."))
        .addOption(Commands.value(PREFIX, "TEXT", "Only those whose names begin so."))
        .addOption(Commands.number(LIMIT, "N", "At most so many; default 100."));
  }

  private static CommandSpec sessions() {
    return asking(Commands.command("sessions", "Show sessions."))
        .addOption(Commands.value(USER, "USER", "Only those of this user."))
        .addOption(Commands.value(TAG, "TAG", "Only those with this tag."))
        .addOption(Commands.value(STATE, "STATE", "attached or detached."))
        .addOption(Commands.value(NODE, "NAME", "Only those attached to this node."))
        .addOption(Commands.number(LIMIT, "N", "At most so many; default 100."));
  }

  private static CommandSpec users() {
    return asking(named("users", "Show the sessions of a user.", "USER")).aliases("user");
  }

  private static CommandSpec key() {
    return Commands.command(
            "key", "Make a key for the API, and print it with the line for api.keys-file.")
        .addOption(
            OptionSpec.builder(NAME)
                .paramLabel("NAME")
                .description("What operators call it.")
                .type(String.class)
                .required(true)
                .build())
        .addOption(
            OptionSpec.builder(SCOPE)
                .paramLabel("SCOPE")
                .description("What it opens, such as publish:news.* or *; can be repeated.")
                .type(String[].class)
                .arity("1")
                .required(true)
                .build());
  }

  private static CommandSpec named(String name, String description, String label) {
    return Commands.command(name, description).addPositional(argument("0", label, "Which one."));
  }

  private static PositionalParamSpec argument(String index, String label, String description) {
    return PositionalParamSpec.builder()
        .index(index)
        .paramLabel(label)
        .description(description)
        .arity("1")
        .required(true)
        .type(String.class)
        .build();
  }

  private static CommandSpec asking(CommandSpec command) {
    return command
        .addOption(
            Commands.value(
                API, "URL", "The node's API; default http://localhost:9080 (BYSSUS_API)."))
        .addOption(
            Commands.value(
                KEY_FILE, "FILE", "Show the key in this file (BYSSUS_API_KEY is a key)."))
        .addOption(Commands.flag(JSON, "Print what the API answers, as it is."));
  }
}
