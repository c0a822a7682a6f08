package io.byssus.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.ByteProcessor;
import java.nio.charset.StandardCharsets;

/**
 * Checks UTF-8 that comes in pieces, so that a bad byte is seen in the piece that has it. The
 * decoder of the WHATWG Encoding Standard (section 8.1.1) without its output: after each lead byte
 * it is known how many bytes follow and between which bounds the first of them lies.
 */
final class Utf8 implements ByteProcessor {
  private static final long NON_ASCII = 0x8080_8080_8080_8080L;

  private int needed;
  private int lower = 0x80;
  private int upper = 0xBF;

  /** Whether a whole text is valid. */
  static boolean valid(ByteBuf text) {
    var from = text.readerIndex();
    var end = text.writerIndex();
    while (end - from >= Long.BYTES && (text.getLong(from) & NON_ASCII) == 0) {
      from += Long.BYTES;
    }
    return from == end || ByteBufUtil.isText(text, from, end - from, StandardCharsets.UTF_8);
  }

  /** Whether the text may go on like this. */
  boolean accepts(ByteBuf piece) {
    return piece.forEachByte(this) < 0;
  }

  /** Whether the text may end here. */
  boolean complete() {
    return needed == 0;
  }

  @Override
  public boolean process(byte value) {
    var b = value & 0xFF;
    return needed == 0 ? lead(b) : follow(b);
  }

  private boolean lead(int b) {
    if (b < 0x80) {
      return true;
    }
    if (b < 0xC2 || b > 0xF4) {
      return false;
    }
    needed = b < 0xE0 ? 1 : b < 0xF0 ? 2 : 3;
    switch (b) {
      case 0xE0 -> lower = 0xA0;
      case 0xED -> upper = 0x9F;
      case 0xF0 -> lower = 0x90;
      case 0xF4 -> upper = 0x8F;
      default -> {}
    }
    return true;
  }

  private boolean follow(int b) {
    if (b < lower || b > upper) {
      return false;
    }
    lower = 0x80;
    upper = 0xBF;
    needed--;
    return true;
  }
}
