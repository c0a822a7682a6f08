package io.byssus.tests.bench;

/** Tells on the terminal what goes on, in one line; on anything else in as many as there are. */
final class Progress {
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final boolean terminal = System.console() != null && System.console().isTerminal();

  void say(String what) {
    if (terminal) {
      System.err.print(CLEAR_LINE + what + " …");
    } else {
      System.err.println(what);
    }
  }

  /** Nothing goes on any more. */
  void clear() {
    if (terminal) {
      System.err.print(CLEAR_LINE);
    }
  }
}
