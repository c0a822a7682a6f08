package io.byssus.core.connection;

import io.byssus.protocol.ServerMessage;
import java.util.List;

/**
 * How messages become bytes on some connections: protocol, batching, compression. Instances are
 * few, shared and stateless; connections with the same instance can be sent the same {@link Frame}.
 */
public interface Encoding {
  /** One message as bytes that {@link #frame} can put side by side. From any thread. */
  byte[] encode(ServerMessage message);

  /** {@code units}, in order, as one block for one write. The caller owns the reference. */
  Frame frame(List<byte[]> units);

  /** The encoding for a client that asked for several messages in a frame. */
  Encoding batched();

  default Frame frame(ServerMessage message) {
    return frame(List.of(encode(message)));
  }
}
