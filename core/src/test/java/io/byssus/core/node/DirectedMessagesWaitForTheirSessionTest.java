package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage.Acked;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Sent;
import io.byssus.protocol.Target;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DirectedMessagesWaitForTheirSessionTest {
  private static final Target ANN = new Target.ToUser("ann");

  private final TestNode node = new TestNode(10);
  private final TestClient sender = node.connected("bob");
  private final TestClient ann = node.client();
  private final Connected session = ann.connect("ann", Set.of("beta"), Map.of());

  @Test
  void aSessionAUserAndATagAreReached() {
    var second = node.connected("ann");
    var tagged = node.client();
    tagged.connect("carl", Set.of("beta"), Map.of());

    assertThat(sent(sender.send(new Target.ToSession(session.session()), "s"))).isEqualTo(1);
    assertThat(sent(sender.send(new Target.ToUser("ann"), "u"))).isEqualTo(2);
    assertThat(sent(sender.send(new Target.ToTag("beta"), "t"))).isEqualTo(2);

    assertThat(ann.directs()).containsExactly("s", "u", "t");
    assertThat(second.directs()).containsExactly("u");
    assertThat(tagged.directs()).containsExactly("t");
  }

  @Test
  void whatWasSentMeanwhileComesWithTheResume() {
    ann.cut();
    sender.send(new Target.ToUser("ann"), "1");
    sender.send(new Target.ToUser("ann"), "2");

    ann.resume(session, Map.of());

    assertThat(ann.directs()).containsExactly("1", "2");
  }

  @Test
  void oneThatIsSaidAgainAfterAResumeIsTakenOnce() {
    var again = node.client();
    var from = again.connect("carl", Set.of(), Map.of());
    var first = again.say(sendOnce(again, "1"));
    again.cut();
    again.resume(from, Map.of());

    var second = again.say(sendOnce(again, "1"));
    var next = again.say(new Command.Send(again.nextId(), ANN, TestClient.text("2"), "d2"));
    var others = sender.say(sendOnce(sender, "of another session"));

    assertThat(TestClient.all(Sent.class, first))
        .extracting(Sent::duplicate)
        .containsExactly(false);
    assertThat(TestClient.all(Sent.class, second))
        .extracting(Sent::duplicate)
        .containsExactly(true);
    assertThat(TestClient.all(Sent.class, next)).extracting(Sent::duplicate).containsExactly(false);
    assertThat(TestClient.all(Sent.class, others))
        .extracting(Sent::duplicate)
        .containsExactly(false);
    assertThat(ann.directs()).containsExactly("1", "2", "of another session");
  }

  private static Command sendOnce(TestClient by, String data) {
    return new Command.Send(by.nextId(), ANN, TestClient.text(data), "d1");
  }

  @Test
  void onlyTheAcknowledgedIsForgotten() {
    sender.send(new Target.ToUser("ann"), "1");
    sender.send(new Target.ToUser("ann"), "2");
    var acked = ann.say(new Command.AckInbox(ann.nextId(), 1));
    ann.cut();

    ann.resume(session, Map.of());

    assertThat(TestClient.all(Acked.class, acked)).hasSize(1);
    assertThat(ann.directs()).containsExactly("1", "2", "2");
  }

  @Test
  void aClientThatSaysWhatItHoldsGetsNothingTwice() {
    sender.send(new Target.ToUser("ann"), "1");
    sender.send(new Target.ToUser("ann"), "2");
    ann.cut();
    sender.send(new Target.ToUser("ann"), "3");

    ann.open(true);
    ann.say(TestClient.resume(9, "ann", session, Map.of(), Optional.of(2L)));

    assertThat(ann.directs()).containsExactly("1", "2", "3");
  }

  @Test
  void theSenderIsToldWhenNobodyTookIt() {
    assertThat(TestClient.error(sender.send(new Target.ToUser("nobody"), "x")))
        .isEqualTo(ErrorCode.NO_RECIPIENT);
  }

  @Test
  void theSenderIsToldWhenTheInboxIsFull() {
    ann.cut();
    for (int i = 0; i < 1_000; i++) {
      sender.send(new Target.ToUser("ann"), "m" + i);
      node.lanes.advance(java.time.Duration.ofMillis(15));
    }

    assertThat(TestClient.error(sender.send(new Target.ToUser("ann"), "too much")))
        .isEqualTo(ErrorCode.INBOX_FULL);

    ann.resume(session, Map.of());
    assertThat(ann.directs()).hasSize(1_000).startsWith("m0").endsWith("m999");
  }

  @Test
  void nobodyAcknowledgesWhatWasNotSent() {
    sender.send(new Target.ToUser("ann"), "1");

    assertThat(TestClient.error(ann.say(new Command.AckInbox(ann.nextId(), 2))))
        .isEqualTo(ErrorCode.BAD_OFFSET);

    ann.cut();
    ann.resume(session, Map.of());
    assertThat(ann.directs()).isEqualTo(List.of("1", "1"));
  }

  @Test
  void aTagThatIsGivenUpReachesTheSessionNoMore() {
    ann.say(new Command.SetAttributes(ann.nextId(), Map.of(), Optional.of(Set.of("gamma"))));

    assertThat(TestClient.error(sender.send(new Target.ToTag("beta"), "x")))
        .isEqualTo(ErrorCode.NO_RECIPIENT);
    assertThat(sent(sender.send(new Target.ToTag("gamma"), "y"))).isEqualTo(1);
  }

  private static int sent(List<io.byssus.protocol.ServerMessage> heard) {
    return TestClient.only(Sent.class, heard).sessions();
  }
}
