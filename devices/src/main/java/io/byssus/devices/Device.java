package io.byssus.devices;

import io.byssus.core.connection.Connection;
import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Frame;
import io.byssus.core.connection.Socket;
import io.byssus.core.node.Identity;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Decoded;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One address behind a gateway: to the node the socket of a connection, whose messages are not
 * bytes here but what they say; to the gateway what its frames are for. Confined to the gateway's
 * lane.
 *
 * <p>It connects with the first frame. When another connection takes the session over, it keeps
 * quiet for as long as that one is there: of two gateways with one name the one that came later has
 * the devices, and they do not fight.
 */
final class Device implements Socket, Encoding {
  private static final long PUBLISH = 2;
  private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long YIELD_NS = TimeUnit.SECONDS.toNanos(30);
  private static final int OTHER_BYTES = 64;

  private final Gateway gateway;
  private final int address;
  private final String channel;
  private final String session;
  private final FrameNumbers numbers;
  private @Nullable Connection connection;
  private boolean admitted;
  private boolean yielding;
  private boolean holdsBack;
  private boolean ackDue;
  private int saidBefore;
  private long notBefore;
  private long heardAt;

  /** The offset of the command that was written last; a new session counts anew. */
  private long written;

  Device(Gateway gateway, int address) {
    var settings = gateway.shared.settings;
    this.gateway = gateway;
    this.address = address;
    this.channel = DeviceSettings.fill(settings.channel(), gateway.name(), address);
    this.session = "device:" + gateway.name() + ":" + address;
    this.numbers = new FrameNumbers(settings.heartbeat());
    this.notBefore = gateway.lane.nanoTime();
  }

  Optional<Connection> connection() {
    return Optional.ofNullable(connection);
  }

  // What the device says.

  /** It lives. */
  void beat() {
    heardAt = gateway.lane.nanoTime();
    connect();
  }

  void say(int control, byte[] bytes, int from, int length) {
    heardAt = gateway.lane.nanoTime();
    var lost = gateway.shared.settings.sequence() ? numbers.next(control) : 0;
    if (lost == FrameNumbers.REPEATED) {
      gateway.happened(DeviceEvent.REPEATED_FRAMES, 1);
      return;
    }
    if (lost > 0) {
      gateway.happened(DeviceEvent.LOST_FRAMES, lost);
    }
    var to = connect();
    if (to == null) {
      gateway.happened(
          yielding ? DeviceEvent.SUPERSEDED_FRAMES : DeviceEvent.UNPUBLISHED_FRAMES, 1);
      return;
    }
    saidBefore += admitted ? 0 : 1;
    var json =
        gateway.shared.json.reading(gateway.name(), address, control, bytes, from, length, lost);
    to.received(
        new Decoded.Good(new Command.Publish(PUBLISH, channel, json, "", Durability.ACCEPTED)));
  }

  /** The connection, a new one where there is none; null: it is not the time for one. */
  private @Nullable Connection connect() {
    if (connection == null && heardAt - notBefore >= 0) {
      admitted = false;
      saidBefore = 0;
      connection = gateway.open(this, identity());
    }
    return connection;
  }

  private Identity identity() {
    var tags =
        gateway.shared.settings.tags().stream()
            .map(tag -> DeviceSettings.fill(tag, gateway.name(), address))
            .collect(Collectors.toSet());
    var attributes =
        Map.of(
            "gateway", Json.of('"' + gateway.name() + '"'),
            "address", Json.of(Integer.toString(address)));
    return new Identity(session, gateway.user(), tags, attributes, yielding);
  }

  // What the node says. Messages stay what they are on their way through the connection's outbox.

  private record Told(ServerMessage message) implements Frame {
    @Override
    public int bytes() {
      return message instanceof ServerMessage.Direct(var item) ? item.data().bytes() : OTHER_BYTES;
    }

    @Override
    public Frame retain() {
      return this;
    }

    @Override
    public void release() {}
  }

  @Override
  public Frame frame(ServerMessage message) {
    return new Told(message);
  }

  /** A device subscribes to nothing, so nothing is encoded once for many. */
  @Override
  public byte[] encode(ServerMessage message) {
    throw new IllegalStateException("a device has no subscriptions");
  }

