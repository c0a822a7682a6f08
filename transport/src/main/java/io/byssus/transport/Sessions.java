package io.byssus.transport;

import io.byssus.core.connection.Connection;
import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Peer;
import io.byssus.core.connection.Socket;
import io.byssus.core.lane.Lane;

/** Takes the WebSockets that speak the native protocol: a node. */
@FunctionalInterface
public interface Sessions {
  /** Whether they are taken yet; before, a handshake is answered with 503. */
  default boolean welcome() {
    return true;
  }

  /** On {@code lane}, when the handshake is done. */
  Connection open(Lane lane, Socket socket, Encoding encoding, Peer peer);
}
