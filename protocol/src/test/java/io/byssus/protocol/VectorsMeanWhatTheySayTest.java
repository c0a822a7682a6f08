package io.byssus.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.Spec.Vector;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VectorsMeanWhatTheySayTest {
  private final JsonCodec codec = new JsonCodec();

  @ParameterizedTest
  @MethodSource("vectors")
  void isReadAndWrittenAsTheVectorSays(Vector vector) {
    if (vector.saidByClient()) {
      clientSays(vector);
    } else {
      serverSays(vector);
    }
  }

  private void clientSays(Vector vector) {
    switch (codec.command(bytes(vector.json()))) {
      case Decoded.Good(var command) -> {
        assertThat(vector.good()).as("read, but should not: " + command).isTrue();
        assertThat(Meaning.of((Record) command)).isEqualTo(vector.decoded());
        assertThat(text(codec.encode(command))).isEqualTo(vector.canonical());
        assertThat(codec.command(bytes(vector.canonical()))).isEqualTo(new Decoded.Good(command));
      }
      case Decoded.Bad(var id, var code, var message) -> {
        assertThat(vector.good()).as(message).isFalse();
        assertThat(code).as(message).isEqualTo(vector.error());
        assertThat(id).as(message).isEqualTo(vector.errorId());
        assertThat(message).hasSizeBetween(1, 120);
      }
    }
  }

  private void serverSays(Vector vector) {
    switch (codec.serverMessage(bytes(vector.json()))) {
      case Received.Good(var message) -> {
        assertThat(vector.good()).as("read, but should not: " + message).isTrue();
        assertThat(Meaning.of((Record) message)).isEqualTo(vector.decoded());
        assertThat(text(codec.encode(message))).isEqualTo(vector.canonical());
      }
      case Received.Bad(var code, var words) -> {
        assertThat(vector.good()).as(words).isFalse();
        assertThat(code).as(words).isEqualTo(vector.error());
      }
    }
  }

  @Test
  void everyMessageAndErrorOfReadingHasAVector() {
    var read =
        vectors().stream()
            .filter(Vector::good)
            .map(this::kind)
            .collect(Collectors.toUnmodifiableSet());
    var kinds =
        Stream.of(Command.class, ServerMessage.class)
            .flatMap(sealed -> Stream.of(sealed.getPermittedSubclasses()))
            .collect(Collectors.toUnmodifiableSet());

    assertThat(vectors()).hasSizeGreaterThan(200);
    assertThat(read).isEqualTo(kinds);
    assertThat(vectors().stream().filter(v -> !v.good()).map(Vector::error))
        .containsAll(
            Set.of(
                ErrorCode.MALFORMED,
                ErrorCode.UNKNOWN_TYPE,
                ErrorCode.UNSUPPORTED,
                ErrorCode.TOO_LARGE));
  }

  @Test
  void vectorsHaveNamesOfTheirOwn() {
    assertThat(vectors().stream().map(Vector::name)).doesNotHaveDuplicates();
  }

  private Class<?> kind(Vector vector) {
    var bytes = bytes(vector.json());
    if (vector.saidByClient() && codec.command(bytes) instanceof Decoded.Good(var command)) {
      return command.getClass();
    }
    if (codec.serverMessage(bytes) instanceof Received.Good(var message)) {
      return message.getClass();
    }
    return Void.class;
  }

  static List<Vector> vectors() {
    return Spec.vectors();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
