package io.byssus.transport;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.zip.Deflater;

/**
 * Compresses messages, each by itself (RFC 7692 section 7.2.1, server_no_context_takeover), so that
 * the result fits every connection that negotiated it. From any thread.
 */
final class Deflation {
  private static final int TAIL_BYTES = 4;

  private final TransportSettings.Deflate settings;

  /** A deflater holds a quarter of a megabyte, so it is used again. */
  private final BlockingQueue<Deflater> idle =
      new ArrayBlockingQueue<>(2 * Runtime.getRuntime().availableProcessors());

  Deflation(TransportSettings.Deflate settings) {
    this.settings = settings;
  }

  /** Whether a message of that many bytes is worth it. */
  boolean worthwhile(int bytes) {
    return bytes >= settings.thresholdBytes();
  }

  /** {@code message} as deflate blocks, without the 00 00 FF FF that would end them. */
  byte[] compress(byte[] message) {
    var deflater = idle.poll();
    if (deflater == null) {
      deflater = new Deflater(settings.level(), true);
    }
    try {
      return compress(deflater, message);
    } finally {
      deflater.reset();
      if (!idle.offer(deflater)) {
        deflater.end();
      }
    }
  }

  private static byte[] compress(Deflater deflater, byte[] message) {
    deflater.setInput(message);
    var out = new ByteArrayOutputStream(message.length / 2 + 64);
    var chunk = new byte[Math.min(message.length + 64, 16 << 10)];
    int length;
    do {
      length = deflater.deflate(chunk, 0, chunk.length, Deflater.SYNC_FLUSH);
      out.write(chunk, 0, length);
    } while (length == chunk.length);
    var blocks = out.toByteArray();
    return Arrays.copyOf(blocks, blocks.length - TAIL_BYTES);
  }
}
