package io.byssus.server;

/** A node cannot serve with this configuration; the message tells a person why and what to do. */
public final class StartFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  /**
   * @param exitCode of the process, in the numbers of {@link io.byssus.server.cli.Exit}
   */
  StartFailedException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}
