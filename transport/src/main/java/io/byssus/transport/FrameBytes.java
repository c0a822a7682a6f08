package io.byssus.transport;

import io.byssus.protocol.CloseCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** The server's frames as bytes (RFC 6455 section 5.2): whole, unmasked, never fragmented. */
final class FrameBytes {
  static final int TEXT = 0x81;
  static final int BINARY = 0x82;

  /** The first of the reserved bits: this message is compressed (RFC 7692 section 6). */
  static final int COMPRESSED = 0x40;

  private static final int CLOSE = 0x88;
  private static final int PING = 0x89;
  private static final int PONG = 0x8A;

  private FrameBytes() {}

  /** How long the header is before {@code length} bytes of payload. */
  static int headerBytes(int length) {
    if (length < 126) {
      return 2;
    }
    return length < 65_536 ? 4 : 10;
  }

  /**
   * @param first the first byte: FIN, reserved bits and opcode
   */
  static void writeHeader(ByteBuf out, int first, int length) {
    out.writeByte(first);
    if (length < 126) {
      out.writeByte(length);
    } else if (length < 65_536) {
      out.writeByte(126).writeShort(length);
    } else {
      out.writeByte(127).writeLong(length);
    }
  }

  static void writePing(ByteBuf out) {
    writeHeader(out, PING, 0);
  }

  /** Leaves {@code payload} as it is. */
  static void writePong(ByteBuf out, ByteBuf payload) {
    writeHeader(out, PONG, payload.readableBytes());
    out.writeBytes(payload, payload.readerIndex(), payload.readableBytes());
  }

  /** The reason is the code's name, never anything that the peer or an exception said. */
  static ByteBuf close(ByteBufAllocator allocator, CloseCode code) {
    var out = allocator.directBuffer(64);
    writeHeader(out, CLOSE, 2 + ByteBufUtil.utf8Bytes(code.wire()));
    return out.writeShort(code.code()).writeBytes(code.wire().getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * @param status what the peer gave, or -1 if it gave none
   */
  static ByteBuf closeReply(ByteBufAllocator allocator, int status) {
    var out = allocator.directBuffer(4);
    writeHeader(out, CLOSE, status < 0 ? 0 : 2);
    return status < 0 ? out : out.writeShort(status);
  }
}
