package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command.Resume;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage.Connected;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResumeNeedsTheSecretTest {
  private final TestNode node = new TestNode(2);
  private final TestClient client = node.client();
  private final Connected session = client.connect("ann");

  @Test
  void aTokenThatWasUsedAndReplacedIsStale() {
    client.cut();
    var second = TestClient.only(Connected.class, client.resume(session, Map.of()));
    client.cut();
    TestClient.only(Connected.class, client.resume(second, Map.of()));
    client.cut();

    var heard = client.resume(session, Map.of());

    assertThat(TestClient.error(heard)).isEqualTo(ErrorCode.RESUME_REFUSED);
    assertThat(client.socket().closed()).contains(CloseCode.FORBIDDEN);
  }

  @Test
  void aLostConnectedReplyDoesNotLockTheClientOut() {
    client.cut();
    client.resume(session, Map.of()); // the reply with the new token never arrives
    client.cut();

    var heard = client.resume(session, Map.of());

    assertThat(TestClient.only(Connected.class, heard).session()).isEqualTo(session.session());
  }

  @Test
  void aGuessedTokenIsRefused() {
    client.cut();
    client.open(true);
    var guess = new Resume(session.session(), "AAAAAAAAAAAAAAAAAAAAAA");

    var heard = client.say(TestClient.resume(9, "ann", guess));

    assertThat(TestClient.error(heard)).isEqualTo(ErrorCode.RESUME_REFUSED);
  }

  @Test
  void anotherUserIsRefusedEvenWithTheSecret() {
    client.cut();
    client.open(true);

    var heard = client.say(TestClient.resume(9, "eve", session, Map.of(), Optional.empty()));

    assertThat(TestClient.error(heard)).isEqualTo(ErrorCode.RESUME_REFUSED);
    assertThat(client.socket().closed()).contains(CloseCode.FORBIDDEN);
  }

  @Test
  void anUnknownSessionIsExpiredAndTheConnectionMayStartAnew() {
    client.open(true);

    var heard = client.say(TestClient.resume(9, "ann", new Resume("nosuchsession", "x")));

    assertThat(TestClient.error(heard)).isEqualTo(ErrorCode.SESSION_EXPIRED);
    assertThat(client.connect("ann").resumed()).isFalse();
  }

  @Test
  void ofAHundredSimultaneousResumesOneWins() {
    client.cut();
    var rivals = new ArrayList<TestClient>();
    for (int i = 0; i < 100; i++) {
      rivals.add(node.client());
    }
    rivals.forEach(
        rival -> rival.post(TestClient.resume(1, "ann", session, Map.of(), Optional.empty())));
    node.lanes.settle();

    var winners = rivals.stream().filter(rival -> rival.socket().closed().isEmpty()).toList();
    assertThat(winners).hasSize(1);
    assertThat(rivals.stream().filter(rival -> !winners.contains(rival)))
        .allMatch(rival -> rival.socket().closed().equals(Optional.of(CloseCode.TAKEN_OVER)));
    // And the winner is served.
    winners.getFirst().subscribe("kept.news");
    winners.getFirst().publish("kept.news", "x");
    assertThat(winners.getFirst().messages("kept.news")).containsExactly("x");
  }

  @Test
  void aTakeoverTellsTheLoserNotToComeBack() {
    var thief = node.client();

    var heard = thief.say(TestClient.resume(1, "ann", session, Map.of(), Optional.empty()));

    assertThat(TestClient.only(Connected.class, heard).resumed()).isTrue();
    assertThat(client.socket().closed()).contains(CloseCode.TAKEN_OVER);
    assertThat(CloseCode.TAKEN_OVER.reconnect()).isFalse();
  }

  @Test
  void twoConnectsOfOneUserAreTwoSessions() {
    assertThat(node.client().connect("ann").session()).isNotEqualTo(session.session());
  }
}
