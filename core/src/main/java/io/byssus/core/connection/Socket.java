package io.byssus.core.connection;

import io.byssus.protocol.CloseCode;

/**
 * The way out of a connection that the transport provides. Confined to the connection's lane; none
 * of it blocks or throws.
 */
public interface Socket {
  /**
   * Queues {@code frame} for writing and takes over the caller's reference. Nothing leaves before
   * {@link #flush}.
   */
  void write(Frame frame);

  void flush();

  /**
   * False while the peer reads more slowly than we write: what is written then only piles up in
   * memory.
   */
  boolean writable();

  /**
   * Bytes that were written and that the peer's side has not taken yet, as far as the transport
   * knows. It shrinks only when the peer takes some.
   */
  int unsent();

  /**
   * Sends a WebSocket ping frame (RFC 6455 section 5.5.2), flushed; not behind what already piles
   * up.
   */
  void ping();

  /**
   * Whether to read from the peer: false pushes back on a client that sends faster than it is
   * served.
   */
  void reading(boolean on);

  /**
   * Flushes, sends a close frame, and closes once the peer has answered or a short time has passed.
   * Later writes are dropped.
   */
  void close(CloseCode code);
}
