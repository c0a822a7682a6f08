package io.byssus.client;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.Command;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InboxIsAcknowledgedTest {
  private static final String DIRECT = "{'type':'direct','offset':%d,'data':%1$d}";

  private final ScriptedServer server = ScriptedServer.start();
  private final List<String> heard = new ArrayList<>();

  private void listen() {
    server.client().inbox().onMessage(message -> heard.add(message.data()));
    server.lane.settle();
  }

  private static void directed(ScriptedServer.Line line, long from, long through) {
    for (long offset = from; offset <= through; offset++) {
      line.says(DIRECT.formatted(offset));
    }
  }

  @Test
  void oneAcknowledgementForAllThatWasHandledInATenthOfASecond() {
    listen();
    var line = server.connected();
    directed(line, 1, 5);
    assertThat(line.all(Command.AckInbox.class)).isEmpty();
    server.passes(ofMillis(100));
    assertThat(line.all(Command.AckInbox.class)).hasSize(1);
    assertThat(line.last(Command.AckInbox.class).offset()).isEqualTo(5);
    server.passes(ofMillis(500));
    assertThat(line.all(Command.AckInbox.class)).hasSize(1);
  }

  @Test
  void withoutAConsumerNothingIsAcknowledged() {
    var line = server.connected();
    directed(line, 1, 3);
    server.passes(ofMillis(500));
    assertThat(line.all(Command.AckInbox.class)).isEmpty();
    listen();
    assertThat(heard).containsExactly("1", "2", "3");
    server.passes(ofMillis(100));
    assertThat(line.last(Command.AckInbox.class).offset()).isEqualTo(3);
  }

  @Test
  void anAcknowledgementThatWasLostIsSaidAgain() {
    listen();
    directed(server.connected(), 1, 2);
    server.line().breaks();
    server.comesBack();
    assertThat(server.line().opened().last(Command.Connect.class).inbox()).contains(2L);
    var line = server.line().connected("s1", "r2", true);
    server.passes(ofMillis(100));
    assertThat(line.last(Command.AckInbox.class).offset()).isEqualTo(2);
  }

  @Test
  void duplicatesAreDroppedUnlessTheInboxDiverged() {
    listen();
    var line = server.connected();
    directed(line, 1, 2);
    directed(line, 2, 3);
    assertThat(heard).containsExactly("1", "2", "3");
    line.says("{'type':'gap','reason':'diverged'}");
    server.passes(ofMillis(100));
    assertThat(line.all(Command.AckInbox.class)).as("offsets begin anew").isEmpty();
    directed(line, 2, 2);
    assertThat(heard).containsExactly("1", "2", "3", "2");
  }

  @Test
  void aNewSessionCountsAnew() {
    listen();
    directed(server.connected(), 1, 9);
    server.line().breaks();
    server.comesBack();
    var line = server.line().opened();
    line.error(line.last(Command.Connect.class).id(), "session_expired", false)
        .connected("s2", "x", false);
    server.passes(ofMillis(200));
    assertThat(line.all(Command.AckInbox.class)).isEmpty();
    directed(line, 1, 1);
    server.passes(ofMillis(100));
    assertThat(heard).hasSize(10);
    assertThat(line.last(Command.AckInbox.class).offset()).isEqualTo(1);
  }
}
