package io.byssus.transport;

import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Frame;
import io.byssus.protocol.JsonCodec;
import io.byssus.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.List;

/**
 * JSON in text frames, the larger ones compressed. A unit is a ready frame, so a message is
 * compressed once, however many connections it goes to.
 */
final class DeflatedJsonEncoding implements Encoding {
  private final JsonCodec codec;
  private final Deflation deflation;
  private final Encoding batched;

  DeflatedJsonEncoding(JsonCodec codec, Deflation deflation) {
    this.codec = codec;
    this.deflation = deflation;
    this.batched = new DeflatedLinesEncoding(codec, deflation);
  }

  @Override
  public byte[] encode(ServerMessage message) {
    var json = codec.encode(message);
    return deflation.worthwhile(json.length)
        ? frame(FrameBytes.TEXT | FrameBytes.COMPRESSED, deflation.compress(json))
        : frame(FrameBytes.TEXT, json);
  }

  private static byte[] frame(int first, byte[] payload) {
    var frame = new byte[FrameBytes.headerBytes(payload.length) + payload.length];
    ByteBuf out = Unpooled.wrappedBuffer(frame).clear();
    FrameBytes.writeHeader(out, first, payload.length);
    out.writeBytes(payload);
    return frame;
  }

  @Override
  public Frame frame(List<byte[]> units) {
    var size = 0;
    for (var unit : units) {
      size += unit.length;
    }
    var out = ByteBufAllocator.DEFAULT.directBuffer(size);
    units.forEach(out::writeBytes);
    return new WireFrame(out);
  }

  @Override
  public Encoding batched() {
    return batched;
  }
}
