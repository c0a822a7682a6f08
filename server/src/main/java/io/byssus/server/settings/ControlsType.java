package io.byssus.server.settings;

import io.byssus.protocol.device.Controls;
import io.byssus.server.config.ByteValue;
import io.byssus.server.config.Problem;
import io.byssus.server.config.ValueType;
import io.byssus.server.config.ValueTypes;
import java.util.HashMap;

/** Names of control values. */
final class ControlsType extends ValueType<Controls> {
  @Override
  public String what() {
    return "a list of NAME=VALUE, the value from 0 to 255";
  }

  @Override
  public Controls parse(String text) {
    var values = new HashMap<String, Integer>();
    for (var item : ValueTypes.LIST.parse(text)) {
      var equals = item.indexOf('=');
      var name = item.substring(0, Math.max(0, equals)).strip();
      if (equals < 0 || values.put(name, value(item.substring(equals + 1).strip())) != null) {
        throw new IllegalArgumentException("no pair, or one name twice");
      }
    }
    try {
      return new Controls(values);
    } catch (IllegalArgumentException e) {
      throw new Refused(String.valueOf(e.getMessage()));
    }
  }

  private static Integer value(String text) {
    try {
      return ByteValue.parse(text);
    } catch (NumberFormatException e) {
      throw new Refused(Problem.quoted(text) + " is no number from 0 to 255");
    }
  }

  @Override
  public boolean list() {
    return true;
  }
}
