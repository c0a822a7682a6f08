package io.byssus.tests.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** What a WebSocket client writes, as bytes. */
final class ClientFrames {
  private static final int TEXT = 0x81;
  private static final int PONG = 0x8a;

  /** Any but 0, with which a server could leave the unmasking out. */
  private static final int MASK = 0x5a31c7e9;

  private ClientFrames() {}

  static ByteBuf handshake(String path) {
    var request =
        "GET "
            + path
            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    return ByteBufUtil.writeAscii(ByteBufAllocator.DEFAULT, request);
  }

  static ByteBuf text(String text) {
    var payload = text.getBytes(StandardCharsets.UTF_8);
    return frame(TEXT, payload);
  }

  static ByteBuf pong(ByteBuf ping) {
    return frame(PONG, ByteBufUtil.getBytes(ping));
  }

  private static ByteBuf frame(int first, byte[] payload) {
    var length = payload.length;
    var out = ByteBufAllocator.DEFAULT.directBuffer(length + 8);
    out.writeByte(first);
    if (length < 126) {
      out.writeByte(0x80 | length);
    } else {
      out.writeByte(0x80 | 126).writeShort(length);
    }
    out.writeInt(MASK);
    for (var i = 0; i < length; i++) {
      out.writeByte(payload[i] ^ MASK >> (3 - (i & 3)) * 8);
    }
    return out;
  }
}
