package io.byssus.protocol.device;

import java.util.ArrayList;
import java.util.List;

/** The rules of {@code spec/device-frame.md} for bytes that are all there, one sentence a line. */
final class NaiveReceiver {
  private NaiveReceiver() {}

  static Heard receive(Crc crc, byte[] bytes) {
    var heard = new Heard();
    for (var at = 0; at < bytes.length; ) {
      var header = at + 1 < bytes.length && bytes[at] == 0x55 && bytes[at + 1] == (byte) 0xAA;
      var tail = header ? tail(crc, bytes, at) : -1;
      if (tail >= 0) {
        heard.frame(bytes[at + 2] & 0xFF, bytes[at + 3] & 0xFF, bytes, at + 4, tail - 6 - at);
        at = tail + 1;
      } else {
        if (header && at + 2 <= bytes.length) {
          heard.bad();
        }
        heard.skipped(1);
        at++;
      }
    }
    return heard;
  }

  private static int tail(Crc crc, byte[] bytes, int header) {
    for (var tail = header + 6; tail < Math.min(header + 262, bytes.length); tail++) {
      var check = (bytes[tail - 2] & 0xFF) << 8 | bytes[tail - 1] & 0xFF;
      if (bytes[tail] == (byte) 0xFF && crc.of(bytes, header + 2, tail - 4 - header) == check) {
        return tail;
      }
    }
    return -1;
  }

  /** What a receiver told. */
  static final class Heard implements FrameReceiver.Sink {
    final List<DeviceFrame> frames = new ArrayList<>();
    int bad;
    int skipped;

    @Override
    public void frame(int address, int control, byte[] bytes, int from, int length) {
      var data = new byte[length];
      System.arraycopy(bytes, from, data, 0, length);
      frames.add(new DeviceFrame(address, control, data));
    }

    @Override
    public void bad() {
      bad++;
    }

    @Override
    public void skipped(int bytes) {
      skipped += bytes;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Heard heard
          && heard.frames.equals(frames)
          && heard.bad == bad
          && heard.skipped == skipped;
    }

    @Override
    public int hashCode() {
      return frames.hashCode();
    }

    @Override
    public String toString() {
      return frames.size() + " frames, " + bad + " bad, " + skipped + " skipped: " + frames;
    }
  }
}
