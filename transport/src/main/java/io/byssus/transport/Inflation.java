package io.byssus.transport;

import io.byssus.protocol.CloseCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates messages, each by itself (RFC 7692 section 7.2.2, client_no_context_takeover), and stops
 * as soon as one is larger than allowed, however little of it came over the wire.
 */
final class Inflation {

  /**
   * The end of the last block, which senders leave out, and an empty final block: the inflater only
   * gets to it if the message did not break off.
   */
  private static final byte[] END = {0, 0, -1, -1, 1, 0, 0, -1, -1};

  private static final int CHUNK = 4096;

  private static final FastThreadLocal<Inflater> INFLATERS =
      new FastThreadLocal<>() {
        @Override
        protected Inflater initialValue() {
          return new Inflater(true);
        }

        @Override
        protected void onRemoval(Inflater inflater) {
          inflater.end();
        }
      };

  private Inflation() {}

  sealed interface Outcome {}

  /** The caller owns the reference. */
  record Inflated(ByteBuf message) implements Outcome {}

  record Refused(CloseCode code) implements Outcome {}

  /** Reads {@code compressed} without moving its index. */
  static Outcome inflate(ByteBuf compressed, int maxBytes, ByteBufAllocator allocator) {
    var inflater = INFLATERS.get();
    var message = allocator.buffer();
    try {
      if (!feed(inflater, compressed.nioBuffer(), message, maxBytes)
          || !feed(inflater, ByteBuffer.wrap(END), message, maxBytes)) {
        return new Refused(CloseCode.TOO_BIG);
      }
      return inflater.finished()
          ? new Inflated(message.retain())
          : new Refused(CloseCode.INVALID_UTF8);
    } catch (DataFormatException e) {
      return new Refused(CloseCode.INVALID_UTF8);
    } finally {
      inflater.reset();
      message.release();
    }
  }

  /** False: the message is too big. */
  private static boolean feed(Inflater inflater, ByteBuffer input, ByteBuf message, int maxBytes)
      throws DataFormatException {
    inflater.setInput(input);
    while (true) {
      message.ensureWritable(CHUNK);
      var room = message.nioBuffer(message.writerIndex(), CHUNK);
      var written = inflater.inflate(room);
      message.writerIndex(message.writerIndex() + written);
      if (message.readableBytes() > maxBytes) {
        return false;
      }
      if (inflater.needsDictionary()) {
        throw new DataFormatException("a raw stream has no dictionary");
      }
      if (inflater.finished() && input.hasRemaining()) {
        // A final block may stand before the end of the message; the rest is a stream of its own.
        inflater.reset();
        inflater.setInput(input);
      } else if (written < CHUNK) {
        return true;
      }
    }
  }
}
