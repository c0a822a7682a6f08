package io.byssus.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class OneFrameHoldsSeveralCommandsTest {
  private final JsonCodec codec = new JsonCodec();

  @Property
  void joinedByLineBreaksTheyComeApartAgain(
      @ForAll @Size(max = 5) List<@From("commands") Command> commands) {
    var frame = new ByteArrayOutputStream();
    for (var command : commands) {
      frame.writeBytes(codec.encode(command));
      frame.write('\n');
    }

    assertThat(codec.commands(frame.toByteArray()))
        .isEqualTo(commands.stream().map(Decoded.Good::new).toList());
  }

  @Test
  void aBadLineDoesNotSpoilTheNext() {
    assertThat(read("{\"type\":\"ping\",\"id\":1}\n{\"type\":\n{\"type\":\"ping\",\"id\":2}"))
        .hasSize(3)
        .contains(
            new Decoded.Good(new Command.Ping(1, false)),
            new Decoded.Good(new Command.Ping(2, false)));
  }

  @Test
  void blankLinesAreNothing() {
    assertThat(read("\r\n \n{\"type\":\"PING\"}\r\n\n"))
        .containsExactly(new Decoded.Good(new Command.Ping(0, true)));
    assertThat(read("")).isEmpty();
  }

  @Test
  void linesBeyondTheLimitAreAnsweredOnce() {
    var limited = new JsonCodec(new JsonLimits(64, 1_024, 1_024, 2));

    var commands =
        limited.commands("{\"type\":\"ping\"}\n".repeat(5).getBytes(StandardCharsets.UTF_8));

    assertThat(commands).hasSize(3);
    assertThat(commands.get(2))
        .isEqualTo(new Decoded.Bad(0, ErrorCode.TOO_LARGE, "a frame holds at most 2 commands"));
  }

  private List<Decoded> read(String frame) {
    return codec.commands(frame.getBytes(StandardCharsets.UTF_8));
  }

  @Provide
  Arbitrary<Command> commands() {
    return Messages.commands();
  }
}
