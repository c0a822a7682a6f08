package io.byssus.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.byssus.protocol.Decoded.Bad;
import io.byssus.protocol.Decoded.Good;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class AnyBytesAreAnsweredTest {
  private final JsonCodec codec = new JsonCodec();

  @Property
  void noBytesMakeAReaderThrow(@ForAll byte[] bytes) {
    assertThatCode(() -> readAll(bytes)).doesNotThrowAnyException();
  }

  @Property
  void noJsonLikeTextMakesAReaderThrow(
      @ForAll @Size(max = 40) List<@From("pieces") String> pieces) {
    var bytes = String.join("", pieces).getBytes(StandardCharsets.UTF_8);

    assertThatCode(() -> readAll(bytes)).doesNotThrowAnyException();
  }

  @Property
  void everyTruncationOfACommandIsBad(
      @ForAll("commands") Command command, @ForAll @IntRange(max = 10_000) int cut) {
    var whole = codec.encode(command);
    var part = Arrays.copyOf(whole, cut % whole.length);

    assertThat(codec.command(part)).isInstanceOf(Bad.class);
  }

  @Property
  void everyTruncationOfAServerMessageIsBad(
      @ForAll("serverMessages") ServerMessage message, @ForAll @IntRange(max = 10_000) int cut) {
    var whole = codec.encode(message);
    var part = Arrays.copyOf(whole, cut % whole.length);

    assertThat(codec.serverMessage(part)).isInstanceOf(Received.Bad.class);
  }

  @Property
  void aFlippedByteGivesABadCommandOrAnother(
      @ForAll("commands") Command command, @ForAll @IntRange(max = 10_000) int at, @ForAll byte b) {
    var bytes = codec.encode(command);
    bytes[at % bytes.length] = b;

    switch (codec.command(bytes)) {
      case Bad bad -> assertThat(bad.id()).isBetween(0L, JsonScanner.WHOLE_MAX);
      case Good(var read) ->
          assertThat(codec.command(codec.encode(read))).isEqualTo(new Good(read));
    }
  }

  @Property
  void onlyTheGivenBytesAreRead(@ForAll("commands") Command command, @ForAll byte around) {
    var text = codec.encode(command);
    var frame = new byte[text.length + 6];
    Arrays.fill(frame, around);
    System.arraycopy(text, 0, frame, 3, text.length);

    assertThat(codec.command(frame, 3, text.length)).isEqualTo(new Good(command));
  }

  private void readAll(byte[] bytes) {
    codec.command(bytes);
    codec.commands(bytes);
    codec.serverMessage(bytes);
    codec.value(bytes);
  }

  @Provide
  Arbitrary<Command> commands() {
    return Messages.commands();
  }

  @Provide
  Arbitrary<ServerMessage> serverMessages() {
    return Messages.serverMessages();
  }

  @Provide
  Arbitrary<String> pieces() {
    return Messages.pieces();
  }
}
