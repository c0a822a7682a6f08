package io.byssus.devices;

import io.byssus.core.connection.Connection;
import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Peer;
import io.byssus.core.connection.Socket;
import io.byssus.core.lane.Lane;
import io.byssus.core.node.Identity;

/** Opens the connections of those whose identity we vouch for: a node. */
@FunctionalInterface
public interface Identities {
  /** On {@code lane}. */
  Connection open(Lane lane, Socket socket, Encoding encoding, Peer peer, Identity identity);
}
