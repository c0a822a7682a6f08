package io.byssus.server.device;

import io.byssus.protocol.CloseCode;

/**
 * The way out to a gateway, which a transport provides. Confined to the gateway's lane; none of it
 * blocks or throws.
 */
public interface GatewaySocket {
  /**
   * Queues one frame. Nothing leaves before {@link #flush}.
   *
   * @param written told, on the lane, once the kernel has it; never if it does not come to that
   */
  void write(byte[] frame, Runnable written);

  void flush();

  /** False while the gateway reads more slowly than we write. */
  boolean writable();

  /** Bytes that were written and not taken yet, as far as the transport knows. */
  int unsent();

  void reading(boolean on);

  /** Flushes and closes. Later writes are dropped. */
  void close(CloseCode code);
}
