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
 * A socket whose peer reads when the test says so. What was flushed has arrived, as far as {@link
 * #read} has not taken it.
 */
public final class FakeSocket implements Socket {
  private static final int HIGH_WATER_BYTES = 1_000;

  private final ArrayDeque<ServerMessage> arrived = new ArrayDeque<>();
  private final List<Frame> unflushed = new ArrayList<>();
  private boolean slow;
  private int backlogBytes;
  private boolean reading = true;
  private int pings;
  private int writes;
  private Optional<CloseCode> closed = Optional.empty();

  @Override
  public void write(Frame frame) {
    writes++;
    if (closed.isPresent()) {
      frame.release();
    } else {
      unflushed.add(frame);
      backlogBytes += slow ? frame.bytes() : 0;
    }
  }

  @Override
  public void flush() {
    for (var frame : unflushed) {
      arrived.addAll(FakeWire.messages(frame));
      frame.release();
    }
    unflushed.clear();
  }

  @Override
  public boolean writable() {
    return backlogBytes < HIGH_WATER_BYTES;
  }

  @Override
  public void ping() {
    pings++;
  }

  @Override
  public void reading(boolean on) {
    reading = on;
  }

  @Override
  public void close(CloseCode code) {
    flush();
    closed = Optional.of(code);
  }

  // The peer's side.

  /**
   * From here on the peer does not read: after {@value #HIGH_WATER_BYTES} bytes nothing can be
   * written.
   */
  public void stopReading() {
    slow = true;
  }

  /**
   * The peer reads all there is; the transport would then call {@code drained} on the connection.
   */
  public void readAgain() {
    slow = false;
    backlogBytes = 0;
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
    unflushed.forEach(Frame::release);
    unflushed.clear();
    closed = Optional.of(closed.orElse(CloseCode.GOING_AWAY));
  }

  public Optional<CloseCode> closed() {
    return closed;
  }

  public boolean reading() {
    return reading;
  }

  public int pings() {
    return pings;
  }

  /** How many writes there were, each of which would be a system call or a part of one. */
  public int writes() {
    return writes;
  }
}
