package io.byssus.protocol;

import io.byssus.protocol.Command.Resume;
import io.byssus.protocol.ServerMessage.Item;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A message with everything written out that the wire leaves out: what the vectors call {@code
 * decoded}. Made from the records alone, apart from the codec.
 */
final class Meaning {
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("AckInbox", "ack"),
          Map.entry("AckChannel", "ack"),
          Map.entry("SetAttributes", "set"),
          Map.entry("GetAttributes", "get"),
          Map.entry("GetPresence", "presence"),
          Map.entry("GetHistory", "history"),
          Map.entry("Missed", "gap"),
          Map.entry("Failed", "error"));

  private static final Map<String, String> NAMES =
      Map.of("ttlSeconds", "ttl", "intervalSeconds", "interval", "timeoutSeconds", "timeout");

  private Meaning() {}

  static JsonNode of(Record message) {
    var kind = message.getClass().getSimpleName();
    var out = Spec.JSON.createObjectNode();
    out.put("type", TYPES.getOrDefault(kind, kind.toLowerCase(Locale.ROOT)));
    members(out, message);
    if (message instanceof ServerMessage.Failed failed) {
      out.put("retryable", failed.code().retryable());
    }
    // As if read from a file: an int and a long of one value are not equal as nodes.
    return Spec.JSON.readTree(out.toString());
  }

  private static void members(ObjectNode out, Record record) {
    for (var component : record.getClass().getRecordComponents()) {
      member(out, component.getName(), value(record, component));
    }
  }

  private static void member(ObjectNode out, String name, Object value) {
    switch (value) {
      case Recovery recovery -> {
        switch (recovery) {
          case Recovery.NotAsked() -> out.putNull("recovered").putNull("reason");
          case Recovery.Complete() -> out.put("recovered", true).putNull("reason");
          case Recovery.Lost(var reason) ->
              out.put("recovered", false).put("reason", reason.wire());
        }
      }
      case Item item when name.equals("item") -> members(out, item);
      case Optional<?> resume when name.equals("resume") -> {
        var proof = resume.map(Resume.class::cast);
        out.put("session", proof.map(Resume::session).orElse(null));
        out.put("resume", proof.map(Resume::token).orElse(null));
      }
      case Integer seconds when name.equals("heartbeatSeconds") -> {
        if (seconds == 0) {
          out.putNull("heartbeat");
        } else {
          out.putObject("heartbeat").put("interval", seconds);
        }
      }
      default -> out.set(NAMES.getOrDefault(name, name), node(value));
    }
  }

  private static JsonNode node(Object value) {
    return switch (value) {
      case Optional<?> optional ->
          optional.map(Meaning::node).orElseGet(() -> Spec.JSON.getNodeFactory().nullNode());
      case Json json -> Spec.JSON.readTree(json.utf8());
      case Durability level -> node(level.wire());
      case Gap reason -> node(reason.wire());
      case ErrorCode code -> node(code.wire());
      case Target.ToSession(var session) -> Spec.JSON.createObjectNode().put("session", session);
      case Target.ToUser(var user) -> Spec.JSON.createObjectNode().put("user", user);
      case Target.ToTag(var tag) -> Spec.JSON.createObjectNode().put("tag", tag);
      case Record record -> {
        var out = Spec.JSON.createObjectNode();
        members(out, record);
        yield out;
      }
      case Map<?, ?> map -> {
        var out = Spec.JSON.createObjectNode();
        map.forEach((name, member) -> out.set((String) name, node(member)));
        yield out;
      }
      case Set<?> set -> array(new TreeSet<Object>(set));
      case List<?> list -> array(list);
      default -> Spec.JSON.valueToTree(value);
    };
  }

  private static ArrayNode array(Iterable<?> values) {
    var out = Spec.JSON.createArrayNode();
    values.forEach(value -> out.add(node(value)));
    return out;
  }

  private static Object value(Record record, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
