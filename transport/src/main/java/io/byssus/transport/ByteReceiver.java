package io.byssus.transport;

import io.byssus.protocol.CloseCode;

/**
 * Takes what comes in from one peer of a {@link ByteProtocol}. Confined to the connection's lane.
 */
public interface ByteReceiver {
  /** Some bytes of a TCP connection, which may end anywhere. */
  void received(byte[] bytes);

  /** One whole binary message of a WebSocket. */
  void message(byte[] bytes);

  /** A WebSocket frame of any kind has come in: a sign of life. */
  void heard();

  /** The socket is writable again. */
  void drained();

  /** A TCP connection has ended: no more bytes follow. */
  void ended();

  /** A WebSocket has ended. May come twice, and after our own close. */
  void gone(CloseCode why);
}
