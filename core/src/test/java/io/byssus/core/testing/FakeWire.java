package io.byssus.core.testing;

import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Frame;
import io.byssus.protocol.ServerMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * An encoding that keeps the messages themselves, with sizes near those of JSON, and counts the
 * references of its frames: at the end of a test {@link #unreleased} is 0.
 */
public final class FakeWire implements Encoding {
  public static final int ENVELOPE_BYTES = 60;

  private final List<ServerMessage> messages = new ArrayList<>();
  private int unreleased;
  private int encoded;
  private Predicate<List<ServerMessage>> poison = messages -> false;

  /** From here on there is no memory for a frame that holds what {@code poison} finds. */
  public void refuseToFrame(Predicate<List<ServerMessage>> poison) {
    this.poison = poison;
  }

  @Override
  public byte[] encode(ServerMessage message) {
    encoded++;
    messages.add(message);
    return ByteBuffer.allocate(ENVELOPE_BYTES + dataBytes(message))
        .putInt(messages.size() - 1)
        .array();
  }

  private static int dataBytes(ServerMessage message) {
    return switch (message) {
      case ServerMessage.Message(var channel, var pattern, var item) -> item.data().bytes();
      case ServerMessage.Direct(var item) -> item.data().bytes();
      default -> 0;
    };
  }

  @Override
  public Frame frame(List<byte[]> units) {
    var inside = units.stream().map(unit -> messages.get(ByteBuffer.wrap(unit).getInt())).toList();
    if (poison.test(inside)) {
      throw new OutOfMemoryError("planted");
    }
    unreleased++;
    return new FakeFrame(inside, units.stream().mapToInt(unit -> unit.length).sum());
  }

  @Override
  public Encoding batched() {
    return this;
  }

  /** Frames that somebody still holds. */
  public int unreleased() {
    return unreleased;
  }

  /** How many messages were encoded so far. */
  public int encoded() {
    return encoded;
  }

  public static List<ServerMessage> messages(Frame frame) {
    return ((FakeFrame) frame).messages;
  }

  private final class FakeFrame implements Frame {
    private final List<ServerMessage> messages;
    private final int bytes;
    private int references = 1;

    FakeFrame(List<ServerMessage> messages, int bytes) {
      this.messages = messages;
      this.bytes = bytes;
    }

    @Override
    public int bytes() {
      return bytes;
    }

    @Override
    public Frame retain() {
      mustLive();
      references++;
      return this;
    }

    @Override
    public void release() {
      mustLive();
      if (--references == 0) {
        unreleased--;
      }
    }

    private void mustLive() {
      if (references <= 0) {
        throw new AssertionError("a frame is used after its release");
      }
    }
  }
}
