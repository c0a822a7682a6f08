package io.byssus.redis;

import io.byssus.protocol.Json;
import io.byssus.protocol.Sender;
import io.byssus.protocol.ServerMessage.Item;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * A message as it lies in a stream and travels by Pub/Sub: a version, the sender, and the data as
 * the rest. The place of a publication, EPOCH-OFFSET, stands beside it.
 *
 * <pre>
 *   1 byte   version: 1 without a sender, 2 with one
 *   2, n     length and UTF-8 of the user   } version 2 only
 *   2, n     length and UTF-8 of the session }
 *   rest     JSON
 * </pre>
 */
final class Envelope {
  private static final byte ANONYMOUS = 1;
  private static final byte SENT = 2;

  private Envelope() {}

  static byte[] of(Json data, Optional<Sender> from) {
    var json = data.utf8();
    if (from.isEmpty()) {
      return ByteBuffer.allocate(1 + json.length).put(ANONYMOUS).put(json).array();
    }
    var user = Packed.utf8(from.get().user());
    var session = Packed.utf8(from.get().session());
    return ByteBuffer.allocate(1 + 2 + user.length + 2 + session.length + json.length)
        .put(SENT)
        .putShort((short) user.length)
        .put(user)
        .putShort((short) session.length)
        .put(session)
        .put(json)
        .array();
  }

  /** The item at {@code offset}; throws {@link Packed.Malformed}. */
  static Item item(long offset, byte[] envelope) {
    return item(offset, ByteBuffer.wrap(envelope));
  }

  private static Item item(long offset, ByteBuffer envelope) {
    var version = envelope.hasRemaining() ? envelope.get() : 0;
    var from =
        switch (version) {
          case ANONYMOUS -> Optional.<Sender>empty();
          case SENT -> Optional.of(new Sender(text(envelope), text(envelope)));
          default -> throw new Packed.Malformed("no envelope of a known version");
        };
    if (!envelope.hasRemaining()) {
      throw new Packed.Malformed("an envelope without data");
    }
    var json = new byte[envelope.remaining()];
    envelope.get(json);
    return new Item(offset, Json.wrap(json), from);
  }

  private static String text(ByteBuffer from) {
    var length = from.remaining() < 2 ? -1 : from.getShort() & 0xFFFF;
    if (length < 0 || length > from.remaining()) {
      throw new Packed.Malformed("a sender is cut off");
    }
    var text = new byte[length];
    from.get(text);
    return Packed.text(text);
  }

  /** Where a publication stands; the epoch is a number in Redis. */
  record Place(long epoch, long offset) {
    static Place of(byte[] id) {
      return of(id, 0, id.length);
    }

    private static Place of(byte[] id, int from, int to) {
      for (int i = from; i < to; i++) {
        if (id[i] == '-') {
          return new Place(number(id, from, i), number(id, i + 1, to));
        }
      }
      throw new Packed.Malformed("no place of a publication");
    }

    private static long number(byte[] digits, int from, int to) {
      long number = 0;
      if (from == to || to - from > 18) {
        throw new Packed.Malformed("not a number");
      }
      for (int i = from; i < to; i++) {
        if (digits[i] < '0' || digits[i] > '9') {
          throw new Packed.Malformed("not a number");
        }
        number = number * 10 + digits[i] - '0';
      }
      return number;
    }

    /** As clients see it; empty on an ephemeral channel. */
    String epochName() {
      return epoch == 0 ? "" : Long.toString(epoch, Character.MAX_RADIX);
    }
  }

  /** What {@link Place#epochName} was made of; empty for what it cannot have made. */
  static Optional<Long> epoch(String name) {
    if (name.isEmpty() || name.length() > 11) {
      return Optional.empty();
    }
    long epoch = 0;
    for (int i = 0; i < name.length(); i++) {
      var digit = Character.digit(name.charAt(i), Character.MAX_RADIX);
      if (digit < 0 || name.charAt(i) > 'z') {
        return Optional.empty();
      }
      epoch = epoch * Character.MAX_RADIX + digit;
    }
    return Long.toString(epoch, Character.MAX_RADIX).equals(name)
        ? Optional.of(epoch)
        : Optional.empty();
  }

  /** What is heard of a publication: {@code EPOCH-OFFSET envelope}. */
  record Heard(Place place, Item item) {
    static Heard of(byte[] message, int from) {
      var space = space(message, from);
      var place = Place.of(message, from, space);
      var envelope = ByteBuffer.wrap(message, space + 1, message.length - space - 1);
      return new Heard(place, Envelope.item(place.offset, envelope));
    }
  }

  /** Where the next space is. */
  static int space(byte[] message, int from) {
    for (int i = from; i < message.length; i++) {
      if (message[i] == ' ') {
        return i;
      }
    }
    throw new Packed.Malformed("a message of one word");
  }

  /** The first word, of {@code CHANNEL EPOCH-OFFSET envelope}. */
  static String word(byte[] message) {
    return Packed.text(Arrays.copyOf(message, space(message, 0)));
  }
}
