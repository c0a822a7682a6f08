package io.byssus.transport;

import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Frame;
import io.byssus.protocol.JsonCodec;
import io.byssus.protocol.ServerMessage;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;

/** JSON in text frames. A unit is the text of one message. */
final class JsonEncoding implements Encoding {
  private final JsonCodec codec;
  private final boolean batched;
  private final Encoding lines;

  /** A frame for each message. */
  JsonEncoding(JsonCodec codec) {
    this.codec = codec;
    this.batched = false;
    this.lines = new JsonEncoding(codec, true);
  }

  private JsonEncoding(JsonCodec codec, boolean batched) {
    this.codec = codec;
    this.batched = batched;
    this.lines = this;
  }

  @Override
  public byte[] encode(ServerMessage message) {
    return codec.encode(message);
  }

  @Override
  public Frame frame(List<byte[]> units) {
    return batched ? lines(units) : frames(units);
  }

  private static Frame frames(List<byte[]> units) {
    var size = 0;
    for (var unit : units) {
      size += FrameBytes.headerBytes(unit.length) + unit.length;
    }
    var out = ByteBufAllocator.DEFAULT.directBuffer(size);
    for (var unit : units) {
      FrameBytes.writeHeader(out, FrameBytes.TEXT, unit.length);
      out.writeBytes(unit);
    }
    return new WireFrame(out);
  }

  /** One frame with a line for each message. */
  private static Frame lines(List<byte[]> units) {
    var length = units.size() - 1;
    for (var unit : units) {
      length += unit.length;
    }
    var out = ByteBufAllocator.DEFAULT.directBuffer(FrameBytes.headerBytes(length) + length);
    FrameBytes.writeHeader(out, FrameBytes.TEXT, length);
    for (var unit : units) {
      if (out.writerIndex() > FrameBytes.headerBytes(length)) {
        out.writeByte('\n');
      }
      out.writeBytes(unit);
    }
    return new WireFrame(out);
  }

  @Override
  public Encoding batched() {
    return lines;
  }
}
