package io.byssus.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Our own scanner, held against Jackson and against the JDK's UTF-8 decoder. */
class JsonIsReadStrictlyTest {
  private final JsonCodec codec = new JsonCodec();
  private final JsonFactory jackson = new JsonFactory();

  @Property
  void validValuesAreTaken(@ForAll("jsons") Json json) {
    assertThat(codec.value(json.utf8())).contains(json);
    assertThat(jacksonReads(json.toString())).isTrue();
  }

  @Property(tries = 5_000)
  void piecesOfJsonAreTakenWhereJacksonTakesThem(
      @ForAll @Size(max = 8) List<@From("pieces") String> pieces) {
    var text = String.join("", pieces);

    Assume.that(wholePairs(text));
    assertThat(weRead(text)).as(text).isEqualTo(jacksonReads(text));
  }

  @Property(tries = 5_000)
  void spoiltValuesAreTakenWhereJacksonTakesThem(
      @ForAll("jsons") Json json,
      @ForAll @IntRange(max = 10_000) int at,
      @ForAll("pieces") String piece) {
    var text = json.toString();
    var cut = text.offsetByCodePoints(0, at % text.codePointCount(0, text.length()));
    var spoilt = text.substring(0, cut) + piece + text.substring(cut + piece.length() / 2 % 2);

    Assume.that(wholePairs(spoilt));
    assertThat(weRead(spoilt)).as(spoilt).isEqualTo(jacksonReads(spoilt));
  }

  @Property
  void stringsAreReadAsJacksonReadsThem(@ForAll("jsons") Json json) {
    var text = "{\"type\":\"subscribe\",\"channel\":" + json + "}";

    var ours =
        codec.command(text.getBytes(StandardCharsets.UTF_8))
                instanceof Decoded.Good(Command.Subscribe(var id, var channel, var position))
            ? channel
            : "";

    assertThat(ours).isEqualTo(jacksonString(json.toString()));
  }

  @Property(tries = 20_000)
  void bytesInAStringAreTakenWhereTheyAreUtf8(@ForAll @Size(max = 5) byte[] bytes) {
    for (var b : bytes) {
      if (b >= 0 && (b < ' ' || b == '"' || b == '\\')) {
        return;
      }
    }
    var quoted = ByteBuffer.allocate(bytes.length + 2).put((byte) '"').put(bytes).put((byte) '"');

    assertThat(codec.value(quoted.array()).isPresent()).isEqualTo(isUtf8(bytes));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "-",
        "NaN",
        "Infinity",
        "'a'",
        "{a:1}",
        "[1,]",
        "{\"a\":1,}",
        "[,1]",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "[1 2]",
        "tru",
        "truex",
        "nul",
        "1 2",
        "\"a",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u12\"",
        "\"\t\"",
        "// c\n1",
        "[1]]",
        "]",
        "\"\\",
        "\u0000",
        "{\u0000\"",
        "\uFEFF1",
        "[1\u00a0]"
      })
  void whatJsonDoesNotKnowIsRefused(String text) {
    assertThat(weRead(text)).isFalse();
  }

  @Test
  void nestingIsBounded() {
    assertThat(weRead("[".repeat(64) + "]".repeat(64))).isTrue();
    assertThat(weRead("[".repeat(65) + "]".repeat(65))).isFalse();
    assertThat(weRead("{\"a\":".repeat(64) + "1" + "}".repeat(64))).isTrue();
    assertThat(weRead("{\"a\":".repeat(65) + "1" + "}".repeat(65))).isFalse();
    assertThat(weRead("[" + "[],".repeat(1_000) + "[]]")).isTrue();
    assertThat(weRead("[".repeat(1_000_000))).isFalse();
  }

  @Test
  void namesAreBounded() {
    assertThat(weRead("{\"" + "n".repeat(1_024) + "\":1}")).isTrue();
    assertThat(weRead("{\"" + "n".repeat(1_025) + "\":1}")).isFalse();
  }

  @Test
  void numbersAreBounded() {
    assertThat(weRead("1".repeat(1_024))).isTrue();
    assertThat(weRead("1".repeat(1_025))).isFalse();
    assertThat(weRead("0." + "1".repeat(1_023))).isFalse();
  }

  /** Jackson refuses half a surrogate pair in names; we look into names only where we read them. */
  private static boolean wholePairs(String text) {
    return !text.toLowerCase(Locale.ROOT).contains("\\ud");
  }

  private boolean weRead(String text) {
    return codec.value(text.getBytes(StandardCharsets.UTF_8)).isPresent();
  }

  private boolean jacksonReads(String text) {
    if (text.indexOf('\0') >= 0) {
      return false; // Jackson takes such bytes for UTF-16
    }
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    try (var parser = jackson.createParser(ObjectReadContext.empty(), bytes)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      parser.finishToken();
      return parser.nextToken() == null;
    } catch (JacksonException notJson) {
      return false;
    }
  }

  /** Empty where it is no string, or one that is not Unicode text. */
  private String jacksonString(String json) {
    var bytes = json.getBytes(StandardCharsets.UTF_8);
    try (var parser = jackson.createParser(ObjectReadContext.empty(), bytes)) {
      var token = parser.nextToken();
      var text = token.isScalarValue() && !token.isNumeric() ? parser.getString() : "";
      var isString = json.startsWith("\"");
      return isString && StandardCharsets.UTF_8.newEncoder().canEncode(text) ? text : "";
    }
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException malformed) {
      return false;
    }
  }

  @Provide
  Arbitrary<Json> jsons() {
    return Messages.jsons();
  }

  @Provide
  Arbitrary<String> pieces() {
    return Messages.pieces();
  }
}
