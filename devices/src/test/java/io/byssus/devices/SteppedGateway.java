package io.byssus.devices;

import io.byssus.core.connection.Peer;
import io.byssus.core.lane.Lane;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.device.DeviceFrame;
import io.byssus.protocol.device.FrameReceiver;
import io.byssus.transport.ByteSocket;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A gateway at a node of stepped lanes. What is written to it has arrived once it is flushed. */
final class SteppedGateway implements ByteSocket {
  private final TestNode node;
  private final Gateways gateways;
  private final Lane lane;
  private final List<Runnable> written = new ArrayList<>();
  private final List<DeviceFrame> arrived = new ArrayList<>();
  private final ByteArrayOutputStream unread = new ByteArrayOutputStream();
  private final FrameReceiver receiver;
  private Gateway gateway;
  private boolean reading = true;
  private boolean takes = true;
  private int unsent;
  Optional<CloseCode> closed = Optional.empty();

  SteppedGateway(TestNode node, Gateways gateways) {
    this.node = node;
    this.gateways = gateways;
    this.lane = node.lanes.lane(0);
    this.receiver = new FrameReceiver(gateways.settings.crc(), new Arrived());
    var who = new Gateways.Name("g1", "");
    node.lanes.on(
        lane, () -> gateway = gateways.open(who, lane, new Peer("127.0.0.1", true), this));
  }

  /** Frames in one piece, which are read as soon as the server reads. */
  void say(DeviceFrame... frames) {
    var bytes = new ByteArrayOutputStream();
    for (var frame : frames) {
      bytes.writeBytes(frame.bytes(gateways.settings.crc()));
    }
    say(bytes.toByteArray());
  }

  void say(byte[] bytes) {
    unread.writeBytes(bytes);
    node.lanes.on(lane, this::read);
  }

  private void read() {
    if (reading && unread.size() > 0) {
      var bytes = unread.toByteArray();
      unread.reset();
      gateway.received(bytes);
    }
  }

  boolean isRead() {
    return reading;
  }

  /** The line breaks. */
  void cut() {
    node.lanes.on(lane, () -> gateway.gone(CloseCode.GOING_AWAY));
  }

  /** The controls of the frames that have arrived since the last time. */
  List<Integer> hear() {
    node.lanes.settle();
    var controls = arrived.stream().map(DeviceFrame::control).toList();
    arrived.clear();
    return controls;
  }

  private final class Arrived implements FrameReceiver.Sink {
    @Override
    public void frame(int address, int control, byte[] bytes, int from, int length) {
      arrived.add(
          new DeviceFrame(address, control, Arrays.copyOfRange(bytes, from, from + length)));
    }

    @Override
    public void bad() {
      throw new AssertionError("a bad frame was written");
    }

    @Override
    public void skipped(int bytes) {
      throw new AssertionError("what was written is no frame");
    }
  }

  @Override
  public void write(byte[] frame, Runnable told) {
    unsent += frame.length;
    written.add(() -> {
      unsent -= frame.length;
      receiver.take(frame, 0, frame.length);
      told.run();
    });
  }

  @Override
  public void flush() {
    if (takes) {
      var due = List.copyOf(written);
      written.clear();
      due.forEach(Runnable::run);
    }
  }

  /** Whether it takes what is written; if not, it is full with the first frame. */
  void takes(boolean does) {
    takes = does;
    node.lanes.on(
        lane,
        () -> {
          flush();
          gateway.drained();
        });
  }

  /** It takes the first of what was written, and no more. */
  void takesOne() {
    node.lanes.on(
        lane,
        () -> {
          if (!written.isEmpty()) {
            written.removeFirst().run();
          }
          gateway.drained();
        });
  }

  @Override
  public boolean writable() {
    return takes || unsent == 0;
  }

  @Override
  public int unsent() {
    return unsent;
  }

  @Override
  public void reading(boolean on) {
    reading = on;
    lane.execute(this::read);
  }

  @Override
  public void close(CloseCode code) {
    closed = Optional.of(code);
  }
}
