package io.byssus.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The native protocol in JSON, as {@code spec/protocol.md} has it: commands and server messages
 * from and to UTF-8 text. Reading never throws, whatever the bytes are; writing gives for equal
 * messages equal bytes, on one line. Stateless: one instance serves all threads.
 */
public final class JsonCodec {
  private final JsonLimits limits;
  private final JsonScanner.Factory scanners;

  public JsonCodec() {
    this(JsonLimits.DEFAULTS);
  }

  public JsonCodec(JsonLimits limits) {
    this.limits = limits;
    this.scanners = new JsonScanner.Factory(limits);
  }

  public Decoded command(byte[] utf8) {
    return command(utf8, 0, utf8.length);
  }

  public Decoded command(byte[] utf8, int from, int length) {
    try {
      return new Decoded.Good(new CommandReader(fields(utf8, from, length)).read());
    } catch (Refused refused) {
      return new Decoded.Bad(idOf(utf8, from, length), refused.code(), refused.words());
    }
  }

  /** The id may stand behind the fault. Only bad commands are read twice. */
  private long idOf(byte[] utf8, int from, int length) {
    try {
      return CommandReader.idOf(fields(utf8, from, length));
    } catch (Refused refused) {
      return Command.NO_ID;
    }
  }

  public List<Decoded> commands(byte[] utf8) {
    return commands(utf8, 0, utf8.length);
  }

  /**
   * The commands of a frame that holds one a line; blank lines are nothing. Each line stands for
   * itself: a bad one does not spoil the next. Those beyond the limit are one bad command together.
   */
  public List<Decoded> commands(byte[] utf8, int from, int length) {
    var commands = new ArrayList<Decoded>();
    var end = from + length;
    for (var line = from; line < end; ) {
      var next = line;
      var blank = true;
      while (next < end && utf8[next] != '\n') {
        blank &= utf8[next] == ' ' || utf8[next] == '\t' || utf8[next] == '\r';
        next++;
      }
      if (!blank && commands.size() == limits.batchLines()) {
        commands.add(
            new Decoded.Bad(
                Command.NO_ID,
                ErrorCode.TOO_LARGE,
                "a frame holds at most " + limits.batchLines() + " commands"));
        return commands;
      }
      if (!blank) {
        commands.add(command(utf8, line, next - line));
      }
      line = next + 1;
    }
    return commands;
  }

  public Received serverMessage(byte[] utf8) {
    return serverMessage(utf8, 0, utf8.length);
  }

  public Received serverMessage(byte[] utf8, int from, int length) {
    try {
      return new Received.Good(new MessageReader(fields(utf8, from, length)).read());
    } catch (Refused refused) {
      return new Received.Bad(refused.code(), refused.words());
    }
  }

  public byte[] encode(ServerMessage message) {
    return MessageWriter.write(message);
  }

  public byte[] encode(Command command) {
    return CommandWriter.write(command);
  }

  /** A value from foreign bytes, on one line and within the limits; empty if they are none. */
  public Optional<Json> value(byte[] utf8) {
    try {
      var in = fields(utf8, 0, utf8.length);
      var value = in.json();
      in.finish();
      return Optional.of(value);
    } catch (Refused refused) {
      return Optional.empty();
    }
  }

  /** For what is no message: whoever reads the fields hears of {@link Refused}. */
  public JsonFields fields(byte[] utf8) {
    return fields(utf8, 0, utf8.length);
  }

  private JsonFields fields(byte[] utf8, int from, int length) {
    return new JsonFields(new JsonScanner(utf8, from, length, scanners));
  }
}
