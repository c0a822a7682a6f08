package io.byssus.transport;

import io.byssus.protocol.CloseCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Optional;

/**
 * A message that comes in several frames, until it is whole. Copies them together: a buffer for
 * each of many tiny fragments would cost far more than what is in them.
 */
final class Fragments {
  private final boolean text;
  private final boolean compressed;
  private final TransportSettings.Messages limits;
  private final ByteBuf bytes;
  private final Utf8 utf8 = new Utf8();
  private int count;

  Fragments(
      boolean text,
      boolean compressed,
      TransportSettings.Messages limits,
      ByteBufAllocator allocator) {
    this.text = text;
    this.compressed = compressed;
    this.limits = limits;
    this.bytes = allocator.buffer();
  }

  /** The next frame's payload, or what is wrong with it. */
  Optional<CloseCode> add(ByteBuf payload, boolean last) {
    if (++count > limits.fragments()) {
      return Optional.of(CloseCode.POLICY);
    }
    if (bytes.readableBytes() + payload.readableBytes() > limits.messageBytes()) {
      return Optional.of(CloseCode.TOO_BIG);
    }
    if (text && !compressed && !(utf8.accepts(payload) && (!last || utf8.complete()))) {
      return Optional.of(CloseCode.INVALID_UTF8);
    }
    bytes.writeBytes(payload, payload.readerIndex(), payload.readableBytes());
    return Optional.empty();
  }

  boolean text() {
    return text;
  }

  boolean compressed() {
    return compressed;
  }

  /** All of it so far; goes with {@link #release}. */
  ByteBuf bytes() {
    return bytes;
  }

  void release() {
    bytes.release();
  }
}
