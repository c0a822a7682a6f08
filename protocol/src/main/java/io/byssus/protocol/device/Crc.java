package io.byssus.protocol.device;

/**
 * The CRC-16 variants that serial protocols use, without a final XOR. What each gives for the nine
 * bytes {@code 123456789} stands in {@code spec/device-frame.md}.
 */
public enum Crc {
  /** The default: polynomial 0x1021 from 0xFFFF. */
  CCITT_FALSE(0x1021, 0xFFFF, false),
  /** That of Modbus RTU: polynomial 0x8005 from 0xFFFF, the lowest bit first. */
  MODBUS(0xA001, 0xFFFF, true),
  /** Polynomial 0x1021 from 0. */
  XMODEM(0x1021, 0, false),
  /** Polynomial 0x1021 from 0, the lowest bit first. */
  KERMIT(0x8408, 0, true);

  private final int initial;
  private final boolean lowestBitFirst;
  private final char[] table = new char[256];

  /**
   * @param polynomial with its bits turned round where the lowest comes first
   */
  Crc(int polynomial, int initial, boolean lowestBitFirst) {
    this.initial = initial;
    this.lowestBitFirst = lowestBitFirst;
    for (var value = 0; value < table.length; value++) {
      table[value] = (char) entry(polynomial, value);
    }
  }

  private int entry(int polynomial, int value) {
    var crc = lowestBitFirst ? value : value << 8;
    for (var bit = 0; bit < 8; bit++) {
      if (lowestBitFirst) {
        crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ polynomial;
      } else {
        crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ polynomial;
      }
    }
    return crc & 0xFFFF;
  }

  /** The CRC of no bytes. */
  public int initial() {
    return initial;
  }

  /** The CRC of one byte more than {@code crc} is of. */
  public int next(int crc, byte more) {
    return lowestBitFirst
        ? crc >> 8 ^ table[(crc ^ more) & 0xFF]
        : (crc << 8 ^ table[(crc >> 8 ^ more) & 0xFF]) & 0xFFFF;
  }

  public int of(byte[] bytes, int from, int length) {
    var crc = initial;
    for (var i = from; i < from + length; i++) {
      crc = next(crc, bytes[i]);
    }
    return crc;
  }
}
