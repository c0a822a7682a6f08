package io.byssus.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.Decoded;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.JsonCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The texts of spec/vectors on the client's own way in and out. What each means is held against
 * them in module protocol, whose codec this is.
 */
class VectorsTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Path VECTORS =
      Path.of(System.getProperty("basedir", "."), "..", "spec", "vectors");

  @ParameterizedTest
  @MethodSource("server")
  void whatAServerSaysIsReadOrTold(JsonNode vector) {
    var server = ScriptedServer.start();
    server.connected().says(vector.get("json").asString().replace("'", "\\u0027"));
    var malformed =
        vector.has("error")
            && !vector.get("error").get("code").asString().equals(ErrorCode.UNKNOWN_TYPE.wire());
    var notices =
        server.events(ClientEvent.Notice.class).stream()
            .filter(
                notice -> notice.code().equals("malformed") || notice.code().equals("too_large"));
    if (malformed) {
      assertThat(notices).hasSize(1);
    } else if (!vector.get("json").asString().contains("\"type\":\"error\"")) {
      assertThat(notices).isEmpty();
    }
    assertThat(server.client().state()).isEqualTo(ClientState.CONNECTED);
  }

  @ParameterizedTest
  @MethodSource("client")
  void whatAClientSaysIsWrittenAsByssusWritesIt(JsonNode vector) {
    var text = vector.get("json").asString();
    var canonical = vector.has("canonical") ? vector.get("canonical").asString() : text;
    var codec = new JsonCodec();
    var command = ((Decoded.Good) codec.command(text.getBytes())).command();
    var sent = new StringBuilder();
    new Connection(new SteppedLane(), codec, new Wire(sent)).sendOneWay(command);
    assertThat(JSON.readTree(sent.toString())).isEqualTo(JSON.readTree(canonical));
    assertThat(sent).hasToString(canonical);
  }

  private record Wire(StringBuilder sent) implements Transport.Socket {
    @Override
    public void send(String text) {
      sent.append(text);
    }

    @Override
    public void close() {}

    @Override
    public void abort() {}
  }

  static List<JsonNode> server() throws IOException {
    return vectors("server");
  }

  static List<JsonNode> client() throws IOException {
    return vectors("client").stream().filter(vector -> vector.has("decoded")).toList();
  }

  private static List<JsonNode> vectors(String direction) throws IOException {
    try (Stream<Path> files = Files.list(VECTORS)) {
      var vectors =
          files
              .filter(file -> file.toString().endsWith(".json"))
              .flatMap(file -> JSON.readTree(file).get("vectors").valueStream())
              .filter(vector -> vector.get("direction").asString().equals(direction))
              .toList();
      assertThat(vectors).hasSizeGreaterThan(20);
      return vectors;
    }
  }
}
