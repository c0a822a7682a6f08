package io.byssus.devices;

import io.byssus.core.RateLimit;
import io.byssus.core.connection.Connection;
import io.byssus.core.connection.Peer;
import io.byssus.core.lane.Lane;
import io.byssus.core.node.Identity;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.device.DeviceFrame;
import io.byssus.protocol.device.FrameReceiver;
import io.byssus.transport.ByteReceiver;
import io.byssus.transport.ByteSocket;
import java.util.ArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One gateway's connection: parts what comes in among the devices that it is for, each of which has
 * a session of its own, and brings together what they are sent. Confined to its lane.
 *
 * <p>It is read only while every device keeps up, so that nothing piles up here; and one that sends
 * more frames than it may is read more slowly, not robbed of them.
 */
final class Gateway implements ByteReceiver {
  private static final int ADDRESSES = 256;
  private static final long SECOND_NS = 1_000_000_000;

  /** What may come at once, in seconds of the rate. */
  private static final long BURST_NS = 2 * SECOND_NS;

  final Gateways shared;
  final Lane lane;
  private final Gateways.Name who;
  private final Peer peer;
  private final ByteSocket socket;
  private final FrameReceiver receiver;
  private final @Nullable Device[] devices = new Device[ADDRESSES];
  private final long frameCostNs;
  private int addresses;
  private int holdingBack;
  private boolean throttled;
  private boolean timing;
  private boolean flushDue;
  private boolean gone;
  private long budgetFullAt;
  private long heardAt;
  private long takenAt;

  Gateway(Gateways shared, Gateways.Name who, Lane lane, Peer peer, ByteSocket socket) {
    this.shared = shared;
    this.who = who;
    this.lane = lane;
    this.peer = peer;
    this.socket = socket;
    this.receiver = new FrameReceiver(shared.settings.crc(), new Frames());
    this.frameCostNs = RateLimit.costNs(shared.settings.framesPerSecond());
    this.heardAt = lane.nanoTime();
    this.takenAt = heardAt;
    this.budgetFullAt = heardAt;
    lane.schedule(shared.settings.idleTimeout().toNanos(), this::checkIdle);
  }

  // What the transport tells.

  /** Some bytes of a stream; a frame may go on in the next ones, if they come soon. */
  @Override
  public void received(byte[] bytes) {
    lane.check();
    if (gone) {
      return;
    }
    heard();
    receiver.take(bytes, 0, bytes.length);
    if (receiver.pending() && !timing) {
      timing = true;
      lane.schedule(shared.settings.frameTimeout().toNanos(), this::checkFrame);
    }
  }

  /** A message that holds whole frames. */
  @Override
  public void message(byte[] bytes) {
    lane.check();
    heard();
    receiver.take(bytes, 0, bytes.length);
    receiver.end();
  }

  /** A sign of life of the gateway itself. */
  @Override
  public void heard() {
    heardAt = lane.nanoTime();
  }

  @Override
  public void drained() {
    lane.check();
    eachOpen(Connection::drained);
  }

  /** A stream has ended: what is held is all that there is. */
  @Override
  public void ended() {
    lane.check();
    receiver.end();
    gone(CloseCode.GOING_AWAY);
  }

  /** The socket is closed. */
  @Override
  public void gone(CloseCode why) {
    lane.check();
    gone = true;
    eachOpen(connection -> connection.gone(why));
  }

  // Time.

  private void checkFrame() {
    timing = false;
    if (gone || !receiver.pending()) {
      return;
    }
    var left = shared.settings.frameTimeout().toNanos() - (lane.nanoTime() - heardAt);
    // While we do not read, silence is ours.
    if (left > 0 || !reads()) {
      timing = true;
      lane.schedule(Math.max(left, SECOND_NS / 100), this::checkFrame);
    } else {
      receiver.end();
    }
  }

  private void checkIdle() {
    if (gone) {
      return;
    }
    var left = untilSilent(heardAt);
    if (left <= 0) {
      close(CloseCode.HEARTBEAT_TIMEOUT);
    } else {
      lane.schedule(left, this::checkIdle);
    }
  }

