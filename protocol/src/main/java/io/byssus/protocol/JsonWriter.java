package io.byssus.protocol;

import java.io.ByteArrayOutputStream;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * Writes one JSON object, compact and in the order in which it is told; the members of attributes
 * and the like in the order of their names, so that equal messages are equal bytes. Used once, by
 * one thread.
 */
public final class JsonWriter {
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE).build();

  private final ByteArrayOutputStream bytes;
  private final JsonGenerator out;

  private JsonWriter(int capacity) {
    bytes = new ByteArrayOutputStream(capacity);
    out = JSON.createGenerator(ObjectWriteContext.empty(), bytes);
  }

  /**
   * Begins an object that is no message.
   *
   * @param more about how many bytes of payload will come
   */
  public static JsonWriter object(int more) {
    var writer = new JsonWriter(128 + more);
    writer.out.writeStartObject();
    return writer;
  }

  /** Begins a message; {@code id} 0 is left out. */
  static JsonWriter message(String type, long id) {
    return message(type, id, 0);
  }

  /**
   * @param more about how many bytes of payload will come
   */
  static JsonWriter message(String type, long id, int more) {
    var writer = object(more);
    writer.text("type", type);
    return id == 0 ? writer : writer.number("id", id);
  }

  public byte[] end() {
    out.writeEndObject();
    out.close();
    return bytes.toByteArray();
  }

  public JsonWriter text(String name, String value) {
    out.writeStringProperty(name, wellFormed(value));
    return this;
  }

  /** Left out when empty. */
  public JsonWriter textIfAny(String name, String value) {
    return value.isEmpty() ? this : text(name, value);
  }

  public JsonWriter number(String name, long value) {
    out.writeNumberProperty(name, value);
    return this;
  }

  /** Left out when 0. */
  public JsonWriter numberIfAny(String name, long value) {
    return value == 0 ? this : number(name, value);
  }

  public JsonWriter flag(String name, boolean value) {
    out.writeBooleanProperty(name, value);
    return this;
  }

  public JsonWriter json(String name, Json value) {
    out.writeName(name);
    out.writeRawValue(value.toString());
    return this;
  }

  public JsonWriter texts(String name, Collection<String> values) {
    openArray(name);
    new TreeSet<>(values).forEach(out::writeString);
    return closeArray();
  }

  public JsonWriter jsons(String name, Map<String, Json> members) {
    open(name);
    new TreeMap<>(members).forEach(this::json);
    return close();
  }

  public JsonWriter position(String name, Position position) {
    return open(name).text("epoch", position.epoch()).number("offset", position.offset()).close();
  }

  public JsonWriter positions(String name, Map<String, Position> members) {
    open(name);
    new TreeMap<>(members).forEach(this::position);
    return close();
  }

  /** The members that every item of a stream has. */
  public JsonWriter item(ServerMessage.Item item) {
    numberIfAny("offset", item.offset()).json("data", item.data());
    item.from()
        .ifPresent(from ->
            open("from").textIfAny("user", from.user()).text("session", from.session()).close());
    return this;
  }

  /** The members of one who is in a channel. */
  public JsonWriter member(ServerMessage.Member member) {
    text("session", member.session()).textIfAny("user", member.user());
    return member.attributes().isEmpty() ? this : jsons("attributes", member.attributes());
  }

  /** Whether what was asked for was read on from without a hole; nothing when it was not asked. */
  public JsonWriter recovery(Recovery recovery) {
    if (recovery instanceof Recovery.Complete) {
      flag("recovered", true);
    } else if (recovery instanceof Recovery.Lost lost) {
      flag("recovered", false).text("reason", lost.reason().wire());
    }
    return this;
  }

  public JsonWriter open(String name) {
    out.writeObjectPropertyStart(name);
    return this;
  }

  public JsonWriter close() {
    out.writeEndObject();
    return this;
  }

  public JsonWriter openArray(String name) {
    out.writeArrayPropertyStart(name);
    return this;
  }

  /** Begins an object as the array's next element. */
  public JsonWriter openElement() {
    out.writeStartObject();
    return this;
  }

  public JsonWriter closeArray() {
    out.writeEndArray();
    return this;
  }

  /** Half a surrogate pair, which UTF-8 cannot carry, becomes the replacement character. */
  private static String wellFormed(String text) {
    if (JsonScanner.wholePairs(text)) {
      return text;
    }
    var points = text.codePoints().map(c -> c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c).toArray();
    return new String(points, 0, points.length);
  }
}
