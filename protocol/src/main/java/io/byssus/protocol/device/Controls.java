package io.byssus.protocol.device;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The names of some control values, one each. */
public final class Controls {
  public static final Controls NONE = new Controls(Map.of());

  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0,63}");

  private final Map<String, Integer> values;
  private final Map<Integer, String> names = new HashMap<>();

  /**
   * @param values by name; throws IllegalArgumentException, with a message for whoever wrote it, if
   *     a name is none, a value not from 0 to 255, or two names have the same
   */
  public Controls(Map<String, Integer> values) {
    this.values = Map.copyOf(values);
    values.forEach((name, value) -> {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "a name begins with a letter and has letters, digits, dots, dashes and underscores");
      }
      if (value < 0 || value > 255) {
        throw new IllegalArgumentException("the value of " + name + " is not from 0 to 255");
      }
      var other = names.put(value, name);
      if (other != null) {
        throw new IllegalArgumentException(other + " and " + name + " have the same value");
      }
    });
  }

  public Optional<String> name(int control) {
    return Optional.ofNullable(names.get(control));
  }

  public Optional<Integer> value(String name) {
    return Optional.ofNullable(values.get(name));
  }
}
