package io.byssus.transport;

import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Frame;
import io.byssus.protocol.JsonCodec;
import io.byssus.protocol.ServerMessage;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * JSON messages, one a line, in one compressed text frame that is put together without compressing
 * anything again.
 *
 * <p>A unit is one message as deflate blocks that refer to nothing before them (small ones as a
 * stored block, RFC 1951 section 3.2.4). It ends, as RFC 7692 wants it at the end of a message,
 * right before the length of an empty stored block: 00 00 FF FF. In the middle of a frame that
 * length is written as one instead, and the one byte is the line end.
 */
final class DeflatedLinesEncoding implements Encoding {
  private static final byte[] LINE_END = {1, 0, (byte) 0xFE, (byte) 0xFF, '\n'};
  private static final int STORED_MAX = 65_535;

  private final JsonCodec codec;
  private final Deflation deflation;

  DeflatedLinesEncoding(JsonCodec codec, Deflation deflation) {
    this.codec = codec;
    this.deflation = deflation;
  }

  @Override
  public byte[] encode(ServerMessage message) {
    var json = codec.encode(message);
    return deflation.worthwhile(json.length) || json.length > STORED_MAX
        ? deflation.compress(json)
        : stored(json);
  }

  private static byte[] stored(byte[] message) {
    return ByteBuffer.allocate(message.length + 6)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0)
        .putShort((short) message.length)
        .putShort((short) ~message.length)
        .put(message)
        .put((byte) 0)
        .array();
  }

  @Override
  public Frame frame(List<byte[]> units) {
    var length = (units.size() - 1) * LINE_END.length;
    for (var unit : units) {
      length += unit.length;
    }
    var header = FrameBytes.headerBytes(length);
    var out = ByteBufAllocator.DEFAULT.directBuffer(header + length);
    FrameBytes.writeHeader(out, FrameBytes.TEXT | FrameBytes.COMPRESSED, length);
    for (var unit : units) {
      if (out.writerIndex() > header) {
        out.writeBytes(LINE_END);
      }
      out.writeBytes(unit);
    }
    return new WireFrame(out);
  }

  @Override
  public Encoding batched() {
    return this;
  }
}
