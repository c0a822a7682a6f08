package io.byssus.transport;

import io.byssus.core.connection.Frame;
import io.netty.buffer.ByteBuf;

/** Ready WebSocket frames side by side in one direct buffer. Counts its references there. */
final class WireFrame implements Frame {
  private final ByteBuf bytes;

  /** Takes over the reference to {@code bytes}. */
  WireFrame(ByteBuf bytes) {
    this.bytes = bytes;
  }

  @Override
  public int bytes() {
    return bytes.writerIndex();
  }

  @Override
  public Frame retain() {
    bytes.retain();
    return this;
  }

  @Override
  public void release() {
    bytes.release();
  }

  /** The bytes to write, with an index of their own; the caller's reference goes with them. */
  ByteBuf take() {
    return bytes.duplicate();
  }
}
