package io.byssus.server.config;

import io.byssus.server.config.ValueType.Refused;
import java.util.Locale;

/**
 * All that is known of one key. All texts are written as an operator would write them.
 *
 * @param path with dots; an asterisk stands for a name that the operator chooses
 * @param doc what it is for, and what follows when a bound is met
 * @param brief a short environment variable besides the one that follows from the path; may be
 *     empty
 * @param byDefault of an optional key: what holds without a value
 * @param min the least value; of a text its length, of a list its size; empty: any
 * @param unit what is counted, where the type does not tell
 * @param optional whether it has no default
 */
record Entry<T>(
    String path,
    String doc,
    String brief,
    ValueType<T> type,
    String byDefault,
    String min,
    String max,
    String unit,
    boolean optional) {
  /** Throws {@link Refused} with what is expected. */
  T parse(String text) {
    try {
      var value = type.parse(text);
      if (fits(value)) {
        return value;
      }
    } catch (Refused e) {
      throw e;
    } catch (IllegalArgumentException | ArithmeticException e) {
      // What is expected says more to an operator than the exception does.
      throw new Refused(expected());
    }
    throw new Refused(expected());
  }

  private boolean fits(T value) {
    if (max.isEmpty()) {
      return true;
    }
    var measure = type.measure(value);
    return measure >= type.bound(min) && measure <= type.bound(max);
  }

  private String expected() {
    return "expected " + (range().isEmpty() ? type.what() : type.what() + ", " + range());
  }

  /** What is allowed, in a few words. */
  String allowed() {
    return range().isEmpty() ? type.what() : range();
  }

  private String range() {
    return max.isEmpty() ? "" : (min + " to " + max + " " + unit).strip();
  }

  boolean list() {
    return type.list();
  }

  /** The environment variable; an asterisk stays one. */
  String variable() {
    return "BYSSUS_" + path.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }
}
