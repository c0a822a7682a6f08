package io.byssus.protocol;

import static io.byssus.protocol.JsonFields.need;
import static io.byssus.protocol.JsonFields.once;

import io.byssus.protocol.ServerMessage.Acked;
import io.byssus.protocol.ServerMessage.Attributes;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Degraded;
import io.byssus.protocol.ServerMessage.Direct;
import io.byssus.protocol.ServerMessage.Ended;
import io.byssus.protocol.ServerMessage.Failed;
import io.byssus.protocol.ServerMessage.HeartbeatNumbers;
import io.byssus.protocol.ServerMessage.History;
import io.byssus.protocol.ServerMessage.Item;
import io.byssus.protocol.ServerMessage.Member;
import io.byssus.protocol.ServerMessage.Message;
import io.byssus.protocol.ServerMessage.Missed;
import io.byssus.protocol.ServerMessage.Pong;
import io.byssus.protocol.ServerMessage.Presence;
import io.byssus.protocol.ServerMessage.Published;
import io.byssus.protocol.ServerMessage.Reconnect;
import io.byssus.protocol.ServerMessage.Sent;
import io.byssus.protocol.ServerMessage.Subscribed;
import io.byssus.protocol.ServerMessage.Unsubscribed;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one server message, for clients. The server may be newer: where it uses a word that we do
 * not know, the nearest one that promises less is taken.
 */
final class MessageReader {
  private final JsonFields in;
  private @Nullable String type;
  private @Nullable Long id;
  private @Nullable String session;
  private @Nullable String resume;
  private @Nullable String user;
  private @Nullable String node;
  private @Nullable Boolean resumed;
  private @Nullable Long ttl;
  private @Nullable HeartbeatNumbers heartbeat;
  private @Nullable Long maxMessage;
  private @Nullable String channel;
  private @Nullable String pattern;
  private @Nullable Position position;
  private @Nullable Position top;
  private @Nullable Boolean recovered;
  private @Nullable String reason;
  private @Nullable Long missed;
  private @Nullable String by;
  private @Nullable Long offset;
  private @Nullable Json data;
  private @Nullable Sender from;
  private @Nullable String level;
  private @Nullable Boolean duplicate;
  private @Nullable Long sessions;
  private @Nullable Long full;
  private @Nullable Map<String, Json> attributes;
  private @Nullable Set<String> tags;
  private @Nullable Long total;
  private @Nullable List<Member> members;
  private @Nullable List<Item> items;
  private @Nullable Boolean active;
  private @Nullable Long afterMs;
  private @Nullable String code;
  private @Nullable String message;
  private @Nullable Boolean retryable;

  MessageReader(JsonFields in) {
    this.in = in;
  }

  ServerMessage read() {
    in.begin();
    for (var name = in.name(); name != null; name = in.name()) {
      field(name);
    }
    in.finish();
    return message(need("type", type));
  }

  private void field(String name) {
    switch (name) {
      case "type" -> type = once(name, type, in.text(name));
      case "id" -> id = once(name, id, in.whole(name));
      case "session" -> session = once(name, session, in.text(name));
      case "resume" -> resume = once(name, resume, in.text(name));
      case "user" -> user = once(name, user, in.text(name));
      case "node" -> node = once(name, node, in.text(name));
      case "resumed" -> resumed = once(name, resumed, in.flag(name));
      case "ttl" -> ttl = once(name, ttl, in.whole(name));
      case "heartbeat" -> heartbeat = once(name, heartbeat, in.heartbeat(name));
      case "maxMessage" -> maxMessage = once(name, maxMessage, count(name));
      case "channel" -> channel = once(name, channel, in.text(name));
      case "pattern" -> pattern = once(name, pattern, in.text(name));
      case "position" -> position = once(name, position, in.position(name));
      case "top" -> top = once(name, top, in.position(name));
      case "recovered" -> recovered = once(name, recovered, in.flag(name));
      case "reason" -> reason = once(name, reason, in.text(name));
      case "missed" -> missed = once(name, missed, count(name));
      case "by" -> by = once(name, by, in.text(name));
      case "offset" -> offset = once(name, offset, in.whole(name));
      case "data" -> data = once(name, data, in.json());
      case "from" -> from = once(name, from, in.sender(name));
      case "level" -> level = once(name, level, in.text(name));
      case "duplicate" -> duplicate = once(name, duplicate, in.flag(name));
      case "sessions" -> sessions = once(name, sessions, count(name));
      case "full" -> full = once(name, full, count(name));
      case "attributes" -> attributes = once(name, attributes, in.attributes(name));
      case "tags" -> tags = once(name, tags, in.words(name));
      case "total" -> total = once(name, total, count(name));
      case "members" -> members = once(name, members, in.members(name));
      case "items" -> items = once(name, items, in.items(name));
      case "active" -> active = once(name, active, in.flag(name));
      case "afterMs" -> afterMs = once(name, afterMs, in.whole(name));
      case "code" -> code = once(name, code, in.text(name));
      case "message" -> message = once(name, message, in.text(name));
      case "retryable" -> retryable = once(name, retryable, in.flag(name));
      default -> in.skip();
    }
  }

