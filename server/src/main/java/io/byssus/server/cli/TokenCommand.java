package io.byssus.server.cli;

import io.byssus.server.auth.TokenIssuer;
import io.byssus.server.auth.TokenReport;
import io.byssus.server.auth.TokenRules;
import io.byssus.server.auth.TrustedIssuer;
import io.byssus.server.config.Durations;
import io.byssus.server.config.Problem;
import io.byssus.server.log.OneLine;
import io.byssus.tools.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Makes a token to try things out, or tells what is wrong with one. */
final class TokenCommand {
  private static final int LINE_MAX = 1_000;
  private static final int INPUT_MAX = 64 << 10;

  private final Terminal terminal;
  private final ConfigInput input;
  private final InputStream in;

  /**
   * @param in where a token to check may come from
   */
  TokenCommand(Terminal terminal, ConfigInput input, InputStream in) {
    this.terminal = terminal;
    this.input = input;
    this.in = in;
  }

  int run(ParseResult line) {
    var ttl = ttl(line);
    if (line.hasMatchedOption(Commands.USER) == line.hasMatchedOption(Commands.CHECK)) {
      throw misuse(line, "give --user USER to make a token, or --check TOKEN to check one");
    }
    var config = input.read(line, input.file(line), List.of());
    if (config.isEmpty()) {
      return Exit.CONFIG;
    }
    var rules = config.get().auth().rules();
    return line.hasMatchedOption(Commands.CHECK) ? check(line, rules) : make(line, rules, ttl);
  }

  private static Duration ttl(ParseResult line) {
    String given = line.matchedOptionValue(Commands.TTL, "1h");
    try {
      return Durations.parse(given);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw misuse(line, "--ttl takes a duration such as 30s or 1h, not " + Problem.quoted(given));
    }
  }

  private static ParameterException misuse(ParseResult line, String message) {
    return new ParameterException(line.commandSpec().commandLine(), message);
  }

  // Making one.

  private int make(ParseResult line, TokenRules all, Duration ttl) {
    var rules = chosen(line, all);
    String user = line.matchedOptionValue(Commands.USER, "");
    String key = line.matchedOptionValue(Commands.KEY, "");
    Optional<String> id = Optional.ofNullable(line.matchedOptionValue(Commands.KID, null));
    var issuer = key.isEmpty() ? TokenIssuer.withSecret(rules) : withKey(line, key, rules, id);
    if (issuer.isEmpty()) {
      terminal.complain(
          "auth.jwt.secret is not set: a token cannot be signed without it, or without a private"
              + " key (--key FILE).");
      return Exit.CONFIG;
    }
    terminal.say(issuer.get().token(user, Instant.now(), ttl));
    return Exit.OK;
  }

  /** The rules with the issuer alone that the command line names, if it names one. */
  private static TokenRules chosen(ParseResult line, TokenRules all) {
    String name = line.matchedOptionValue(Commands.ISSUER, "");
    if (name.isEmpty()) {
      return all;
    }
    var one =
        all.issuers().stream().filter(each -> each.path().endsWith(".issuers." + name)).toList();
    if (one.isEmpty()) {
      throw misuse(line, "there is no auth.jwt.issuers." + Problem.quoted(name));
    }
    return new TokenRules(all.anonymous(), one, all.clockSkew(), all.tokenBytes());
  }

  private static Optional<TokenIssuer> withKey(
      ParseResult line, String file, TokenRules rules, Optional<String> id) {
    var issuer =
        rules.issuers().stream()
            .findFirst()
            .orElse(
                new TrustedIssuer(
                    "auth.jwt",
                    Optional.empty(),
                    Optional.empty(),
                    TrustedIssuer.SUBJECT,
                    List.of()));
    try {
      return Optional.of(TokenIssuer.withKeyIn(Path.of(file), issuer, id));
    } catch (InvalidPathException | IOException e) {
      throw misuse(line, "--key: the file " + Problem.quoted(file) + " cannot be read");
    } catch (IllegalArgumentException e) {
      throw misuse(line, "--key: " + Problem.quoted(file) + ": " + e.getMessage());
    }
  }

  // Checking one.

  private int check(ParseResult line, TokenRules rules) {
    String given = line.matchedOptionValue(Commands.CHECK, "");
    var report = TokenReport.of(given.equals("-") ? read() : given, rules, Clock.systemUTC());
    report.lines().forEach(each -> terminal.say(OneLine.of(each, LINE_MAX)));
    return switch (report.outcome()) {
      case VALID -> Exit.OK;
      case REFUSED -> Exit.DATA;
      case UNKNOWN -> Exit.UNAVAILABLE;
    };
  }

  private String read() {
    try {
      return new String(in.readNBytes(INPUT_MAX), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
