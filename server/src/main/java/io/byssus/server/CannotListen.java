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
      return ("%s is not an address of this machine. Choose one with %s; 0.0.0.0 is all IPv4"
              + " addresses, :: is all addresses.")
          .formatted(host, hostKey);
    }
    if (reason.contains("address family not supported")) {
      return "this process cannot use IPv6, so %s is not available. Choose an IPv4 address"
              .formatted(host)
          + " with %s; 0.0.0.0 is all of them.".formatted(hostKey);
    }
    if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
      return "the host name %s cannot be resolved. Choose an address with %s."
          .formatted(host, hostKey);
    }
    return "cannot listen on %s, port %d: %s".formatted(host, port, cause.getMessage());
  }
}
