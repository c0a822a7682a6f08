package io.byssus.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class CodesAreTheSameInSpecAndCodeTest {
  private final JsonNode codes = Spec.codes();

  @Test
  void errorsAreEqualBothWays() {
    assertThat(codes.get("errors").valueStream().map(this::error))
        .containsExactlyElementsOf(
            Stream.of(ErrorCode.values()).map(e -> new Error(e.wire(), e.retryable())).toList());
  }

  @Test
  void closesAreEqualBothWays() {
    assertThat(codes.get("closes").valueStream().map(this::close))
        .containsExactlyElementsOf(
            Stream.of(CloseCode.values())
                .map(c -> new Close(c.code(), c.wire(), c.reconnect()))
                .toList());
  }

  @Test
  void rangesCoverEveryCodeOnceAndSayWhatTheCodeDoes() {
    var next = 1000;
    for (var range : codes.get("ranges")) {
      assertThat(range.get("from").asInt()).isEqualTo(next);
      for (; next <= range.get("to").asInt(); next++) {
        assertThat(CloseCode.reconnect(next))
            .as("close code " + next)
            .isEqualTo(range.get("reconnect").asBoolean());
      }
    }
    assertThat(next).isEqualTo(5000);
  }

  @Test
  void everyCodeSaysWhatItMeansAndWhatToDo() {
    assertThat(Stream.concat(codes.get("errors").valueStream(), codes.get("closes").valueStream()))
        .allSatisfy(code -> {
          assertThat(code.get("meaning").asString()).endsWith(".");
          assertThat(code.get("action").asString()).endsWith(".");
        });
  }

  private Error error(JsonNode node) {
    return new Error(node.get("name").asString(), node.get("retryable").asBoolean());
  }

  private Close close(JsonNode node) {
    return new Close(
        node.get("code").asInt(), node.get("name").asString(), node.get("reconnect").asBoolean());
  }

  record Error(String name, boolean retryable) {}

  record Close(int code, String name, boolean reconnect) {}
}
