package io.byssus.core.connection;

/** What happens to a push that an outbox has no room for. */
public enum Overflow {
  /** The connection is closed (slow_consumer); the session stays and can be resumed. */
  DISCONNECT,
  /**
   * The oldest waiting pushes of such channels make room; the client is told which channels have a
   * gap.
   */
  DROP_OLDEST,
  /**
   * As long as the reader is slow, only the newest waiting push of each channel is kept, and always
   * that; the client is told of the gap before it.
   */
  LATEST
}
