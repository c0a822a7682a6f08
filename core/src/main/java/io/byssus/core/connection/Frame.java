package io.byssus.core.connection;

/**
 * Bytes ready for the wire, shared by all connections that read the same encoding. Reference
 * counted, starting at one; confined to the lane that made it.
 */
public interface Frame {
  int bytes();

  Frame retain();

  void release();
}
