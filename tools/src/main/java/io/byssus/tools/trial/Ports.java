package io.byssus.tools.trial;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Optional;
import java.util.function.IntFunction;

/** Finds ports of this machine that nobody listens on. */
final class Ports {
  private final IntFunction<Optional<String>> holder;

  /**
   * @param holder the process that listens on a port, in words, if that can be known
   */
  Ports(IntFunction<Optional<String>> holder) {
    this.holder = holder;
  }

  /**
   * @param wanted 0: any
   */
  int take(int wanted) throws TrialFailure {
    try (var socket = new ServerSocket(wanted, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new TrialFailure(
          "port %d is in use%s. Choose others with --port, 0 for any free ones."
              .formatted(wanted, holder.apply(wanted).map(who -> " by " + who).orElse("")));
    }
  }
}
