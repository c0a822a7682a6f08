package io.byssus.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One JSON value as its UTF-8 text, on one line, passed through unread. From foreign bytes it comes
 * through {@link JsonCodec}, which has read them first; it is immutable as long as nobody writes to
 * {@link #utf8()}.
 */
public final class Json {
  public static final Json NULL = Json.of("null");

  private final byte[] utf8;

  private Json(byte[] utf8) {
    this.utf8 = utf8;
  }

  /** Wraps {@code utf8}, which is neither copied nor checked. */
  public static Json wrap(byte[] utf8) {
    return new Json(utf8);
  }

  /** The value whose JSON text is {@code text}, unchecked: {@code Json.of("{\"a\":1}")}. */
  public static Json of(String text) {
    return new Json(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The JSON text, to read only. */
  public byte[] utf8() {
    return utf8;
  }

  /** Length of the JSON text in bytes. */
  public int bytes() {
    return utf8.length;
  }

  public boolean isNull() {
    return equals(NULL);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Json json && Arrays.equals(utf8, json.utf8);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(utf8);
  }

  @Override
  public String toString() {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
