package io.byssus.server;

import io.byssus.server.cli.Cli;
import io.byssus.server.cli.Exit;
import io.byssus.server.cli.Terminal;

/** The program. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    var environment = System.getenv();
    var terminal = Terminal.of(environment);
    System.exit(new Cli(terminal, environment, (_, _, _) -> Exit.UNAVAILABLE).run(args));
  }
}