  private Long count(String field) {
    return in.whole(field, 0, Integer.MAX_VALUE);
  }

  private ServerMessage message(String type) {
    return switch (type) {
      case "message" -> new Message(need("channel", channel), orEmpty(pattern), item());
      case "direct" -> new Direct(item());
      case "published" ->
          new Published(id(), Optional.ofNullable(position), level(), isTrue(duplicate));
      case "acked" -> new Acked(id());
      case "pong" -> new Pong(id(), false);
      case "PONG" -> new Pong(id(), true);
      case "connected" -> connected();
      case "subscribed" ->
          new Subscribed(
              id(),
              need("channel", channel),
              Optional.ofNullable(position),
              recovery(),
              (int) orZero(missed),
              orEmpty(by));
      case "unsubscribed" -> new Unsubscribed(id(), need("channel", channel));
      case "sent" ->
          new Sent(
              id(), need("sessions", sessions).intValue(), (int) orZero(full), isTrue(duplicate));
      case "attributes" -> new Attributes(id(), need("attributes", attributes), need("tags", tags));
      case "presence" ->
          new Presence(
              id(), need("channel", channel), (int) orZero(total), need("members", members));
      case "history" ->
          new History(
              id(), need("channel", channel), need("top", top), recovery(), need("items", items));
      case "ended" -> new Ended(id());
      case "gap" ->
          new Missed(orEmpty(channel), gap(need("reason", reason)), Optional.ofNullable(position));
      case "degraded" -> new Degraded(need("active", active));
      case "reconnect" -> new Reconnect(need("afterMs", afterMs), orEmpty(reason));
      case "error" -> new Failed(id(), code(need("code", code)), orEmpty(message));
      default -> throw new Refused(ErrorCode.UNKNOWN_TYPE, "type: not known");
    };
  }

  private Connected connected() {
    return new Connected(
        id(),
        need("session", session),
        need("resume", resume),
        orEmpty(user),
        orEmpty(node),
        need("resumed", resumed),
        need("ttl", ttl),
        need("heartbeat", heartbeat),
        (int) orZero(maxMessage));
  }

  private Item item() {
    return new Item(orZero(offset), need("data", data), Optional.ofNullable(from));
  }

  private Recovery recovery() {
    if (recovered == null) {
      return Recovery.NOT_ASKED;
    }
    return recovered ? Recovery.COMPLETE : new Recovery.Lost(gap(need("reason", reason)));
  }

  private static Gap gap(String wire) {
    return Gap.of(wire).orElse(Gap.OVERFLOW);
  }

  private Durability level() {
    return Durability.of(need("level", level)).orElse(Durability.ACCEPTED);
  }

  private ErrorCode code(String wire) {
    return ErrorCode.of(wire)
        .orElse(isTrue(retryable) ? ErrorCode.UNAVAILABLE : ErrorCode.UNSUPPORTED);
  }

  private long id() {
    return orZero(id);
  }

  private static boolean isTrue(@Nullable Boolean flag) {
    return flag != null && flag;
  }

  private static long orZero(@Nullable Long value) {
    return value == null ? 0 : value;
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
