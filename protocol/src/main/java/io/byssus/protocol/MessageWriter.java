package io.byssus.protocol;

import io.byssus.protocol.ServerMessage.Acked;
import io.byssus.protocol.ServerMessage.Attributes;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Degraded;
import io.byssus.protocol.ServerMessage.Direct;
import io.byssus.protocol.ServerMessage.Ended;
import io.byssus.protocol.ServerMessage.Failed;
import io.byssus.protocol.ServerMessage.History;
import io.byssus.protocol.ServerMessage.Message;
import io.byssus.protocol.ServerMessage.Missed;
import io.byssus.protocol.ServerMessage.Pong;
import io.byssus.protocol.ServerMessage.Presence;
import io.byssus.protocol.ServerMessage.Published;
import io.byssus.protocol.ServerMessage.Reconnect;
import io.byssus.protocol.ServerMessage.Sent;
import io.byssus.protocol.ServerMessage.Subscribed;
import io.byssus.protocol.ServerMessage.Unsubscribed;

/** Writes server messages. Java 17 has no switch over types: a test holds this complete. */
final class MessageWriter {
  private MessageWriter() {}

  static byte[] write(ServerMessage message) {
    if (message instanceof Message m) {
      var out =
          JsonWriter.message("message", 0, m.item().data().bytes())
              .text("channel", m.channel())
              .textIfAny("pattern", m.pattern());
      return out.item(m.item()).end();
    }
    if (message instanceof Direct m) {
      return JsonWriter.message("direct", 0, m.item().data().bytes()).item(m.item()).end();
    }
    if (message instanceof Published m) {
      return published(m);
    }
    if (message instanceof Acked m) {
      return JsonWriter.message("acked", m.id()).end();
    }
    if (message instanceof Pong m) {
      return JsonWriter.message(m.upperCase() ? "PONG" : "pong", m.id()).end();
    }
    if (message instanceof Connected m) {
      return connected(m);
    }
    if (message instanceof Subscribed m) {
      return subscribed(m);
    }
    if (message instanceof Unsubscribed m) {
      return JsonWriter.message("unsubscribed", m.id()).text("channel", m.channel()).end();
    }
    if (message instanceof Sent m) {
      return sent(m);
    }
    if (message instanceof Attributes m) {
      return JsonWriter.message("attributes", m.id())
          .jsons("attributes", m.attributes())
          .texts("tags", m.tags())
          .end();
    }
    if (message instanceof Presence m) {
      return presence(m);
    }
    if (message instanceof History m) {
      return history(m);
    }
    if (message instanceof Ended m) {
      return JsonWriter.message("ended", m.id()).end();
    }
    if (message instanceof Missed m) {
      var out = JsonWriter.message("gap", 0).textIfAny("channel", m.channel());
      out.text("reason", m.reason().wire());
      m.position().ifPresent(position -> out.position("position", position));
      return out.end();
    }
    if (message instanceof Degraded m) {
      return JsonWriter.message("degraded", 0).flag("active", m.active()).end();
    }
    if (message instanceof Reconnect m) {
      return JsonWriter.message("reconnect", 0)
          .number("afterMs", m.afterMs())
          .text("reason", m.reason())
          .end();
    }
    if (message instanceof Failed m) {
      return JsonWriter.message("error", m.id())
          .text("code", m.code().wire())
          .text("message", m.message())
          .flag("retryable", m.code().retryable())
          .end();
    }
    throw new AssertionError("no way to write " + message.getClass());
  }

  private static byte[] published(Published m) {
    var out = JsonWriter.message("published", m.id());
    m.position().ifPresent(position -> out.position("position", position));
    out.text("level", m.level().wire());
    if (m.duplicate()) {
      out.flag("duplicate", true);
    }
    return out.end();
  }

  private static byte[] sent(Sent m) {
    var out =
        JsonWriter.message("sent", m.id())
            .number("sessions", m.sessions())
            .numberIfAny("full", m.full());
    if (m.duplicate()) {
      out.flag("duplicate", true);
    }
    return out.end();
  }

  private static byte[] connected(Connected m) {
    return JsonWriter.message("connected", m.id(), 128)
        .text("session", m.session())
        .text("resume", m.resume())
        .textIfAny("user", m.user())
        .text("node", m.node())
        .flag("resumed", m.resumed())
        .number("ttl", m.ttlSeconds())
        .open("heartbeat")
        .number("interval", m.heartbeat().intervalSeconds())
        .number("timeout", m.heartbeat().timeoutSeconds())
        .close()
        .numberIfAny("maxMessage", m.maxMessage())
        .end();
  }

  private static byte[] subscribed(Subscribed m) {
    var out = JsonWriter.message("subscribed", m.id()).text("channel", m.channel());
    m.position().ifPresent(position -> out.position("position", position));
    return out.recovery(m.recovery())
        .numberIfAny("missed", m.missed())
        .textIfAny("by", m.by())
        .end();
  }

  private static byte[] presence(Presence m) {
    var out =
        JsonWriter.message("presence", m.id())
            .text("channel", m.channel())
            .number("total", m.total());
    out.openArray("members");
    for (var member : m.members()) {
      out.openElement().member(member).close();
    }
    return out.closeArray().end();
  }

  private static byte[] history(History m) {
    var out = JsonWriter.message("history", m.id()).text("channel", m.channel());
    out.position("top", m.top()).recovery(m.recovery()).openArray("items");
    for (var item : m.items()) {
      out.openElement().item(item).close();
    }
    return out.closeArray().end();
  }
}
