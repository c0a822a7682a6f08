package io.byssus.protocol.device;

import java.util.Arrays;

/**
 * One frame: whom it is for or from, what it is about, and its data.
 *
 * @param address 0 to 255, the device
 * @param control 0 to 255, a type of command or a number of the frame
 * @param data 0 to 255 bytes, neither copied nor to be written to
 */
public record DeviceFrame(int address, int control, byte[] data) {
  public static final int DATA_MAX = 255;

  /** Header, address, control, check and tail. */
  static final int AROUND_DATA = 7;

  static final byte HEADER_1 = 0x55;
  static final byte HEADER_2 = (byte) 0xAA;
  static final byte TAIL = (byte) 0xFF;

  /** The longest frame as bytes. */
  public static final int BYTES_MAX = AROUND_DATA + DATA_MAX;

  public DeviceFrame {
    if ((address | control) >>> 8 != 0 || data.length > DATA_MAX) {
      throw new IllegalArgumentException(
          "not a frame: address "
              + address
              + ", control "
              + control
              + ", "
              + data.length
              + " bytes of data");
    }
  }

  /** As it goes over the wire. */
  public byte[] bytes(Crc crc) {
    var bytes = new byte[AROUND_DATA + data.length];
    bytes[0] = HEADER_1;
    bytes[1] = HEADER_2;
    bytes[2] = (byte) address;
    bytes[3] = (byte) control;
    System.arraycopy(data, 0, bytes, 4, data.length);
    var end = 4 + data.length;
    var check = crc.of(bytes, 2, end - 2);
    bytes[end] = (byte) (check >> 8);
    bytes[end + 1] = (byte) check;
    bytes[end + 2] = TAIL;
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DeviceFrame frame
        && frame.address == address
        && frame.control == control
        && Arrays.equals(frame.data, data);
  }

  @Override
  public int hashCode() {
    return (31 * address + control) * 31 + Arrays.hashCode(data);
  }
}
