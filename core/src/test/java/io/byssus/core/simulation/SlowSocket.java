package io.byssus.core.simulation;

import io.byssus.core.connection.Frame;
import io.byssus.core.connection.Socket;
import io.byssus.core.lane.Ticker;
import io.byssus.core.testing.FakeWire;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ServerMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A socket with a line between the node and its peer: whatever was written stands in it, in order,
 * pings too, and is counted from the first byte, until the peer takes it. It is full above a mark
 * and has room again below half of it, and says so once, as a transport does. The other way, what
 * the peer says waits while the node does not read.
 */
final class SlowSocket implements Socket {
  private static final int PING_BYTES = 2;

  private final int highWaterBytes;
  private final Mishaps mishaps;
  private final Ticker ticker;
  private final List<Frame> unflushed = new ArrayList<>();
  private final ArrayDeque<Passage> line = new ArrayDeque<>();
  private final ArrayDeque<Runnable> incoming = new ArrayDeque<>();
  private long standing;
  private boolean full;
  private boolean roomAgain;
  private boolean reading = true;
  private boolean unheard;
  private long closedAt;
  private Optional<CloseCode> closed = Optional.empty();

  SlowSocket(int highWaterBytes, Mishaps mishaps, Ticker ticker) {
    this.ticker = ticker;
    this.highWaterBytes = highWaterBytes;
    this.mishaps = mishaps;
  }

  /**
   * @param message empty for a ping
   */
  record Passage(Optional<ServerMessage> message, int bytes) {}

  @Override
  public void write(Frame frame) {
    if (closed.isPresent()) {
      frame.release();
    } else {
      unflushed.add(frame);
      stands(frame.bytes());
    }
  }

  @Override
  public void flush() {
    for (var frame : unflushed) {
      var messages = FakeWire.messages(frame);
      var left = frame.bytes();
      for (var message : messages) {
        var bytes = Math.min(left, Math.ceilDiv(frame.bytes(), messages.size()));
        line.add(new Passage(Optional.of(message), bytes));
        left -= bytes;
      }
      frame.release();
    }
    unflushed.clear();
  }

  private void stands(int bytes) {
    standing += bytes;
    if (standing >= highWaterBytes) {
      full = true;
      roomAgain = false;
    }
  }

  @Override
  public boolean writable() {
    return !full;
  }

  @Override
  public int unsent() {
    return (int) standing;
  }

  @Override
  public void ping() {
    mishaps.ping();
    if (closed.isEmpty() && !full) {
      line.add(new Passage(Optional.empty(), PING_BYTES));
      stands(PING_BYTES);
    }
  }

  @Override
  public void reading(boolean on) {
    reading = on;
    while (reading && !incoming.isEmpty()) {
      incoming.poll().run();
    }
  }

  @Override
  public void close(CloseCode code) {
    flush();
    closed = Optional.of(closed.orElse(code));
    unheard = !incoming.isEmpty();
    closedAt = ticker.nanoTime();
    incoming.clear();
  }

  // The peer's side.

  /** What comes next, if anything has. */
  Optional<Passage> peek() {
    return Optional.ofNullable(line.peek());
  }

  Passage read() {
    var next = line.remove();
    standing -= next.bytes;
    if (full && standing <= highWaterBytes / 2) {
      full = false;
      roomAgain = true;
    }
    return next;
  }

  /** Whether the transport has to tell the node that there is room again: once. */
  boolean roomAgain() {
    var again = roomAgain;
    roomAgain = false;
    return again;
  }

  /** The peer says something, which the node hears when it reads. */
  void say(Runnable heard) {
    if (reading) {
      heard.run();
    } else {
      incoming.add(heard);
    }
  }

  /** Whether something waited in vain when the node closed it, because the node did not read. */
  boolean unheard() {
    return unheard;
  }

  long closedAt() {
    return closedAt;
  }

  /** The cable is cut: what was under way is lost. */
  void cut() {
    line.clear();
    incoming.clear();
    unflushed.forEach(Frame::release);
    unflushed.clear();
    closed = Optional.of(closed.orElse(CloseCode.GOING_AWAY));
  }

  /** How the node closed it, once everything before has been read. */
  Optional<CloseCode> closed() {
    return closed;
  }
}
