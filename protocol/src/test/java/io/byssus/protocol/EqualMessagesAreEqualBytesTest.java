package io.byssus.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.ServerMessage.Attributes;
import io.byssus.protocol.ServerMessage.Failed;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class EqualMessagesAreEqualBytesTest {
  private final JsonCodec codec = new JsonCodec();
  private final JsonMapper jackson = new JsonMapper();

  @Test
  void namesAndTagsAreInOrder() {
    var attributes = new LinkedHashMap<String, Json>();
    List.of("c", "a", "b").forEach(name -> attributes.put(name, Json.of("1")));
    var tags = new LinkedHashSet<>(List.of("z", "y", "x"));

    assertThat(text(new Attributes(1, attributes, tags)))
        .isEqualTo(
            "{\"type\":\"attributes\",\"id\":1,\"attributes\":{\"a\":1,\"b\":1,\"c\":1},"
                + "\"tags\":[\"x\",\"y\",\"z\"]}");
  }

  @Test
  void stringsAreEscapedAsJavaScriptDoes() {
    assertThat(
            text(
                new Failed(
                    0, ErrorCode.INTERNAL, "\"\\/\b\f\n\r\t\u0000\u001f\u007fé\u2028😀\ud800")))
        .isEqualTo(
            "{\"type\":\"error\",\"code\":\"internal\",\"message\":"
                + "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007fé\u2028😀\ufffd\",\"retryable\":true}");
  }

  @Property
  void everyMessageIsOneLineOfJson(@ForAll("serverMessages") ServerMessage message) {
    var text = text(message);

    assertThat(text).doesNotContain("\n").startsWith("{\"type\":");
    assertThat(jackson.readTree(text).isObject()).isTrue();
  }

  private String text(ServerMessage message) {
    return new String(codec.encode(message), StandardCharsets.UTF_8);
  }

  @Provide
  Arbitrary<ServerMessage> serverMessages() {
    return Messages.serverMessages();
  }
}
