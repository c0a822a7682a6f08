package io.byssus.protocol;

import static io.byssus.protocol.JsonFields.need;
import static io.byssus.protocol.JsonFields.once;

import io.byssus.protocol.Command.AckChannel;
import io.byssus.protocol.Command.AckInbox;
import io.byssus.protocol.Command.Connect;
import io.byssus.protocol.Command.End;
import io.byssus.protocol.Command.GetAttributes;
import io.byssus.protocol.Command.GetHistory;
import io.byssus.protocol.Command.GetPresence;
import io.byssus.protocol.Command.Ping;
import io.byssus.protocol.Command.Pong;
import io.byssus.protocol.Command.Publish;
import io.byssus.protocol.Command.Resume;
import io.byssus.protocol.Command.Send;
import io.byssus.protocol.Command.SetAttributes;
import io.byssus.protocol.Command.Subscribe;
import io.byssus.protocol.Command.Unsubscribe;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one command. A field has one name and one type in the whole protocol, so all are read as
 * they come, before it is known what the command is; what it does not use is left.
 */
final class CommandReader {
  private final JsonFields in;
  private @Nullable String type;
  private @Nullable Long id;
  private @Nullable String token;
  private @Nullable String session;
  private @Nullable String resume;
  private @Nullable Set<String> tags;
  private @Nullable Map<String, Json> attributes;
  private @Nullable Map<String, Position> positions;
  private @Nullable Long inbox;
  private @Nullable Boolean batch;
  private @Nullable Integer heartbeat;
  private @Nullable String channel;
  private @Nullable Position position;
  private @Nullable Position after;
  private @Nullable Long limit;
  private @Nullable Json data;
  private @Nullable String dedupe;
  private @Nullable Durability durability;
  private @Nullable Target to;
  private @Nullable Long offset;

  CommandReader(JsonFields in) {
    this.in = in;
  }

  Command read() {
    in.begin();
    for (var name = in.name(); name != null; name = in.name()) {
      field(name);
    }
    in.finish();
    return command(need("type", type));
  }

  /** The id of a command that could not be read, if that much can be; else 0. */
  static long idOf(JsonFields in) {
    try {
      Long id = null;
      in.begin();
      for (var name = in.name(); name != null; name = in.name()) {
        if (name.equals("id")) {
          id = once(name, id, in.whole(name, 1, JsonScanner.WHOLE_MAX));
        } else {
          in.skip();
        }
      }
      in.finish();
      return id == null ? Command.NO_ID : id;
    } catch (Refused unreadable) {
      return Command.NO_ID;
    }
  }

  private void field(String name) {
    switch (name) {
      case "type" -> type = once(name, type, in.text(name));
      case "id" -> id = once(name, id, in.whole(name, 1, JsonScanner.WHOLE_MAX));
      case "token" -> token = once(name, token, in.text(name));
      case "session" -> session = once(name, session, in.word(name));
      case "resume" -> resume = once(name, resume, in.word(name));
      case "tags" -> tags = once(name, tags, in.words(name));
      case "attributes" -> attributes = once(name, attributes, in.attributes(name));
      case "positions" -> positions = once(name, positions, in.positions(name));
      case "inbox" -> inbox = once(name, inbox, in.whole(name));
      case "batch" -> batch = once(name, batch, in.flag(name));
      case "heartbeat" -> heartbeat = once(name, heartbeat, in.interval(name));
      case "channel" -> channel = once(name, channel, in.word(name));
      case "position" -> position = once(name, position, in.position(name));
      case "after" -> after = once(name, after, in.position(name));
      case "limit" -> limit = once(name, limit, in.whole(name, 1, Integer.MAX_VALUE));
      case "data" -> data = once(name, data, in.json());
      case "dedupe" -> dedupe = once(name, dedupe, in.text(name, Command.DEDUPE_CHARS));
      case "durability" -> durability = once(name, durability, durability(name));
      case "to" -> to = once(name, to, in.target(name));
      case "offset" -> offset = once(name, offset, in.whole(name));
      default -> in.skip();
    }
  }

  private Durability durability(String field) {
    return Durability.of(in.text(field))
        .orElseThrow(() -> Refused.expected(field, "accepted, replicated or fsynced"));
  }

  private Command command(String type) {
    return switch (type) {
      case "publish" ->
          new Publish(
              id(),
              need("channel", channel),
              need("data", data),
              dedupe == null ? "" : dedupe,
              durability == null ? Durability.ACCEPTED : durability);
      case "ack" -> ack();
      case "connect" -> connect();
      case "subscribe" ->
          new Subscribe(id(), need("channel", channel), Optional.ofNullable(position));
      case "unsubscribe" -> new Unsubscribe(id(), need("channel", channel));
      case "send" ->
          new Send(id(), need("to", to), need("data", data), dedupe == null ? "" : dedupe);
      case "set" -> set();
      case "get" -> new GetAttributes(id());
      case "presence" -> new GetPresence(id(), need("channel", channel));
      case "history" ->
          new GetHistory(
              id(),
              need("channel", channel),
              Optional.ofNullable(after),
              limit == null ? 0 : limit.intValue());
      case "end" -> new End(id());
      default -> inAnyLetterCase(type);
    };
  }

  private Command inAnyLetterCase(String type) {
    return switch (type.toLowerCase(Locale.ROOT)) {
      case "ping" -> new Ping(id(), type.equals("PING"));
      case "pong" -> new Pong(id());
      default -> throw none(type);
    };
  }

  private static Refused none(String type) {
    return switch (type) {
      case "join", "leave", "enqueue", "done" ->
          new Refused(ErrorCode.UNSUPPORTED, "type: kept for work groups");
      case "connected",
          "subscribed",
          "unsubscribed",
          "message",
          "published",
          "sent",
          "direct",
          "acked",
          "attributes",
          "ended",
          "gap",
          "degraded",
          "reconnect",
          "error",
          "task" ->
          new Refused(ErrorCode.MALFORMED, "type: only a server says this");
      default -> new Refused(ErrorCode.UNKNOWN_TYPE, "type: not known");
    };
  }

  private long id() {
    return id == null ? Command.NO_ID : id;
  }

  private Connect connect() {
    Optional<Resume> proof =
        session == null && resume == null
            ? Optional.empty()
            : Optional.of(new Resume(need("session", session), need("resume", resume)));
    return new Connect(
        id(),
        token == null ? "" : token,
        proof,
        tags == null ? Set.of() : tags,
        attributes == null ? Map.of() : attributes,
        positions == null ? Map.of() : positions,
        Optional.ofNullable(inbox),
        batch != null && batch,
        heartbeat == null ? 0 : heartbeat);
  }

  private Command ack() {
    if (channel == null && position == null) {
      return new AckInbox(id(), need("offset", offset));
    }
    return new AckChannel(id(), need("channel", channel), need("position", position));
  }

  private Command set() {
    if (tags == null) {
      need("attributes", attributes);
    }
    return new SetAttributes(
        id(), attributes == null ? Map.of() : attributes, Optional.ofNullable(tags));
  }
}
