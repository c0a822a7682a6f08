package io.byssus.core.testing;

import io.byssus.core.connection.Frame;
import io.byssus.core.connection.Socket;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ServerMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A socket whose peer reads as much as the test says: all that there is, unless it was told
 * otherwise. Bytes count from the first one, as in a real transport: what was written and not taken
 * yet fills the socket, also what was not flushed.
 */
public final class FakeSocket implements Socket {
  private static final int HIGH_WATER_BYTES = 1_000;
  private static final int LOW_WATER_BYTES = 500;

  private final ArrayDeque<ServerMessage> arrived = new ArrayDeque<>();
  private final ArrayDeque<Frame> flushed = new ArrayDeque<>();
  private final List<Frame> unflushed = new ArrayList<>();
  private Runnable drained = () -> {};
  private boolean full;
  private int unsent;

  /** How many bytes of the first flushed frame have gone already. */
  private int ahead;

  private long credit = Long.MAX_VALUE;
  private boolean reading = true;
  private int pings;
  private int writes;
  private long taken;
  private boolean refusesPings;
  private Optional<CloseCode> closed = Optional.empty();

  /** Who is to be told, by a task on its lane, that a socket which was full takes more again. */
  public void onDrained(Runnable tell) {
    drained = tell;
  }

  @Override
  public void write(Frame frame) {
    writes++;
    if (closed.isPresent()) {
      frame.release();
    } else {
      unflushed.add(frame);
      unsent += frame.bytes();
      full |= unsent >= HIGH_WATER_BYTES;
    }
  }

  @Override
  public void flush() {
    flushed.addAll(unflushed);
    unflushed.clear();
    leave();
  }

  private void leave() {
    while (!flushed.isEmpty() && credit > 0) {
      var first = flushed.peek();
      var some = (int) Math.min(credit, first.bytes() - ahead);
      credit -= credit == Long.MAX_VALUE ? 0 : some;
      ahead += some;
      unsent -= some;
      taken += some;
      if (ahead == first.bytes()) {
        ahead = 0;
        flushed.poll();
        arrived.addAll(FakeWire.messages(first));
        first.release();
      }
    }
    if (full && unsent < LOW_WATER_BYTES && closed.isEmpty()) {
      full = false;
      drained.run();
    }
  }

  @Override
  public boolean writable() {
    return !full;
  }

  @Override
  public int unsent() {
    return unsent;
  }

  @Override
  public void ping() {
    if (refusesPings) {
      throw new OutOfMemoryError("planted");
    }
    pings += full ? 0 : 1;
  }

  @Override
  public void reading(boolean on) {
    reading = on;
  }

  @Override
  public void close(CloseCode code) {
    flush();
    closed = Optional.of(code);
    drop();
  }

  private void drop() {
    flushed.forEach(Frame::release);
    flushed.clear();
    unflushed.forEach(Frame::release);
    unflushed.clear();
  }

  // The peer's side.

  /**
   * From here on the peer does not read: after {@value #HIGH_WATER_BYTES} bytes nothing can be
   * written.
   */
  public void stopReading() {
    credit = 0;
  }

  /** A peer that does not read all takes so many bytes more. */
  public void take(long bytes) {
    credit = bytes;
    leave();
  }

  /** The peer reads all there is, and all that will come. */
  public void readAgain() {
    credit = Long.MAX_VALUE;
    leave();
  }

  /** How many bytes the peer has taken in all. */
  public long taken() {
    return taken;
  }

  /** The next message that has arrived. */
  public Optional<ServerMessage> read() {
    return Optional.ofNullable(arrived.poll());
  }

  /** Everything that has arrived. */
  public List<ServerMessage> readAll() {
    var all = List.copyOf(arrived);
    arrived.clear();
    return all;
  }

  /** The cable is cut: what was under way is lost. */
  public void cut() {
    arrived.clear();
    closed = Optional.of(closed.orElse(CloseCode.GOING_AWAY));
    drop();
  }

  public Optional<CloseCode> closed() {
    return closed;
  }

  public boolean reading() {
    return reading;
  }

  /** Whether there is no memory for a ping. */
  public void refusePings(boolean refuse) {
    refusesPings = refuse;
  }

  public int pings() {
    return pings;
  }

  /** How many writes there were, each of which would be a system call or a part of one. */
  public int writes() {
    return writes;
  }
}
