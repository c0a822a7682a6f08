package io.byssus.api;

import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Frame;
import io.byssus.protocol.JsonWriter;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one watch as server-sent events (HTML standard, section 9.2). The id of each is
 * the position from which to go on, so that whoever comes back with {@code Last-Event-ID} misses
 * nothing. Remembers the epoch that was told last: one instance for each watch, on its lane.
 */
final class ServerSentEvents implements Encoding {
  private @Nullable String epoch;

  /** Ready bytes; the garbage collector looks after them. */
  record Bytes(byte[] all) implements Frame {
    @Override
    public int bytes() {
      return all.length;
    }

    @Override
    public Frame retain() {
      return this;
    }

    @Override
    public void release() {}
  }

  @Override
  public byte[] encode(ServerMessage message) {
    return switch (message) {
      case ServerMessage.Message(var _, var pattern, var item) -> {
        var id =
            epoch == null || item.offset() == 0
                ? Optional.<Position>empty()
                : Optional.of(new Position(epoch, item.offset()));
        var out = JsonWriter.object(item.data().bytes());
        if (!pattern.isEmpty()) {
          out.text("pattern", pattern);
        }
        yield event("", id, out.item(item));
      }
      case ServerMessage.Subscribed(
              var _,
              var channel,
              var position,
              var recovery,
              var _,
              var _) -> {
        position.ifPresent(at -> epoch = at.epoch());
        var out = JsonWriter.object(0).text("channel", channel);
        position.ifPresent(at -> out.position("position", at));
        yield event("subscribed", position, out.recovery(recovery));
      }
      case ServerMessage.Missed(var channel, var reason, var position) -> {
        position.ifPresent(at -> epoch = at.epoch());
        var out = JsonWriter.object(0).text("channel", channel).text("reason", reason.wire());
        position.ifPresent(at -> out.position("position", at));
        yield event("gap", position, out);
      }
      default -> throw new IllegalArgumentException("no watch hears " + message.getClass());
    };
  }

  private static byte[] event(String name, Optional<Position> id, JsonWriter data) {
    var event = new ByteArrayOutputStream(256);
    if (!name.isEmpty()) {
      event.writeBytes(("event: " + name + "\n").getBytes(StandardCharsets.US_ASCII));
    }
    id.ifPresent(
        at -> event.writeBytes(("id: " + Query.show(at) + "\n").getBytes(StandardCharsets.UTF_8)));
    event.writeBytes("data: ".getBytes(StandardCharsets.US_ASCII));
    event.writeBytes(data.end());
    event.writeBytes("\n\n".getBytes(StandardCharsets.US_ASCII));
    return event.toByteArray();
  }

  @Override
  public Frame frame(List<byte[]> units) {
    if (units.size() == 1) {
      return new Bytes(units.getFirst());
    }
    var all = new ByteArrayOutputStream();
    units.forEach(all::writeBytes);
    return new Bytes(all.toByteArray());
  }

  @Override
  public Encoding batched() {
    return this;
  }
}
