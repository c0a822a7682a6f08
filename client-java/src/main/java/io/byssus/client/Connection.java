package io.byssus.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.JsonCodec;
import io.byssus.protocol.ServerMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * One try to be connected, and what comes of it: a socket, and the commands that it owes an answer.
 * Confined to the lane.
 */
final class Connection {
  private final Lane lane;
  private final JsonCodec codec;
  private final Transport.Socket socket;
  private final Map<Long, Answer> owed = new LinkedHashMap<>();
  private long lastId;
  private int longest = Integer.MAX_VALUE;

  Connection(Lane lane, JsonCodec codec, Transport.Socket socket) {
    this.lane = lane;
    this.codec = codec;
    this.socket = socket;
  }

  /**
   * @param bytes of the longest message that the server takes: it ends the connection for good over
   *     a longer one; 0: it does not tell
   */
  void longest(int bytes) {
    longest = bytes == 0 ? Integer.MAX_VALUE : bytes;
  }

  void ask(LongFunction<Command> command, Answer answer) {
    var id = ++lastId;
    owed.put(id, answer);
    var text = codec.encode(command.apply(id));
    if (text.length <= longest) {
      send(text);
    } else {
      lane.execute(() -> tooLong(id, text.length));
    }
  }

  /** Without an answer, or one that nobody waits for. */
  void say(Command command) {
    send(codec.encode(command));
  }

  private void send(byte[] text) {
    socket.send(new String(text, UTF_8));
  }

  private void tooLong(long id, int bytes) {
    var answer = owed.remove(id);
    if (answer != null) {
      answer.refused(
          ErrorCode.TOO_LARGE, "%d bytes; the server takes %d".formatted(bytes, longest));
    }
  }

  /** Returns whether it was the answer to a command. */
  boolean answered(ServerMessage message) {
    var answer = owed.remove(message.id());
    if (answer == null) {
      return false;
    }
    if (message instanceof ServerMessage.Failed failed) {
      answer.refused(failed.code(), failed.message());
    } else {
      answer.reply(message);
    }
    return true;
  }

  /** Nothing comes any more, and it is dropped as it is. */
  void abort() {
    socket.abort();
    owe();
  }

  /** Nothing is heard any more, and the server is told. */
  void close() {
    socket.close();
    owe();
  }

  private void owe() {
    var all = List.copyOf(owed.values());
    owed.clear();
    all.forEach(Answer::broken);
  }
}
