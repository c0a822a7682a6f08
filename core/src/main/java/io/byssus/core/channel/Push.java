package io.byssus.core.channel;

import io.byssus.core.connection.Encoding;
import io.byssus.protocol.ServerMessage;
import io.byssus.protocol.ServerMessage.Item;
import org.jspecify.annotations.Nullable;

/**
 * One publication on its way to the subscriptions of all lanes: encoded (and compressed) once for
 * each encoding, by whichever lane needs it first. Thread-safe.
 */
final class Push {
  private final ServerMessage.Message message;
  private @Nullable Encoded newest;

  Push(String channel, String pattern, Item item) {
    message = new ServerMessage.Message(channel, pattern, item);
  }

  Item item() {
    return message.item();
  }

  synchronized byte[] encoded(Encoding encoding) {
    for (var known = newest; known != null; known = known.older) {
      if (known.encoding == encoding) {
        return known.bytes;
      }
    }
    newest = new Encoded(encoding, encoding.encode(message), newest);
    return newest.bytes;
  }

  private record Encoded(Encoding encoding, byte[] bytes, @Nullable Encoded older) {}
}
