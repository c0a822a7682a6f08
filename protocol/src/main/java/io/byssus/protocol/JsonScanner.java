package io.byssus.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Walks once over a JSON text (RFC 8259, strictly, in valid UTF-8) and hands out its parts as the
 * caller asks for them. Whatever comes next is consumed whole, also when it is not of the kind that
 * was asked for; what is not JSON ends in {@link Refused}. Bounds the depth, and the length of
 * names and numbers.
 *
 * <p>This is our own because payloads pass through unread. A general parser keeps the member names
 * that it meets in one table for all parsers, which pays off when names repeat; payloads are
 * foreign, and when they are keyed by ids that table is copied for every message. With Jackson 3.2
 * a message of 130 bytes with one new name cost 55 times as much as one without, at the sender's
 * choice. The tests hold this class against Jackson instead.
 */
final class JsonScanner {
  static final long NONE = -1;

  /** The largest whole number that every JSON reader has exactly (RFC 7493 section 2.2). */
  static final long WHOLE_MAX = (1L << 53) - 1;

  private static final int END = -1;
  private static final int ESCAPES = 1;
  private static final int BEYOND_ASCII = 2;

  private final byte[] in;
  private final int start;
  private final int end;
  private final JsonLimits limits;
  private int at;
  private int depth;
  private boolean first;

  JsonScanner(byte[] in, int from, int length, JsonLimits limits) {
    this.in = in;
    this.start = from;
    this.end = from + length;
    this.limits = limits;
    this.at = from;
  }

  /** Enters the object that comes next; false: something else came. */
  boolean object() {
    return enter('{');
  }

  /** Enters the array that comes next; false: something else came. */
  boolean array() {
    return enter('[');
  }

  /** The name of the object's next member, whose value comes next; null: the object has ended. */
  @Nullable String name() {
    if (!another('}')) {
      return null;
    }
    if (peek() != '"') {
      throw notJson();
    }
    var from = ++at;
    var found = quoted();
    var length = at - 1 - from;
    var known = KnownNames.find(in, from, length);
    var name = known == null ? text(found, from, length) : known;
    endOfName(length);
    if (name == null) {
      throw notJson();
    }
    return name;
  }

  /** Whether the array has another element, which comes next. */
  boolean element() {
    return another(']');
  }

  /** The string that comes next; null: something else came, or half a surrogate pair is in it. */
  @Nullable String string() {
    if (peek() != '"') {
      skip();
      return null;
    }
    var from = ++at;
    var found = quoted();
    return text(found, from, at - 1 - from);
  }

  /** The whole number from 0 to 2^53 - 1 that comes next, or {@link #NONE}. */
  long whole() {
    if (!digit(peek())) {
      skip();
      return NONE;
    }
    var from = at;
    number();
    if (at == end) {
      // Cut off perhaps within its digits: the object around it has not ended.
      throw notJson();
    }
    return wholeBetween(from, at);
  }

  /** The boolean that comes next; null: something else came. */
  @Nullable Boolean bool() {
    var next = peek();
    skip();
    return next == 't' ? Boolean.TRUE : next == 'f' ? Boolean.FALSE : null;
  }

  /**
   * The value that comes next as it was written, except that a line break between its tokens is now
   * a space: a message is always one line.
   */
  Json raw() {
    peek();
    var from = at;
    skip();
    var value = Arrays.copyOfRange(in, from, at);
    for (var i = 0; i < value.length; i++) {
      if (value[i] == '\n' || value[i] == '\r') {
        value[i] = ' ';
      }
    }
    return Json.wrap(value);
  }

  /** Passes over the value that comes next, whatever it is. */
  void skip() {
    switch (peek()) {
      case '{' -> {
        open();
        while (another('}')) {
          skipName();
          skip();
        }
      }
      case '[' -> {
        open();
        while (another(']')) {
          skip();
        }
      }
      case '"' -> {
        at++;
        quoted();
      }
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      default -> throw notJson();
    }
  }

  /** Nothing may follow. */
  void finish() {
    if (peek() != END) {
      throw notJson();
    }
  }

  private boolean enter(char bracket) {
    if (peek() != bracket) {
      skip();
      return false;
    }
    open();
    return true;
  }

  private void open() {
    at++;
    first = true;
    if (++depth > limits.depth()) {
      throw tooLarge("nests deeper than " + limits.depth() + " levels");
    }
  }

  private boolean another(char bracket) {
    var next = peek();
    if (next == bracket) {
      at++;
      depth--;
      first = false;
      return false;
    }
    if (!first) {
      if (next != ',') {
        throw notJson();
      }
      at++;
    }
    first = false;
    return true;
  }