  @Override
  public Frame frame(List<byte[]> units) {
    throw new IllegalStateException("a device has no subscriptions");
  }

  @Override
  public Encoding batched() {
    return this;
  }

  @Override
  public void write(Frame frame) {
    switch (((Told) frame).message()) {
      case ServerMessage.Connected connected -> {
        admitted = true;
        written = connected.resumed() ? written : 0;
      }
      case ServerMessage.Direct(var item) -> command(item);
      case ServerMessage.Failed(var id, var code, var _) -> failed(id, code);
      case ServerMessage.Degraded(var active) -> {
        if (!active && written > 0) {
          written(written); // what was acknowledged meanwhile was not heard, perhaps
        }
      }
      case ServerMessage.Missed _ -> gateway.happened(DeviceEvent.EXPIRED_COMMANDS, 1);
      case ServerMessage.Subscribed _,
          ServerMessage.Unsubscribed _,
          ServerMessage.Message _,
          ServerMessage.Published _,
          ServerMessage.Sent _,
          ServerMessage.Acked _,
          ServerMessage.Attributes _,
          ServerMessage.Presence _,
          ServerMessage.History _,
          ServerMessage.Ended _,
          ServerMessage.Pong _,
          ServerMessage.Reconnect _ -> {}
    }
  }

  private void failed(long id, ErrorCode code) {
    if (id == PUBLISH) {
      gateway.happened(DeviceEvent.UNPUBLISHED_FRAMES, 1);
    } else if (id == Identity.ID && !admitted) {
      gateway.happened(DeviceEvent.UNPUBLISHED_FRAMES, saidBefore);
      var held = yielding && code == ErrorCode.RESUME_REFUSED;
      notBefore = gateway.lane.nanoTime() + (held ? YIELD_NS : RETRY_NS);
      connection().ifPresent(refused -> refused.close(CloseCode.TRY_AGAIN_LATER));
    }
  }

  /** One that no frame can be made of would stand in the way of all later ones. */
  private void command(ServerMessage.Item item) {
    var frame = gateway.shared.json.command(address, item.data());
    if (frame.isPresent()) {
      gateway.happened(DeviceEvent.COMMANDS, 1);
      gateway.write(frame.get(), () -> written(item.offset()));
    } else {
      gateway.shared.observer.happened(DeviceEvent.BAD_COMMANDS, 1, session);
      written(item.offset());
    }
  }

  /** One acknowledgement for all that a turn has written. */
  private void written(long offset) {
    written = offset;
    if (!ackDue) {
      ackDue = true;
      gateway.lane.afterTurn(this::acknowledge);
    }
  }

  private void acknowledge() {
    ackDue = false;
    connection()
        .ifPresent(
            to -> to.received(new Decoded.Good(new Command.AckInbox(Command.NO_ID, written))));
  }

  @Override
  public void flush() {
    gateway.flush();
  }

  @Override
  public boolean writable() {
    return gateway.writable();
  }

  @Override
  public int unsent() {
    return gateway.unsent();
  }

  /** Frames have no ping: it is enough that the device was heard of late. */
  @Override
  public void ping() {
    if (gateway.untilSilent(heardAt) > 0) {
      connection().ifPresent(Connection::heard);
    }
  }

  @Override
  public void reading(boolean on) {
    if (holdsBack == on) {
      holdsBack = !on;
      gateway.holdBack(on ? -1 : 1);
    }
  }

  @Override
  public void close(CloseCode code) {
    reading(true);
    connection = null;
    switch (code) {
      case TAKEN_OVER -> {
        yielding = true;
        notBefore = gateway.lane.nanoTime() + YIELD_NS;
        gateway.shared.observer.happened(DeviceEvent.TAKEOVERS, 1, session);
      }
      case SERVICE_RESTART, SLOW_CONSUMER -> gateway.close(code);
      case HEARTBEAT_TIMEOUT -> {}
      default -> {
        var now = gateway.lane.nanoTime();
        notBefore = notBefore - now > RETRY_NS ? notBefore : now + RETRY_NS;
      }
    }
  }
}
