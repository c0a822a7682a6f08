package io.byssus.transport;

import io.netty.channel.Channel;

/** What a channel was given to write and the kernel has not taken. */
final class Unsent {
  private Unsent() {}

  /** In bytes, with what Netty counts for each buffer itself. */
  static int of(Channel channel) {
    var waiting = channel.unsafe().outboundBuffer();
    return waiting == null
        ? 0
        : (int) Math.min(Integer.MAX_VALUE, waiting.totalPendingWriteBytes());
  }
}
