package io.byssus.api;

import io.byssus.core.channel.Broker;
import io.byssus.core.channel.Broker.Outcome.Stored;
import io.byssus.core.delivery.Router.Routed;
import io.byssus.core.node.NodeView;
import io.byssus.core.operations.Answer;
import io.byssus.core.presence.PresenceStore;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.JsonWriter;
import java.util.List;
import java.util.Locale;

/** The bodies of answers. */
final class Replies {
  private Replies() {}

  /** The same for every request that was not done, or of which nobody knows. */
  static byte[] error(ErrorCode code, String message) {
    return error(JsonWriter.object(0), code, message).end();
  }

  static JsonWriter error(JsonWriter out, ErrorCode code, String message) {
    return out.open("error").text("code", code.wire()).text("message", message).close();
  }

  /** A status, and what goes with it: for answers that hold several. */
  static <T> JsonWriter each(JsonWriter out, Answer<T> answer, Body<T> body) {
    switch (answer) {
      case Answer.Done<T>(var value) -> body.write(out.number("status", Status.OK), value);
      case Answer.Rejected<T>(var code, var message) ->
          error(out.number("status", Status.of(code)), code, message);
      case Answer.Unknown<T>(var message) ->
          error(out.number("status", Status.of(ErrorCode.UNKNOWN)), ErrorCode.UNKNOWN, message);
    }
    return out;
  }

  /** Writes the members of an object. */
  @FunctionalInterface
  interface Body<T> {
    void write(JsonWriter out, T value);
  }

  static void published(JsonWriter out, Stored stored) {
    stored.position().ifPresent(position -> out.position("position", position));
    out.text("level", stored.level().wire());
    if (stored.duplicate()) {
      out.flag("duplicate", true);
    }
  }

  static void sent(JsonWriter out, Routed routed) {
    out.number("sessions", routed.sessions())
        .number("attached", routed.attached())
        .numberIfAny("full", routed.full());
    if (routed.duplicate()) {
      out.flag("duplicate", true);
    }
  }

  static void history(JsonWriter out, Broker.Page page) {
    out.position("top", page.top()).recovery(page.recovery()).openArray("items");
    for (var item : page.items()) {
      out.openElement().item(item).close();
    }
    out.closeArray();
  }

  static void presence(JsonWriter out, PresenceStore.Page page) {
    out.number("total", page.total()).openArray("members");
    for (var member : page.members()) {
      out.openElement().member(member).close();
    }
    out.closeArray();
  }

  static void nodes(JsonWriter out, List<NodeView> nodes) {
    out.openArray("nodes");
    for (var node : nodes) {
      out.openElement()
          .text("name", node.owner().node())
          .text("incarnation", node.owner().incarnation())
          .text("state", node.state().name().toLowerCase(Locale.ROOT))
          .text("address", node.address())
          .text("version", node.version())
          .number("uptimeSeconds", node.uptime().toSeconds())
          .number("connections", node.connections())
          .number("sessions", node.sessions())
          .flag("ready", node.ready())
          .flag("self", node.self())
          .close();
    }
    out.closeArray();
  }
}