  /**
   * How long one that was heard at {@code then} may still keep quiet. What is made to wait cannot
   * be heard: not for sending too much, nor because the node is slow. One that has commands to take
   * is found by not taking any.
   */
  long untilSilent(long then) {
    var idle = shared.settings.idleTimeout().toNanos();
    if (throttled || !reads() && socket.unsent() == 0) {
      return idle;
    }
    var lived = reads() || takenAt - then < 0 ? then : takenAt;
    return idle - (lane.nanoTime() - lived);
  }

  // What comes in.

  private final class Frames implements FrameReceiver.Sink {
    @Override
    public void frame(int address, int control, byte[] bytes, int from, int length) {
      if (gone) {
        return;
      }
      happened(DeviceEvent.FRAMES, 1);
      spend(frameCostNs);
      var device = device(address);
      if (device == null) {
        happened(DeviceEvent.EXCESS_ADDRESSES, 1);
      } else if (shared.settings.heartbeat().filter(beat -> beat == control).isPresent()) {
        happened(DeviceEvent.HEARTBEATS, 1);
        device.beat();
        answer(address, control, bytes, from, length);
      } else {
        device.say(control, bytes, from, length);
      }
    }

    @Override
    public void bad() {
      happened(DeviceEvent.BAD_FRAMES, 1);
      spend(frameCostNs);
    }

    @Override
    public void skipped(int bytes) {
      happened(DeviceEvent.SKIPPED_BYTES, bytes);
      spend(frameCostNs * bytes / DeviceFrame.BYTES_MAX);
    }
  }

  private @Nullable Device device(int address) {
    var known = devices[address];
    if (known == null && addresses < shared.settings.addresses()) {
      addresses++;
      known = new Device(this, address);
      devices[address] = known;
    }
    return known;
  }

  private void answer(int address, int control, byte[] bytes, int from, int length) {
    // Only while the gateway reads: answers must not pile up.
    if (shared.settings.answerHeartbeat() && socket.writable()) {
      var data = new byte[length];
      System.arraycopy(bytes, from, data, 0, length);
      write(new DeviceFrame(address, control, data), () -> {});
      flushAfterTurn();
    }
  }

  /** A bucket whose state is the time at which it is full again. */
  private void spend(long costNs) {
    var now = lane.nanoTime();
    budgetFullAt = RateLimit.spend(budgetFullAt, now, costNs);
    if (budgetFullAt - now > BURST_NS && !throttled) {
      throttled = true;
      happened(DeviceEvent.THROTTLES, 1);
      read();
      lane.afterTurn(this::rest);
    }
  }

  /** What had been read already when it was too much is paid for as well. */
  private void rest() {
    var left = budgetFullAt - lane.nanoTime() - BURST_NS / 2;
    if (left > 0) {
      lane.schedule(left, this::rest);
    } else {
      throttled = false;
      read();
    }
  }

  /**
   * @param more 1: one more device cannot keep up; -1: one less
   */
  void holdBack(int more) {
    holdingBack += more;
    read();
  }

  private boolean reads() {
    return holdingBack == 0 && !throttled;
  }

  private void read() {
    if (gone) {
      return;
    }
    if (reads()) {
      heard(); // What came while we did not read has yet to be read: it is not late.
    }
    socket.reading(reads());
  }

  // What its devices need.

  String name() {
    return who.gateway();
  }

  Connection open(Device device, Identity identity) {
    return shared.identities.open(lane, device, device, peer, identity);
  }

  String user() {
    return who.user();
  }

  void happened(DeviceEvent event, long times) {
    shared.observer.happened(event, times, name());
  }

  boolean writable() {
    return socket.writable();
  }

  int unsent() {
    return socket.unsent();
  }

  void write(DeviceFrame frame, Runnable written) {
    if (!gone) {
      socket.write(
          frame.bytes(shared.settings.crc()),
          () -> {
            takenAt = lane.nanoTime();
            written.run();
          });
    }
  }

  void flush() {
    flushDue = false;
    if (!gone) {
      socket.flush();
    }
  }

  private void flushAfterTurn() {
    if (!flushDue) {
      flushDue = true;
      lane.afterTurn(this::flush);
    }
  }

  /** Ends it, and detaches all its devices. */
  void close(CloseCode code) {
    if (!gone) {
      socket.close(code);
      gone(code);
    }
  }

  private void eachOpen(Consumer<Connection> action) {
    var open = new ArrayList<Connection>();
    for (var device : devices) {
      if (device != null) {
        device.connection().ifPresent(open::add);
      }
    }
    open.forEach(action);
  }
}
