package io.byssus.core.node;

import io.byssus.core.connection.Connection;
import io.byssus.core.lane.LaneConfined;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What is read from the engine for one connection: only while the connection takes what it is sent,
 * and so little at once that the outbox surely has room for all that comes. What must wait is begun
 * in the order in which it was asked for. Confined to the connection's lane.
 *
 * <p>So a long history is a stream with credit: a piece is read and written, the next one when the
 * client has taken it. That the answers come after others may have filled the outbox is what the
 * shares are for: all of them together are half of it.
 */
@LaneConfined
final class Readings {
  /** What may be under way at once. */
  private static final int SHARES = 8;

  /** Pieces are no longer, however much room there is. */
  private static final int PIECE_BYTES = 128 << 10;

  /** One message always fits into an answer, and may be so long. */
  private final int messageBytes;

  private final Connection connection;
  private final int outboxBytes;
  private final int shares;
  private @Nullable ArrayDeque<Waiting> waiting;
  private int underWay;

  Readings(Connection connection, int outboxBytes, int messageBytes) {
    this.connection = connection;
    this.outboxBytes = outboxBytes;
    this.messageBytes = messageBytes;
    this.shares = Math.clamp(outboxBytes / 2 / messageBytes, 1, SHARES);
  }

  private record Waiting(boolean alone, Runnable read) {}

  /** A piece of a history: some of them at once. {@link #came} when it is there. */
  void ask(Runnable read) {
    ask(new Waiting(false, read));
  }

  /** A long answer, which nothing else is read beside. {@link #cameAlone} when it is there. */
  void askAlone(Runnable read) {
    ask(new Waiting(true, read));
  }

  private void ask(Waiting next) {
    connection.lane().check();
    if ((waiting == null || waiting.isEmpty()) && fits(next)) {
      begin(next);
    } else {
      if (waiting == null) {
        waiting = new ArrayDeque<>();
      }
      waiting.add(next);
    }
  }

  private boolean fits(Waiting next) {
    return !connection.congested() && underWay + cost(next) <= shares;
  }

  private int cost(Waiting next) {
    return next.alone ? shares : 1;
  }

  private void begin(Waiting next) {
    underWay += cost(next);
    next.read.run();
  }

  /** How many wait. */
  int waiting() {
    return waiting == null ? 0 : waiting.size();
  }

  /** Most bytes of the piece that is asked for now, or one message. */
  int pieceBytes() {
    return underWay == 1 && waiting() == 0
        ? Math.min(PIECE_BYTES, outboxBytes / 4)
        : Math.min(messageBytes, outboxBytes / 2 / shares);
  }

  void came() {
    connection.lane().check();
    underWay--;
    resume();
  }

  void cameAlone() {
    connection.lane().check();
    underWay -= shares;
    resume();
  }

  /** What was answered is written, or there is room again. */
  void resume() {
    connection.lane().check();
    while (waiting != null && !waiting.isEmpty() && connection.open() && fits(waiting.peek())) {
      begin(waiting.poll());
    }
    if (waiting != null && waiting.isEmpty()) {
      waiting = null;
    }
  }
}
