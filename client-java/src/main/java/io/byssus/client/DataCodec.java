package io.byssus.client;

/**
 * Turns the program's values into JSON and back, by whatever library the program has. Called on the
 * thread of the caller, or on the one of the handler; must serve several at once.
 *
 * <pre>{@code
 * // Jackson
 * new DataCodec() {
 *   public String toJson(Object value) { return mapper.writeValueAsString(value); }
 *   public <T> T fromJson(String json, Class<T> type) { return mapper.readValue(json, type); }
 * }
 * }</pre>
 */
public interface DataCodec {
  /** The JSON text of {@code value}. */
  String toJson(Object value);

  /** The value that {@code json} means. */
  <T> T fromJson(String json, Class<T> type);
}
