package io.byssus.server.config;

import io.byssus.server.config.Form.Refused;
import java.util.Locale;

/**
 * One key that can be set.
 *
 * @param path with dots; an asterisk stands for a name that the operator chooses
 * @param optional whether it has no default
 */
record Entry(String path, Key key, Form<?> form, boolean optional) {
  /** Throws {@link Refused} with what is expected. */
  Object parse(String text) {
    return parse(form, text);
  }

  private <T> Object parse(Form<T> form, String text) {
    try {
      var value = form.parse().apply(text);
      if (fits(form, value)) {
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

  private <T> boolean fits(Form<T> form, T value) {
    var measure = form.measure().applyAsLong(value);
    return (key.min().isEmpty() || measure >= form.bound().applyAsLong(key.min()))
        && (key.max().isEmpty() || measure <= form.bound().applyAsLong(key.max()));
  }

  private String expected() {
    return "expected " + (range().isEmpty() ? form.what() : form.what() + ", " + range());
  }

  /** What is allowed, in a few words. */
  String allowed() {
    return range().isEmpty() ? form.what() : range();
  }

  private String range() {
    if (key.max().isEmpty()) {
      return "";
    }
    var unit = form == Forms.TEXT ? "characters" : key.unit();
    return (key.min() + " to " + key.max() + " " + unit).strip();
  }

  boolean secret() {
    return form == Forms.SECRET;
  }

  boolean list() {
    return form == Forms.LIST || form == Forms.NETWORKS;
  }

  /** The environment variable; an asterisk stays one. */
  String variable() {
    return "BYSSUS_" + path.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }
}
