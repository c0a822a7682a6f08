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
final class JsonWriter {
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE).build();

  private final ByteArrayOutputStream bytes;
  private final JsonGenerator out;

  private JsonWriter(int capacity) {
    bytes = new ByteArrayOutputStream(capacity);
    out = JSON.createGenerator(ObjectWriteContext.empty(), bytes);
  }

  /** Begins a message; {@code id} 0 is left out. */
  static JsonWriter message(String type, long id) {
    return message(type, id, 0);
  }

  /**
   * @param more about how many bytes of payload will come
   */
  static JsonWriter message(String type, long id, int more) {
    var writer = new JsonWriter(128 + more);
    writer.out.writeStartObject();
    writer.text("type", type);
    return id == 0 ? writer : writer.number("id", id);
  }

  byte[] end() {
    out.writeEndObject();
    out.close();
    return bytes.toByteArray();
  }

  JsonWriter text(String name, String value) {
    out.writeStringProperty(name, wellFormed(value));
    return this;
  }

  /** Left out when empty. */
  JsonWriter textIfAny(String name, String value) {
    return value.isEmpty() ? this : text(name, value);
  }

  JsonWriter number(String name, long value) {
    out.writeNumberProperty(name, value);
    return this;
  }

  /** Left out when 0. */
  JsonWriter numberIfAny(String name, long value) {
    return value == 0 ? this : number(name, value);
  }

  JsonWriter flag(String name, boolean value) {
    out.writeBooleanProperty(name, value);
    return this;
  }

  JsonWriter json(String name, Json value) {
    out.writeName(name);
    out.writeRawValue(value.toString());
    return this;
  }

  JsonWriter texts(String name, Collection<String> values) {
    openArray(name);
    new TreeSet<>(values).forEach(out::writeString);
    return closeArray();
  }

  JsonWriter jsons(String name, Map<String, Json> members) {
    open(name);
    new TreeMap<>(members).forEach(this::json);
    return close();
  }

  JsonWriter position(String name, Position position) {
    return open(name).text("epoch", position.epoch()).number("offset", position.offset()).close();
  }

  JsonWriter positions(String name, Map<String, Position> members) {
    open(name);
    new TreeMap<>(members).forEach(this::position);
    return close();
  }

  JsonWriter open(String name) {
    out.writeObjectPropertyStart(name);
    return this;
  }

  JsonWriter close() {
    out.writeEndObject();
    return this;
  }

  JsonWriter openArray(String name) {
    out.writeArrayPropertyStart(name);
    return this;
  }

  /** Begins an object as the array's next element. */
  JsonWriter openElement() {
    out.writeStartObject();
    return this;
  }

  JsonWriter closeArray() {
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
