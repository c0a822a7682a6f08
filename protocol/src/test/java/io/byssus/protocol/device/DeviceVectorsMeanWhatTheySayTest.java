package io.byssus.protocol.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.Json;
import io.byssus.protocol.device.NaiveReceiver.Heard;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DeviceVectorsMeanWhatTheySayTest {
  private static final Path FILE =
      Path.of(System.getProperty("basedir", "."), "../spec/vectors/device/frames.json");
  private static final JsonNode VECTORS = new JsonMapper().readTree(FILE);
  private static final HexFormat HEX = HexFormat.of();

  @ParameterizedTest
  @MethodSource("checks")
  void aCheckIsThatOfTheCatalogue(JsonNode vector) {
    var of = bytes(vector, "of");

    assertThat(crc(vector).of(of, 0, of.length))
        .isEqualTo(Integer.parseInt(vector.get("value").asString(), 16));
  }

  @ParameterizedTest
  @MethodSource("frames")
  void aFrameHasTheseBytes(JsonNode vector) {
    var bytes = bytes(vector, "bytes");

    assertThat(frame(vector).bytes(crc(vector))).isEqualTo(bytes);
    assertThat(received(crc(vector), bytes).frames).containsExactly(frame(vector));
  }

  @ParameterizedTest
  @MethodSource("streams")
  void aStreamHoldsTheseFrames(JsonNode vector) {
    var heard = received(crc(vector), bytes(vector, "bytes"));

    assertThat(heard.frames)
        .isEqualTo(vector.get("frames").valueStream().map(f -> frame(f)).toList());
    assertThat(heard.bad).as("bad").isEqualTo(vector.get("bad").asInt());
    assertThat(heard.skipped).as("skipped").isEqualTo(vector.get("skipped").asInt());
  }

  @ParameterizedTest
  @MethodSource("readings")
  void aFrameIsPublishedAs(JsonNode vector) {
    var frame = frame(vector.get("frame"));

    var json =
        new DeviceJson(controls(vector), vector.path("numbered").asBoolean(false))
            .reading(
                vector.get("gateway").asString(),
                frame.address(),
                frame.control(),
                frame.data(),
                0,
                frame.data().length,
                vector.get("lost").asInt());

    assertThat(json.toString()).isEqualTo(vector.get("json").asString());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void aCommandIsTheFrame(JsonNode vector) {
    var json = Json.of(vector.get("json").asString());

    var command = new DeviceJson(controls(vector), false).command(7, json);

    var expected = vector.get("frame");
    if (expected.isNull()) {
      assertThat(command).isEmpty();
    } else {
      assertThat(command).contains(frame(expected));
    }
  }

  private static Heard received(Crc crc, byte[] bytes) {
    var heard = new Heard();
    var receiver = new FrameReceiver(crc, heard);
    receiver.take(bytes, 0, bytes.length);
    receiver.end();
    return heard;
  }

  private static Crc crc(JsonNode vector) {
    return Crc.valueOf(vector.get("crc").asString().toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  private static Controls controls(JsonNode vector) {
    var values = new HashMap<String, Integer>();
    if (vector.has("controls")) {
      vector
          .get("controls")
          .properties()
          .forEach(e -> values.put(e.getKey(), e.getValue().asInt()));
    }
    return new Controls(values);
  }

  private static DeviceFrame frame(JsonNode vector) {
    return new DeviceFrame(
        vector.get("address").asInt(), vector.get("control").asInt(), bytes(vector, "data"));
  }

  private static byte[] bytes(JsonNode vector, String name) {
    return HEX.parseHex(vector.get(name).asString());
  }

  static Stream<JsonNode> checks() {
    return VECTORS.get("checks").valueStream();
  }

  static Stream<JsonNode> frames() {
    return VECTORS.get("frames").valueStream();
  }

  static Stream<JsonNode> streams() {
    return VECTORS.get("streams").valueStream();
  }

  static Stream<JsonNode> readings() {
    return VECTORS.get("readings").valueStream();
  }

  static Stream<JsonNode> commands() {
    return VECTORS.get("commands").valueStream();
  }
}
