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
  private final Map<Long, ReplyHandler> pending = new LinkedHashMap<>();
  private long lastId;
  private int maxMessage = Integer.MAX_VALUE;

  Connection(Lane lane, JsonCodec codec, Transport.Socket socket) {
    this.lane = lane;
    this.codec = codec;
    this.socket = socket;
  }

  /**
   * @param bytes of the maxMessage message that the server takes: it ends the connection for good
   *     over a longer one; 0: it does not tell
   */
  void maxMessage(int bytes) {
    maxMessage = bytes == 0 ? Integer.MAX_VALUE : bytes;
  }

  void call(LongFunction<Command> command, ReplyHandler handler) {
    var id = ++lastId;
    pending.put(id, handler);
    var text = codec.encode(command.apply(id));
    if (text.length <= maxMessage) {
      send(text);
    } else {
      lane.execute(() -> tooLong(id, text.length));
    }
  }

  /** Without an answer, or one that nobody waits for. */
  void sendOneWay(Command command) {
    send(codec.encode(command));
  }

  private void send(byte[] text) {
    socket.send(new String(text, UTF_8));
  }

  private void tooLong(long id, int bytes) {
    var handler = pending.remove(id);
    if (handler != null) {
      handler.onRefused(
          ErrorCode.TOO_LARGE, "%d bytes; the server takes %d".formatted(bytes, maxMessage));
    }
  }

  /** Returns whether it was the answer to a command. */
  boolean completeCall(ServerMessage message) {
    var handler = pending.remove(message.id());
    if (handler == null) {
      return false;
    }
    if (message instanceof ServerMessage.Failed failed) {
      handler.onRefused(failed.code(), failed.message());
    } else {
      handler.onReply(message);
    }
    return true;
  }

  /** Nothing comes any more, and it is dropped as it is. */
  void abort() {
    socket.abort();
    breakPending();
  }

  /** Nothing is heard any more, and the server is told. */
  void close() {
    socket.close();
    breakPending();
  }

  private void breakPending() {
    var all = List.copyOf(pending.values());
    pending.clear();
    all.forEach(ReplyHandler::onBroken);
  }
}
