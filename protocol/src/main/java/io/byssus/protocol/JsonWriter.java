package io.byssus.protocol;

import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Writes one JSON object, compact and in the order in which it is told; the members of attributes
 * and the like in the order of their names, so that equal messages are equal bytes. Strings are
 * escaped as {@code JSON.stringify} does. Used once, by one thread.
 */
final class JsonWriter {
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  private byte[] out;
  private int length;

  private JsonWriter(int capacity) {
    out = new byte[capacity];
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
    writer.put('{');
    writer.text("type", type);
    return id == 0 ? writer : writer.number("id", id);
  }

  byte[] end() {
    put('}');
    return Arrays.copyOf(out, length);
  }

  JsonWriter text(String name, String value) {
    name(name);
    string(value);
    return this;
  }

  /** Left out when empty. */
  JsonWriter textIfAny(String name, String value) {
    return value.isEmpty() ? this : text(name, value);
  }

  JsonWriter number(String name, long value) {
    name(name);
    digits(value);
    return this;
  }

  /** Left out when 0. */
  JsonWriter numberIfAny(String name, long value) {
    return value == 0 ? this : number(name, value);
  }

  JsonWriter flag(String name, boolean value) {
    name(name);
    ascii(value ? "true" : "false");
    return this;
  }

  JsonWriter json(String name, Json value) {
    name(name);
    raw(value);
    return this;
  }

  JsonWriter texts(String name, Collection<String> values) {
    openArray(name);
    for (var value : new TreeSet<>(values)) {
      element();
      string(value);
    }
    return closeArray();
  }

  JsonWriter jsons(String name, Map<String, Json> members) {
    open(name);
    for (var member : new TreeMap<>(members).entrySet()) {
      quotedName(member.getKey());
      raw(member.getValue());
    }
    return close();
  }

  JsonWriter position(String name, Position position) {
    return open(name).text("epoch", position.epoch()).number("offset", position.offset()).close();
  }

  JsonWriter positions(String name, Map<String, Position> members) {
    open(name);
    for (var member : new TreeMap<>(members).entrySet()) {
      quotedName(member.getKey());
      put('{');
      text("epoch", member.getValue().epoch()).number("offset", member.getValue().offset()).close();
    }
    return close();
  }

  JsonWriter open(String name) {
    name(name);
    put('{');
    return this;
  }

  JsonWriter close() {
    put('}');
    return this;
  }

  JsonWriter openArray(String name) {
    name(name);
    put('[');
    return this;
  }

  /** Begins an object as the array's next element. */
  JsonWriter openElement() {
    element();
    put('{');
    return this;
  }

  JsonWriter closeArray() {
    put(']');
    return this;
  }

  /**
   * @param name one of ours: nothing to escape
   */
  private void name(String name) {
    comma('{');
    put('"');
    ascii(name);
    put('"');
    put(':');
  }

  private void quotedName(String name) {
    comma('{');
    string(name);
    put(':');
  }

  private void element() {
    comma('[');
  }

  private void comma(char opening) {
    if (out[length - 1] != opening) {
      put(',');
    }
  }

  private void raw(Json value) {
    ensure(value.bytes());
    System.arraycopy(value.utf8(), 0, out, length, value.bytes());
    length += value.bytes();
  }

  private void digits(long value) {
    ascii(Long.toString(value));
  }

  private void string(String value) {
    put('"');
    for (var i = 0; i < value.length(); i++) {
      var c = value.charAt(i);
      if (c >= ' ' && c < 0x80 && c != '"' && c != '\\') {
        put(c);
      } else if (c < 0x80) {
        escaped(c);
      } else if (c < 0x800) {
        put(0xC0 | c >> 6);
        put(0x80 | c & 0x3F);
      } else if (!Character.isSurrogate(c)) {
        put(0xE0 | c >> 12);
        put(0x80 | c >> 6 & 0x3F);
        put(0x80 | c & 0x3F);
      } else if (pairAt(value, i)) {
        var point = Character.toCodePoint(c, value.charAt(++i));
        put(0xF0 | point >> 18);
        put(0x80 | point >> 12 & 0x3F);
        put(0x80 | point >> 6 & 0x3F);
        put(0x80 | point & 0x3F);
      } else {
        unicode(c);
      }
    }
    put('"');
  }

  private static boolean pairAt(String value, int i) {
    return i + 1 < value.length()
        && Character.isSurrogatePair(value.charAt(i), value.charAt(i + 1));
  }

  private void escaped(char c) {
    switch (c) {
      case '"', '\\' -> escape(c);
      case '\b' -> escape('b');
      case '\f' -> escape('f');
      case '\n' -> escape('n');
      case '\r' -> escape('r');
      case '\t' -> escape('t');
      case 0x7F -> put(c);
      default -> unicode(c);
    }
  }

  private void escape(char c) {
    put('\\');
    put(c);
  }

  private void unicode(char c) {
    escape('u');
    for (var shift = 12; shift >= 0; shift -= 4) {
      put(HEX[c >> shift & 0xF]);
    }
  }

  private void ascii(String text) {
    ensure(text.length());
    for (var i = 0; i < text.length(); i++) {
      out[length++] = (byte) text.charAt(i);
    }
  }

  private void put(int b) {
    ensure(1);
    out[length++] = (byte) b;
  }

  private void ensure(int more) {
    if (out.length - length < more) {
      out = Arrays.copyOf(out, Math.max(out.length * 2, length + more));
    }
  }
}
