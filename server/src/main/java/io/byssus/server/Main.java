package io.byssus.server;

import io.byssus.server.cli.Cli;
import io.byssus.tools.Terminal;

/** The program. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    var environment = System.getenv();
    System.exit(
        new Cli(Terminal.of(environment), environment, new Programs(environment)).run(args));
  }
}
