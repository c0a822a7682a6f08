package io.byssus.api;

import static io.byssus.protocol.JsonFields.need;
import static io.byssus.protocol.JsonFields.once;

import io.byssus.protocol.Command;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.JsonFields;
import io.byssus.protocol.Refused;
import io.byssus.protocol.Target;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a body asks for; a line of a batch says by its {@code type} which of the two. A field has
 * one name and one type in the whole protocol, so all are read as they come.
 */
sealed interface Asked {
  int CHANNELS_MAX = 100;

  /**
   * @param many whether an answer is given for each channel
   */
  record Publish(
      List<String> channels, boolean many, Json data, String dedupe, Durability durability)
      implements Asked {}

  record Send(Target to, Json data, String dedupe) implements Asked {}

  static Publish publish(JsonFields in) {
    return new Reader(in, false).publish();
  }

  static Send send(JsonFields in) {
    return new Reader(in, false).send();
  }

  static Asked line(JsonFields in) {
    return new Reader(in, true).line();
  }

  /** Reads one body; a field that there is not is refused, so that a typo is not overlooked. */
  final class Reader {
    private @Nullable String type;
    private @Nullable String channel;
    private @Nullable Set<String> channels;
    private @Nullable Target to;
    private @Nullable Json data;
    private @Nullable String dedupe;
    private @Nullable Durability durability;

    private Reader(JsonFields in, boolean typed) {
      in.begin();
      for (var name = in.name(); name != null; name = in.name()) {
        switch (name) {
          case "channel" -> channel = once(name, channel, in.word(name));
          case "channels" -> channels = once(name, channels, in.words(name));
          case "to" -> to = once(name, to, in.onlyTarget(name));
          case "data" -> data = once(name, data, in.json());
          case "dedupe" -> dedupe = once(name, dedupe, in.text(name, Command.DEDUPE_CHARS));
          case "durability" -> durability = once(name, durability, durability(in, name));
          case "type" -> {
            if (!typed) {
              throw noField();
            }
            type = once(name, type, in.text(name));
          }
          default -> throw noField();
        }
      }
      in.finish();
    }

    private static Refused noField() {
      return new Refused(ErrorCode.MALFORMED, "the body has a field that there is not");
    }

    private static Durability durability(JsonFields in, String field) {
      return Durability.of(in.text(field))
          .orElseThrow(() -> Refused.expected(field, "accepted, replicated or fsynced"));
    }

    Asked line() {
      return switch (need("type", type)) {
        case "publish" -> publish();
        case "send" -> send();
        default -> throw new Refused(ErrorCode.UNKNOWN_TYPE, "type: expected publish or send");
      };
    }

    Publish publish() {
      if (to != null) {
        throw new Refused(ErrorCode.MALFORMED, "to: a publication has channels");
      }
      if ((channel == null) == (channels == null)) {
        throw new Refused(ErrorCode.MALFORMED, "expected one of channel and channels");
      }
      if (channels != null && (channels.isEmpty() || channels.size() > CHANNELS_MAX)) {
        throw Refused.expected("channels", "1 to " + CHANNELS_MAX + " names");
      }
      return new Publish(
          channel == null ? List.copyOf(need("channels", channels)) : List.of(channel),
          channels != null,
          need("data", data),
          dedupe == null ? "" : dedupe,
          durability == null ? Durability.ACCEPTED : durability);
    }

    Send send() {
      if (channel != null || channels != null || durability != null) {
        throw new Refused(ErrorCode.MALFORMED, "a directed message has to, data and dedupe");
      }
      return new Send(need("to", to), need("data", data), dedupe == null ? "" : dedupe);
    }
  }
}
