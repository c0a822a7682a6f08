package io.byssus.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code spec/protocol.md}, held against the code. */
class SpecificationIsTrueTest {
  private final JsonCodec codec = new JsonCodec();

  @ParameterizedTest
  @MethodSource("clientExamples")
  void whatAnExampleLetsTheClientSayIsACommand(String json) {
    assertThat(codec.command(bytes(json))).isInstanceOf(Decoded.Good.class);
  }

  @ParameterizedTest
  @MethodSource("serverExamples")
  void whatAnExampleLetsTheServerSayIsWrittenSo(String json) {
    assertThat(codec.serverMessage(bytes(json)))
        .isInstanceOfSatisfying(
            Received.Good.class,
            good -> assertThat(codec.encode(good.message())).asString().isEqualTo(json));
  }

  @Test
  void everyMessageHasAnExample() {
    var shown =
        Stream.concat(
                clientExamples().stream().map(json -> codec.command(bytes(json))),
                serverExamples().stream().map(json -> codec.serverMessage(bytes(json))))
            .map(read ->
                switch (read) {
                  case Decoded.Good(var command) -> command.getClass();
                  case Received.Good(var message) -> message.getClass();
                  default -> Void.class;
                })
            .collect(Collectors.<Class<?>>toSet());
    var kinds =
        Stream.of(Command.class, ServerMessage.class)
            .flatMap(sealed -> Stream.of(sealed.getPermittedSubclasses()))
            .filter(kind -> kind != Command.Pong.class)
            .collect(Collectors.<Class<?>>toSet());

    assertThat(shown).containsAll(kinds);
  }

  @Test
  void everyCodeIsExplained() {
    var text = Spec.protocol();

    assertThat(text)
        .contains(Arrays.stream(ErrorCode.values()).map(e -> "`" + e.wire() + "`").toList())
        .contains(Arrays.stream(CloseCode.values()).map(c -> "`" + c.wire() + "`").toList())
        .contains(Arrays.stream(CloseCode.values()).map(c -> "" + c.code()).toList())
        .contains(Arrays.stream(Gap.values()).map(g -> "`" + g.wire() + "`").toList())
        .contains(Arrays.stream(Durability.values()).map(d -> "`" + d.wire() + "`").toList());
  }

  @Test
  void errorTableSaysWhatIsRetryable() {
    var retryable =
        Spec.protocol()
            .lines()
            .filter(line -> line.startsWith("| `") && line.contains("` | yes |"))
            .map(line -> line.split("`")[1])
            .collect(Collectors.toUnmodifiableSet());

    assertThat(retryable)
        .isEqualTo(
            Stream.of(ErrorCode.values())
                .filter(ErrorCode::retryable)
                .map(ErrorCode::wire)
                .collect(Collectors.<String>toSet()));
  }

  @Test
  void limitsOfTheReaderAreTheOnesThatAreStated() {
    assertThat(JsonLimits.DEFAULTS).isEqualTo(new JsonLimits(64, 1_024, 1_024, 1_000));
    assertThat(Command.DEDUPE_CHARS).isEqualTo(128);
    assertThat(Spec.protocol())
        .contains("| nesting of a message, itself included* | 64 levels |")
        .contains("| a name within JSON*; a number*, as written | 1,024 bytes each |")
        .contains("| messages in a batch* | 1,000 |")
        .contains("| `dedupe` id | 128 characters |");
  }

  static List<String> clientExamples() {
    return examples("→ ");
  }

  static List<String> serverExamples() {
    return examples("← ");
  }

  private static List<String> examples(String arrow) {
    return Spec.protocol()
        .lines()
        .filter(line -> line.startsWith(arrow))
        .map(line -> line.substring(arrow.length()))
        .toList();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
