package io.byssus.server;

import io.byssus.server.cli.Terminal;
import io.byssus.server.config.Config;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;

/** Tells why the address could not be had, and what to do. */
record CannotListen(Config.Listen listen, Terminal terminal) {
  void explain(IOException failure) {
    var cause = failure.getCause() == null ? failure : failure.getCause();
    terminal.complain(sentence(cause));
  }

  private String sentence(Throwable cause) {
    var reason = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    var port = listen.port();
    if (reason.contains("address already in use")) {
      return "port %d is in use%s. Choose another with --port, 0 for any free one."
          .formatted(port, PortHolder.of(port).map(who -> " by " + who).orElse(""));
    }
    if (reason.contains("permission denied")) {
      return "this user may not listen on port %d. Choose one above 1023 with --port."
          .formatted(port);
    }
    if (reason.contains("cannot assign requested address")) {
      return "%s is no address of this machine. Choose one with --host; 0.0.0.0 is all of them."
          .formatted(listen.host());
    }
    if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
      return "the host %s is not known. Choose an address with --host.".formatted(listen.host());
    }
    return "cannot listen on %s:%d: %s".formatted(listen.host(), port, cause.getMessage());
  }
}
