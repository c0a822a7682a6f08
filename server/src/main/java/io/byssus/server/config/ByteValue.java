package io.byssus.server.config;

/** How a number from 0 to 255 is written: 16 or 0x10. */
public final class ByteValue {
  private ByteValue() {}

  /** Throws NumberFormatException if it is none. */
  public static int parse(String text) {
    // Not Integer.decode: it takes 010 for eight.
    var hex = text.startsWith("0x") || text.startsWith("0X");
    var value = hex ? Integer.parseInt(text, 2, text.length(), 16) : Integer.parseInt(text);
    if (value < 0 || value > 255) {
      throw new NumberFormatException(text + " is not from 0 to 255");
    }
    return value;
  }
}
