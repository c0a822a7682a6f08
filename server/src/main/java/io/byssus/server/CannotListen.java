package io.byssus.server;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;

/**
 * Tells why an address could not be had, and what to do.
 *
 * @param hostKey where another host is chosen: an option or a key
 * @param portKey where another port is chosen
 */
record CannotListen(String host, int port, String hostKey, String portKey) {
  String sentence(IOException failure) {
    return sentence(failure.getCause() == null ? failure : failure.getCause());
  }

  private String sentence(Throwable cause) {
    var reason = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    if (reason.contains("address already in use")) {
      return "port %d is in use%s. Choose another with %s, 0 for any free one."
          .formatted(port, PortHolder.of(port).map(who -> " by " + who).orElse(""), portKey);
    }
    if (reason.contains("permission denied")) {
      return "this user may not listen on port %d. Choose one above 1023 with %s."
          .formatted(port, portKey);
    }
    if (reason.contains("cannot assign requested address")) {
      return ("%s is no address of this machine. Choose one with %s; 0.0.0.0 is every one of IPv4,"
              + " and :: is every one.")
          .formatted(host, hostKey);
    }
    if (reason.contains("address family not supported")) {
      return "this machine has no IPv6, or not for this process: %s cannot be had. Choose an address"
              .formatted(host)
          + " of IPv4 with %s; 0.0.0.0 is every one.".formatted(hostKey);
    }
    if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
      return "the host %s is not known. Choose an address with %s.".formatted(host, hostKey);
    }
    return "cannot listen on %s, port %d: %s".formatted(host, port, cause.getMessage());
  }
}
