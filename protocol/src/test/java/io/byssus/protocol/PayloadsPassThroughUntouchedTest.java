package io.byssus.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.ServerMessage.Item;
import io.byssus.protocol.ServerMessage.Message;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadsPassThroughUntouchedTest {
  private final JsonCodec codec = new JsonCodec();

  @Property
  void everyPayloadArrivesAsItWasWritten(@ForAll("jsons") Json json) {
    assertThat(pass(json.toString())).isEqualTo(json.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "123456789012345678901234567890",
        "1.000",
        "-0",
        "1E400",
        "\"\\u0041\\/\\ud83d\\ude00\"",
        "\"\\ud800 alone\"",
        "\"漢字 😀\"",
        "{ \"a\" :\t[ 1 ,2 ] , \"a\":  3 }",
        "null",
        "\"\"",
        "{}",
      })
  void noByteIsTouched(String payload) {
    assertThat(pass(payload)).isEqualTo(payload);
  }

  @Test
  void aLineBreakBetweenTokensBecomesASpaceSoThatAMessageIsOneLine() {
    assertThat(pass("{\r\n  \"a\": \"b\\n\"\n}")).isEqualTo("{    \"a\": \"b\\n\" }");
  }

  @Test
  void spaceAroundAPayloadIsNotPartOfIt() {
    assertThat(pass(" \t 1 ")).isEqualTo("1");
  }

  @Test
  void attributesPassThroughToo() {
    var command =
        codec.command(
            "{\"type\":\"set\",\"attributes\":{\"a\": 1.0 ,\"b\":null}}"
                .getBytes(StandardCharsets.UTF_8));

    assertThat(command)
        .isInstanceOfSatisfying(
            Decoded.Good.class,
            good -> {
              var set = (Command.SetAttributes) good.command();
              assertThat(set.attributes().get("a")).hasToString("1.0");
              assertThat(set.attributes().get("b")).isEqualTo(Json.NULL);
            });
  }

  /** A publication's data as a subscriber's client has it. */
  private String pass(String payload) {
    var text = "{\"type\":\"publish\",\"channel\":\"c\",\"data\":" + payload + "}";
    if (!(codec.command(text.getBytes(StandardCharsets.UTF_8))
            instanceof Decoded.Good(Command.Publish publish)
        && codec.serverMessage(
                codec.encode(new Message("c", "", new Item(1, publish.data(), Optional.empty()))))
            instanceof Received.Good(Message(var channel, var pattern, var item)))) {
      throw new AssertionError("not read: " + text);
    }
    return item.data().toString();
  }

  @Provide
  Arbitrary<Json> jsons() {
    return Messages.jsons();
  }
}