  private void skipName() {
    if (peek() != '"') {
      throw notJson();
    }
    var from = ++at;
    quoted();
    endOfName(at - 1 - from);
  }

  private void endOfName(int length) {
    if (length > limits.nameBytes()) {
      throw tooLarge("a name is longer than " + limits.nameBytes() + " bytes");
    }
    if (peek() != ':') {
      throw notJson();
    }
    at++;
  }

  private @Nullable String text(int found, int from, int length) {
    if ((found & ESCAPES) != 0) {
      return Unescaper.unescape(in, from, length);
    }
    return new String(
        in, from, length, found == 0 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
  }

  /** From behind the opening quote to behind the closing one; tells what was in between. */
  private int quoted() {
    var found = 0;
    for (var i = at; i < end; i++) {
      var b = in[i];
      if (b == '"') {
        at = i + 1;
        return found;
      }
      if (b == '\\') {
        found |= ESCAPES;
        i = escape(i);
      } else if (b < 0) {
        found |= BEYOND_ASCII;
        i = beyondAscii(i);
      } else if (b < ' ') {
        throw notJsonAt(i);
      }
    }
    throw notJsonAt(end);
  }

  /** The last byte of the escape that begins at {@code i}. */
  private int escape(int i) {
    if (i + 1 >= end) {
      throw notJsonAt(end);
    }
    switch (in[i + 1]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
        return i + 1;
      }
      case 'u' -> {
        for (var hex = i + 2; hex < i + 6; hex++) {
          if (hex >= end || Character.digit(in[hex], 16) < 0) {
            throw notJsonAt(Math.min(hex, end));
          }
        }
        return i + 5;
      }
      default -> throw notJsonAt(i + 1);
    }
  }

  /** The last byte of the character that begins at {@code i} (RFC 3629 section 4). */
  private int beyondAscii(int i) {
    var lead = in[i] & 0xFF;
    var tails = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    if (lead < 0xC2 || lead > 0xF4 || i + tails >= end) {
      throw notJsonAt(i);
    }
    var second = in[i + 1] & 0xFF;
    var overlong = lead == 0xE0 && second < 0xA0 || lead == 0xF0 && second < 0x90;
    var surrogate = lead == 0xED && second > 0x9F;
    var beyondUnicode = lead == 0xF4 && second > 0x8F;
    if (overlong || surrogate || beyondUnicode) {
      throw notJsonAt(i);
    }
    for (var tail = i + 1; tail <= i + tails; tail++) {
      if ((in[tail] & 0xC0) != 0x80) {
        throw notJsonAt(i);
      }
    }
    return i + tails;
  }

  private void number() {
    var from = at;
    if (in[at] == '-') {
      at++;
    }
    if (at < end && in[at] == '0') {
      at++;
    } else {
      digits();
    }
    if (at < end && in[at] == '.') {
      at++;
      digits();
    }
    if (at < end && (in[at] == 'e' || in[at] == 'E')) {
      at++;
      if (at < end && (in[at] == '+' || in[at] == '-')) {
        at++;
      }
      digits();
    }
    if (at - from > limits.numberBytes()) {
      throw tooLarge("a number is longer than " + limits.numberBytes() + " bytes");
    }
  }

  private void digits() {
    var from = at;
    while (at < end && digit(in[at])) {
      at++;
    }
    if (at == from) {
      throw notJson();
    }
  }

  private long wholeBetween(int from, int to) {
    if (to - from > 16) {
      return NONE;
    }
    var value = 0L;
    for (var i = from; i < to; i++) {
      if (!digit(in[i])) {
        return NONE;
      }
      value = value * 10 + (in[i] - '0');
    }
    return value <= WHOLE_MAX ? value : NONE;
  }

  private static boolean digit(int b) {
    return b >= '0' && b <= '9';
  }

  private void literal(String word) {
    for (var i = 0; i < word.length(); i++, at++) {
      if (at == end || in[at] != word.charAt(i)) {
        throw notJson();
      }
    }
  }

  /** The next byte that is not white space, or {@link #END}. */
  private int peek() {
    while (at < end) {
      var b = in[at];
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        // A byte beyond ASCII can only stand in a string; as 0 it is taken for nothing else.
        return Math.max(b, 0);
      }
      at++;
    }
    return END;
  }

  private Refused notJson() {
    return notJsonAt(at);
  }

  private Refused notJsonAt(int where) {
    return new Refused(ErrorCode.MALFORMED, "not valid JSON at byte " + (where - start));
  }

  private static Refused tooLarge(String what) {
    return new Refused(ErrorCode.TOO_LARGE, what);
  }
}
