package io.byssus.protocol;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * Walks once over a JSON text (RFC 8259, strictly, in valid UTF-8) with Jackson's parser and hands
 * out its parts as the caller asks for them. Whatever comes next is consumed whole, also when it is
 * not of the kind that was asked for; what is not JSON ends in {@link Refused}. Bounds the depth,
 * and the length of names and numbers.
 *
 * <p>The text is decoded first and parsed as characters, with Jackson's table of member names
 * switched off. That table is shared by all parsers and pays off when names repeat; payloads are
 * foreign, and when they are keyed by ids it is copied for every message: one of 130 bytes with a
 * new name was seen to cost 55 times as much as one without, at the sender's choice.
 */
final class JsonScanner implements AutoCloseable {
  static final long NONE = -1;

  /** The largest whole number that every JSON reader has exactly (RFC 7493 section 2.2). */
  static final long WHOLE_MAX = (1L << 53) - 1;

  private final char[] text;
  private final JsonParser in;
  private final JsonLimits limits;

  /**
   * The value that comes next when it was looked at already, to see whether the array had ended.
   */
  private @Nullable JsonToken ahead;

  JsonScanner(byte[] utf8, int from, int length, Factory factory) {
    text = decode(utf8, from, length);
    limits = factory.limits;
    in = factory.json.createParser(ObjectReadContext.empty(), text, 0, text.length);
  }

  /** Makes the parsers of a codec: Jackson set up for {@link JsonLimits}. */
  static final class Factory {
    private final JsonLimits limits;
    private final JsonFactory json;

    Factory(JsonLimits limits) {
      this.limits = limits;
      this.json =
          JsonFactory.builder()
              .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(limits.depth())
                      .maxNameLength(limits.nameBytes())
                      .maxNumberLength(limits.numberBytes())
                      .build())
              .build();
    }
  }

  private static char[] decode(byte[] utf8, int from, int length) {
    try {
      var decoder = StandardCharsets.UTF_8.newDecoder(); // reports what is malformed
      CharBuffer chars = decoder.decode(ByteBuffer.wrap(utf8, from, length));
      var text = new char[chars.remaining()];
      chars.get(text);
      return text;
    } catch (CharacterCodingException e) {
      throw new Refused(ErrorCode.MALFORMED, "not valid UTF-8");
    }
  }

  /** Enters the object that comes next; false: something else came. */
  boolean object() {
    return enter(JsonToken.START_OBJECT);
  }

  /** Enters the array that comes next; false: something else came. */
  boolean array() {
    return enter(JsonToken.START_ARRAY);
  }

  /** The name of the object's next member, whose value comes next; null: the object has ended. */
  @Nullable String name() {
    if (advance() == JsonToken.END_OBJECT) {
      return null;
    }
    var name = in.currentName();
    if (name == null || !wholePairs(name)) {
      throw notJson();
    }
    return name;
  }

  /** Whether the array has another element, which comes next. */
  boolean element() {
    var next = advance();
    if (next == JsonToken.END_ARRAY) {
      return false;
    }
    ahead = next;
    return true;
  }

  /** The string that comes next; null: something else came, or half a surrogate pair is in it. */
  @Nullable String string() {
    if (value() != JsonToken.VALUE_STRING) {
      passOver();
      return null;
    }
    var string = guarded(in::getString);
    return wholePairs(string) ? string : null;
  }

  /** The whole number from 0 to 2^53 - 1 that comes next, or {@link #NONE}. */
  long whole() {
    if (value() != JsonToken.VALUE_NUMBER_INT) {
      passOver();
      return NONE;
    }
    passOver();
    var digits = guarded(in::getString);
    if (digits.startsWith("-") || digits.length() > 16) {
      return NONE;
    }
    var value = Long.parseLong(digits);
    return value <= WHOLE_MAX ? value : NONE;
  }

  /** The boolean that comes next; null: something else came. */
  @Nullable Boolean bool() {
    var next = value();
    passOver();
    return next == JsonToken.VALUE_TRUE
        ? Boolean.TRUE
        : next == JsonToken.VALUE_FALSE ? Boolean.FALSE : null;
  }

  /**
   * The value that comes next as it was written, except that a line break between its tokens is now
   * a space: a message is always one line.
   */
  Json raw() {
    value();
    var from = (int) in.currentTokenLocation().getCharOffset();
    passOver();
    var to = (int) in.currentLocation().getCharOffset();
    var value = CharBuffer.wrap(text, from, to - from).toString();
    return Json.of(value.replace('\n', ' ').replace('\r', ' '));
  }

  /** Passes over the value that comes next, whatever it is. */
  void skip() {
    value();
    passOver();
  }

  /** Nothing may follow. */
  void finish() {
    if (guarded(in::nextToken) != null) {
      throw notJson();
    }
  }

  @Override
  public void close() {
    in.close();
  }

  private boolean enter(JsonToken start) {
    if (value() == start) {
      return true;
    }
    passOver();
    return false;
  }

  /** Goes to the value that comes next. */
  private JsonToken value() {
    var seen = ahead;
    ahead = null;
    return seen == null ? advance() : seen;
  }

  /** From the first token of a value to its last. */
  private void passOver() {
    var depth = 0;
    for (var token = in.currentToken(); ; token = advance()) {
      if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      } else if (token.isNumeric() && in.getStringLength() > limits.numberBytes()) {
        throw new Refused(
            ErrorCode.TOO_LARGE, "a number is longer than " + limits.numberBytes() + " bytes");
      }
      if (depth == 0) {
        guarded(this::finishToken);
        return;
      }
    }
  }

  /** Strings are read lazily; only then does the parser stand behind them. */
  private boolean finishToken() {
    in.finishToken();
    return true;
  }

  private JsonToken advance() {
    var token = guarded(in::nextToken);
    if (token == null) {
      throw notJson();
    }
    return token;
  }

  @FunctionalInterface
  private interface Step<T extends @Nullable Object> {
    T take();
  }

  private <T extends @Nullable Object> T guarded(Step<T> step) {
    try {
      return step.take();
    } catch (StreamConstraintsException e) {
      throw new Refused(
          ErrorCode.TOO_LARGE,
          "nests deeper than "
              + limits.depth()
              + " levels, or has a name longer than "
              + limits.nameBytes());
    } catch (JacksonException e) {
      throw notJson();
    }
  }

  static boolean wholePairs(String text) {
    for (var i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return false;
      }
    }
    return true;
  }

  private Refused notJson() {
    return new Refused(
        ErrorCode.MALFORMED, "not valid JSON at character " + in.currentLocation().getCharOffset());
  }
}
