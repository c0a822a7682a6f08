package io.byssus.transport;

import io.byssus.core.connection.Peer;
import io.byssus.core.lane.Lane;
import java.net.InetAddress;
import java.util.concurrent.CompletionStage;

/**
 * A protocol of bytes that another module brings: it decides who may connect, and takes over the
 * connection. Thread-safe; none of it blocks.
 */
public interface ByteProtocol {
  /** Decides on a WebSocket handshake; it is answered when the stage is done. */
  CompletionStage<Entry> admit(Arrival arrival);

  /** Decides on a TCP connection, of which only the address is known. */
  CompletionStage<Entry> admit(InetAddress address, Peer peer);

  /** A TCP connection was closed, because too many are open, before it could be admitted. */
  void refused(Peer peer);

  /**
   * A request for a WebSocket.
   *
   * @param token of the header Authorization (RFC 6750 section 2.1); empty: none
   * @param query what follows the question mark of the address; empty: nothing
   */
  record Arrival(String token, String query, Peer peer) {}

  /** Whether a peer may come in. */
  sealed interface Entry {
    record Admitted(Opener opener) implements Entry {}

    /**
     * @param status of HTTP, which says why
     */
    record Refused(int status) implements Entry {}
  }

  /** Begins an admitted connection. */
  @FunctionalInterface
  interface Opener {
    /** On {@code lane}, once {@code socket} works. */
    ByteReceiver open(Lane lane, Peer peer, ByteSocket socket);
  }
}
