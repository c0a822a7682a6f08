package io.byssus.server;

import java.util.concurrent.CompletableFuture;
import sun.misc.Signal;

/**
 * SIGTERM and SIGINT: the first asks the process to leave, the second ends it at once. Taken from
 * the JVM, whose own way ends a process with the number of the signal, and is deaf while its hooks
 * run.
 */
final class Signals {
  private static final int BY_SIGNAL = 128;

  private final CompletableFuture<Void> asked = new CompletableFuture<>();

  /** Listens from here on. */
  static Signals listen() {
    var signals = new Signals();
    for (var name : new String[] {"TERM", "INT"}) {
      try {
        Signal.handle(new Signal(name), signals::received);
      } catch (IllegalArgumentException e) {
        // The JVM runs with -Xrs: whoever started it wants signals to end it at once.
      }
    }
    return signals;
  }

  private void received(Signal signal) {
    if (!asked.complete(null)) {
      Runtime.getRuntime().halt(BY_SIGNAL + signal.getNumber());
    }
  }

  /** Done at the first. */
  CompletableFuture<Void> asked() {
    return asked.copy();
  }
}
