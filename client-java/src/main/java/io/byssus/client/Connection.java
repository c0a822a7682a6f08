package io.byssus.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.byssus.protocol.Command;
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
  private final JsonCodec codec;
  private final Transport.Socket socket;
  private final Map<Long, Answer> owed = new LinkedHashMap<>();
  private long lastId;

  Connection(JsonCodec codec, Transport.Socket socket) {
    this.codec = codec;
    this.socket = socket;
  }

  void ask(LongFunction<Command> command, Answer answer) {
    var id = ++lastId;
    owed.put(id, answer);
    say(command.apply(id));
  }

  /** Without an answer, or one that nobody waits for. */
  void say(Command command) {
    socket.send(new String(codec.encode(command), UTF_8));
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
