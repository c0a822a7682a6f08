package io.byssus.transport;

import io.byssus.protocol.CloseCode;

/**
 * The way out to the peer of a {@link ByteProtocol}. Confined to the connection's lane; none of it
 * blocks or throws.
 */
public interface ByteSocket {
  /**
   * Queues one message. Nothing leaves before {@link #flush}.
   *
   * @param written told, on the lane, once the kernel has it; never if it does not come to that
   */
  void write(byte[] message, Runnable written);

  void flush();

  /** False while the peer reads more slowly than we write. */
  boolean writable();

  /** Bytes that were written and not taken yet, as far as the transport knows. */
  int unsent();

  void reading(boolean on);

  /** Flushes and closes. Later writes are dropped. */
  void close(CloseCode code);
}
