package io.byssus.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class EveryMessageComesBackAsItWasTest {
  private final JsonCodec codec = new JsonCodec();

  @Property
  void commandIsReadAsItWasWritten(@ForAll("commands") Command command) {
    assertThat(codec.command(codec.encode(command))).isEqualTo(new Decoded.Good(command));
  }

  @Property
  void serverMessageIsReadAsItWasWritten(@ForAll("serverMessages") ServerMessage message) {
    assertThat(codec.serverMessage(codec.encode(message))).isEqualTo(new Received.Good(message));
  }

  @Provide
  Arbitrary<Command> commands() {
    return Messages.commands();
  }

  @Provide
  Arbitrary<ServerMessage> serverMessages() {
    return Messages.serverMessages();
  }
}
