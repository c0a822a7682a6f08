package io.byssus.transport;

import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;

/**
 * Netty's, which tells what it holds of a frame that has not come as a whole, and holds no more:
 * left to itself it drops what was read only with every 16th read, which is up to 2 MB for whoever
 * sends long messages one after the other.
 */
final class FrameDecoder extends WebSocket13FrameDecoder {
  FrameDecoder(WebSocketDecoderConfig config) {
    super(config);
    setDiscardAfterReads(1);
  }

  /** In bytes of memory. */
  int pending() {
    return internalBuffer().capacity();
  }
}
