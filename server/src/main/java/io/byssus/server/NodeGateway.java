package io.byssus.server;

import io.byssus.core.connection.Connection;
import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Peer;
import io.byssus.core.connection.Socket;
import io.byssus.core.lane.Lane;
import io.byssus.core.node.Identity;
import io.byssus.core.node.Node;
import io.byssus.core.node.NodeView;
import io.byssus.devices.Identities;
import io.byssus.transport.Sessions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the transport, which is there first because a node tells others its port, and the
 * node. Opened once, from any thread.
 */
final class NodeGateway implements Sessions, Identities {
  private volatile @Nullable Node node;

  void open(Node to) {
    node = to;
  }

  @Override
  public boolean welcome() {
    return node != null;
  }

  /** Whether clients should be sent there. */
  boolean ready() {
    var to = node;
    return to != null && to.ready();
  }

  /** The nodes of the cluster. */
  List<NodeView> members() {
    var to = node;
    return to == null ? List.of() : to.members();
  }

  @Override
  public Connection open(Lane lane, Socket socket, Encoding encoding, Peer peer) {
    return inside().open(lane, socket, encoding, peer);
  }

  @Override
  public Connection open(
      Lane lane, Socket socket, Encoding encoding, Peer peer, Identity identity) {
    return inside().open(lane, socket, encoding, peer, identity);
  }

  private Node inside() {
    var to = node;
    if (to == null) {
      throw new IllegalStateException("nobody was let in yet");
    }
    return to;
  }
}
