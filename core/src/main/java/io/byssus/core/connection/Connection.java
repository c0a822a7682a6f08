package io.byssus.core.connection;

import io.byssus.core.Budget;
import io.byssus.core.NodeObserver;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Decoded;
import io.byssus.protocol.Gap;
import io.byssus.protocol.ServerMessage;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One live socket: hands what it hears to its {@link Receiver}, writes what it is given, and dies
 * with the socket. It knows no session. Confined to its lane.
 *
 * <p>Nothing is written at once: a turn's messages leave together when the turn ends.
 */
@LaneConfined
public final class Connection {
  private final Lane lane;
  private final Socket socket;
  private Peer peer;
  private final NodeObserver observer;
  private final Outbox outbox;
  private final Receiver receiver;
  private Encoding encoding;
  private boolean batch;
  private boolean flushDue;
  private boolean deaf;
  private @Nullable CloseCode ending;

  private long intervalNs;
  private long heardAt;
  private long pingDueAt;
  private long pingedAt;

  /** What was on its way to the peer when it was last looked at. */
  private int unsent;

  /**
   * @param outboxBytes most that waits for its peer
   * @param sending of what waits for all peers together
   */
  public Connection(
      Lane lane,
      Socket socket,
      Encoding encoding,
      Peer peer,
      int outboxBytes,
      Budget sending,
      NodeObserver observer,
      Receivers receivers) {
    this.lane = lane;
    this.socket = socket;
    this.encoding = encoding;
    this.peer = peer;
    this.observer = observer;
    this.outbox = new Outbox(socket, outboxBytes, sending, observer);
    this.heardAt = lane.nanoTime();
    this.pingedAt = heardAt;
    this.receiver = receivers.of(this);
  }

  /** What a connection hears; on its lane. */
  public interface Receiver {
    void received(Decoded decoded);

    /** There is room again for what waits elsewhere. */
    void drained();

    /**
     * The connection ended; nothing follows. Told in a task of its own: whoever caused it by a send
     * finds all that is its own as it was.
     */
    void gone(CloseCode code);
  }

  /** Makes the receiver of a new connection. */
  @FunctionalInterface
  public interface Receivers {
    Receiver of(Connection connection);
  }

  public Lane lane() {
    return lane;
  }

  public Peer peer() {
    return peer;
  }

  /** Who the peer is stands fast: what it showed for that is forgotten, as it takes much room. */
  public void identified() {
    lane.check();
    peer = peer.without();
  }

  public Encoding encoding() {
    return encoding;
  }

  /** From here on the client may send and receive several messages in one frame. */
  public void useBatches() {
    lane.check();
    batch = true;
    encoding = encoding.batched();
  }

  public boolean batch() {
    return batch;
  }

  public boolean open() {
    return ending == null;
  }

  // What the transport tells.

  public void received(Decoded decoded) {
    lane.check();
    if (open()) {
      try {
        receiver.received(decoded);
      } catch (Throwable failure) {
        failed(failure);
      }
    }
  }

  /** Any inbound frame counts as a sign of life. */
  public void heard() {
    lived();
  }

  private void lived() {
    heardAt = lane.nanoTime();
    pingDueAt = heardAt + intervalNs;
  }

  /** The socket takes more again. */
  public void drained() {
    lane.check();
    if (open()) {
      attempt(this::goOn);
    }
  }

  private void goOn() {
    lived();
    outbox.drain(channel ->
        encoding.frame(new ServerMessage.Missed(channel, Gap.OVERFLOW, Optional.empty())));
    socket.flush();
    if (!outbox.congested()) {
      receiver.drained();
    }
  }

  /** The socket is closed. */
  public void gone(CloseCode why) {
    lane.check();
    if (open()) {
      end(why);
    }
  }

  // What the node tells.

  /** A reply, or a push to this connection alone. */
  public void send(ServerMessage message) {
    lane.check();
    if (open()) {
      push(encoding.frame(message), Outbox.ESSENTIAL, Overflow.DISCONNECT);
      flushAfterTurn();
    }
  }

  /** As {@link #send}; answers how many bytes it has. */
  public int sendCounted(ServerMessage message) {
    lane.check();
    if (!open()) {
      return 0;
    }
    var frame = encoding.frame(message);
    var bytes = frame.bytes();
    send(frame);
    return bytes;
  }

