package io.byssus.protocol.device;

import io.byssus.protocol.Json;
import java.util.Base64;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * Frames as the clients of a server see them: what a device said as the data of a publication, and
 * what it is told as the data of a directed message ({@code spec/device-frame.md}).
 */
public final class DeviceJson {
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES).build();

  private final Controls controls;
  private final boolean numbered;

  /**
   * @param numbered whether control numbers what a device says: then only commands have names
   */
  public DeviceJson(Controls controls, boolean numbered) {
    this.controls = controls;
    this.numbered = numbered;
  }

  /**
   * A frame that a device sent.
   *
   * @param gateway letters, digits, dots, dashes and underscores
   * @param lost how many frames are missing before it, by their numbers
   */
  public Json reading(
      String gateway, int address, int control, byte[] bytes, int from, int length, int lost) {
    var data = new byte[length];
    System.arraycopy(bytes, from, data, 0, length);
    var text = new StringBuilder(96 + length * 4 / 3);
    text.append("{\"gateway\":\"").append(gateway).append("\",\"address\":").append(address);
    text.append(",\"control\":").append(control);
    name(control).ifPresent(name -> text.append(",\"name\":\"").append(name).append('"'));
    text.append(",\"data\":\"").append(Base64.getEncoder().encodeToString(data)).append('"');
    if (lost > 0) {
      text.append(",\"lost\":").append(lost);
    }
    return Json.of(text.append('}').toString());
  }

  private Optional<String> name(int control) {
    return numbered ? Optional.empty() : controls.name(control);
  }

  /**
   * The frame that a command for the device at {@code address} asks for; empty if it asks for none:
   * it is an object with {@code control}, a number from 0 to 255 or a name, and maybe {@code data},
   * at most 255 bytes in Base64. Members of other names mean nothing.
   */
  public Optional<DeviceFrame> command(int address, Json command) {
    try (var in = JSON.createParser(ObjectReadContext.empty(), command.utf8())) {
      return in.nextToken() == JsonToken.START_OBJECT ? read(address, in) : Optional.empty();
    } catch (JacksonException | IllegalArgumentException e) {
      return Optional.empty(); // no JSON, no Base64, or more of it than a frame holds
    }
  }

  private Optional<DeviceFrame> read(int address, JsonParser in) {
    var control = Optional.<Integer>empty();
    var data = new byte[0];
    while (in.nextToken() == JsonToken.PROPERTY_NAME) {
      var member = in.currentName();
      var value = in.nextToken();
      if (member.equals("control")) {
        control = control(in, value);
      } else if (member.equals("data")) {
        if (value != JsonToken.VALUE_STRING) {
          return Optional.empty();
        }
        data = Base64.getDecoder().decode(in.getString());
      } else {
        in.skipChildren();
      }
    }
    var bytes = data;
    return control.map(value -> new DeviceFrame(address, value, bytes));
  }

  private Optional<Integer> control(JsonParser in, JsonToken value) {
    return switch (value) {
      case VALUE_NUMBER_INT -> Optional.of(in.getIntValue());
      case VALUE_STRING -> controls.value(in.getString());
      default -> {
        in.skipChildren();
        yield Optional.empty();
      }
    };
  }
}
