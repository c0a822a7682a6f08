package io.byssus.protocol.device;

/**
 * Finds the frames in a stream of bytes that comes in any pieces. Confined to one thread; allocates
 * nothing.
 *
 * <p>A frame carries no length: it ends at the first tail whose two bytes before are the check of
 * what stands between. So a header is a mere promise. Where {@link DeviceFrame#BYTES_MAX} bytes do
 * not keep it, or where the caller says that no more will come ({@link #end}), the header was none,
 * and everything from the byte after it is looked at again: a frame that began meanwhile is found.
 * What is held is therefore one frame at most, and every byte is looked at {@code BYTES_MAX} times
 * at most.
 */
public final class FrameReceiver {
  /** Hears what was found. */
  public interface Sink {
    /** Whole and checked. The data is in {@code bytes}, to be read before this returns. */
    void frame(int address, int control, byte[] bytes, int from, int length);

    /** A header, and no frame behind it: the check did not fit, or the end did not come. */
    void bad();

    /** So many bytes belong to no frame. */
    void skipped(int bytes);
  }

  /** What the next byte should be. */
  private enum State {
    HEADER_1,
    HEADER_2,
    ADDRESS,
    CONTROL,
    DATA
  }

  /** Where the frame has its first possible tail, counted from its header. */
  private static final int TAIL_MIN = DeviceFrame.AROUND_DATA - 1;

  private static final int TAIL_MAX = DeviceFrame.BYTES_MAX - 1;

  private final Crc check;
  private final Sink sink;
  private final byte[] held = new byte[2 * DeviceFrame.BYTES_MAX];
  private State state = State.HEADER_1;

  /** Of the frame that may be there. */
  private int start;

  /** What is looked at next. */
  private int at;

  private int end;

  /** The check of what stands between the header and the two bytes before the one looked at. */
  private int crc;

  private int skipped;

  public FrameReceiver(Crc check, Sink sink) {
    this.check = check;
    this.sink = sink;
  }

  /** Whether a frame has begun and not ended: then {@link #end} is due some time. */
  public boolean pending() {
    return start < end;
  }

  /** Takes some bytes of the stream. */
  public void take(byte[] bytes, int from, int length) {
    for (var i = from; i < from + length; i++) {
      if (end == held.length) {
        moveToFront();
      }
      held[end++] = bytes[i];
      look();
    }
    tellSkipped();
  }

  /** What has begun will not be continued: nothing is held after this. */
  public void end() {
    while (pending()) {
      startLater();
      look();
    }
    tellSkipped();
  }

  private void moveToFront() {
    System.arraycopy(held, start, held, 0, end - start);
    at -= start;
    end -= start;
    start = 0;
  }

  private void look() {
    while (at < end) {
      step(held[at++]);
    }
  }

  private void step(byte next) {
    switch (state) {
      case HEADER_1 -> {
        if (next == DeviceFrame.HEADER_1) {
          state = State.HEADER_2;
        } else {
          skip();
        }
      }
      case HEADER_2 -> {
        if (next == DeviceFrame.HEADER_2) {
          state = State.ADDRESS;
          crc = check.initial();
        } else {
          startLater();
        }
      }
      case ADDRESS -> state = State.CONTROL;
      case CONTROL -> state = State.DATA;
      case DATA -> data(next);
    }
  }

  /** Data, check or tail: which of them shows only when the tail has come. */
  private void data(byte next) {
    var index = at - 1 - start;
    if (index >= TAIL_MIN - 1) {
      crc = check.next(crc, held[at - 4]);
    }
    if (next == DeviceFrame.TAIL && index >= TAIL_MIN && checked()) {
      found(index);
    } else if (index == TAIL_MAX) {
      startLater();
    }
  }

  private boolean checked() {
    return (held[at - 3] & 0xFF) << 8 == (crc & 0xFF00) && (held[at - 2] & 0xFF) == (crc & 0xFF);
  }

  private void found(int tail) {
    var address = held[start + 2] & 0xFF;
    var control = held[start + 3] & 0xFF;
    var data = start + 4;
    tellSkipped();
    start = at;
    state = State.HEADER_1;
    sink.frame(address, control, held, data, tail - TAIL_MIN);
  }

  /** The header was none: its first byte is skipped, the others are looked at again. */
  private void startLater() {
    if (state != State.HEADER_1 && state != State.HEADER_2) {
      sink.bad();
    }
    at = start + 1;
    state = State.HEADER_1;
    skip();
  }

  private void skip() {
    start = at;
    skipped++;
  }

  private void tellSkipped() {
    if (skipped > 0) {
      sink.skipped(skipped);
      skipped = 0;
    }
  }
}