  /** As {@link #send}, several messages in one block. Takes over the caller's reference. */
  public void send(Frame frame) {
    lane.check();
    push(frame, Outbox.ESSENTIAL, Overflow.DISCONNECT);
    if (open()) {
      flushAfterTurn();
    }
  }

  /**
   * A publication shared with other connections, not flushed yet. Takes over the caller's
   * reference.
   *
   * @param channel whose place an outbox may give to others when it is full
   */
  public void push(Frame frame, String channel, Overflow overflow) {
    if (!open()) {
      frame.release();
    } else if (!outbox.offer(frame, channel, overflow)) {
      close(CloseCode.SLOW_CONSUMER);
    }
  }

  /** Nothing that waits for its {@code channel} is sent any more. */
  public void forget(String channel) {
    outbox.forget(channel);
  }

  /** As {@link #send}, after what waits of {@code channel}: its place is before this. */
  public void sendAfter(String channel, ServerMessage message) {
    outbox.settle(channel);
    send(message);
  }

  public void flush() {
    lane.check();
    flushDue = false;
    if (open()) {
      socket.flush();
    }
  }

  private void flushAfterTurn() {
    if (!flushDue) {
      flushDue = true;
      lane.afterTurn(this::flush);
    }
  }

  public boolean congested() {
    return outbox.congested();
  }

  /** What waits for the peer before the socket takes it, in bytes. */
  public long waiting() {
    return outbox.bytes();
  }

  /**
   * Whether the peer is listened to. One that was not is judged anew from here on: what it said
   * meanwhile has yet to be read.
   */
  public void reading(boolean on) {
    lane.check();
    if (open()) {
      deaf = !on;
      lived();
      socket.reading(on);
    }
  }

  public void close(CloseCode code) {
    lane.check();
    if (open()) {
      try {
        socket.close(code);
      } finally {
        end(code);
      }
    }
  }

  /** Runs what is for this connection alone: if that throws, the connection {@link #failed}. */
  public void attempt(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      failed(failure);
    }
  }

  /**
   * Something that was for this connection alone threw. It ends, so that the client comes back and
   * has its session, and does not wait for what will not come.
   */
  public void failed(Throwable failure) {
    lane.failed(failure);
    abort();
  }

  /** Ends it after a defect, whatever else fails. */
  public void abort() {
    try {
      close(CloseCode.INTERNAL_ERROR);
    } catch (Throwable failure) {
      lane.failed(failure);
    }
  }

  private void end(CloseCode code) {
    ending = code;
    outbox.clear();
    observer.connectionClosed(code);
    try {
      lane.execute(() -> receiver.gone(code));
    } catch (RejectedExecutionException over) {
      receiver.gone(code); // the lane runs no more tasks, and this is one of its last
    }
  }

  // The heartbeat.

  /**
   * @param firstDelay before the first ping at the earliest: random, so that a crowd which came
   *     together does not stay in step
   */
  public void startHeartbeat(Duration interval, Duration firstDelay) {
    lane.check();
    intervalNs = interval.toNanos();
    pingDueAt = lane.nanoTime() + firstDelay.toNanos();
  }

  /**
   * Pings or closes, if it is time to. Alive is who is heard, or takes some of what is on its way
   * to it: its answer may stand behind that. Who is not listened to cannot be heard; it is found by
   * taking nothing.
   *
   * @param listeningSince when the lane last came back from a pause: it judges nobody until a full
   *     period after
   */
  public void tick(Heartbeat policy, long now, long listeningSince) {
    lane.check();
    if (!open()) {
      return;
    }
    if (deaf || pingedAt - heardAt > 0) {
      look();
    }
    switch (policy.judge(now, heardAt, pingDueAt, pingedAt, listeningSince + intervalNs)) {
      case WAIT -> {}
      case PING -> {
        socket.ping();
        pingedAt = now;
        unsent = socket.unsent();
      }
      case DEAD -> close(CloseCode.HEARTBEAT_TIMEOUT);
    }
  }

  private void look() {
    var before = unsent;
    unsent = socket.unsent();
    if (unsent < before || deaf && unsent == 0) {
      lived();
    }
  }
}
