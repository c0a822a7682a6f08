package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Ended;
import io.byssus.protocol.ServerMessage.Failed;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionsEndWithAllTheirPartsTest {
  @Test
  void aDetachedSessionLivesForItsTimeAndNoLonger() {
    var node = new TestNode(4);
    var early = node.client();
    var earlySession = early.connect("ann");
    var late = node.client();
    var lateSession = late.connect("bob");
    early.cut();
    late.cut();

    node.lanes.advance(Duration.ofMinutes(30).minusSeconds(2));
    assertThat(TestClient.only(Connected.class, early.resume(earlySession, Map.of())).resumed())
        .isTrue();
    node.lanes.advance(Duration.ofSeconds(4));

    assertThat(TestClient.error(late.resume(lateSession, Map.of())))
        .isEqualTo(ErrorCode.SESSION_EXPIRED);
  }

  @Test
  void anAttachedSessionIsRenewed() {
    var node = new TestNode(5);
    var client = node.connected("ann");
    for (int i = 0; i < 180; i++) {
      node.lanes.advance(Duration.ofSeconds(20));
      client.heartbeat();
    }
    client.subscribe("kept.news");
    client.publish("kept.news", "x");
    assertThat(client.messages("kept.news")).containsExactly("x");
  }

  @Test
  void expiryLeavesNoTrace() {
    var node = new TestNode(6);
    var client = node.client();
    client.connect("ann", Set.of("beta"), Map.of());
    client.subscribe("seen.room");
    client.cut();

    node.lanes.advance(Duration.ofMinutes(31));

    var sender = node.connected("bob");
    assertThat(TestClient.error(sender.send(new Target.ToUser("ann"), "x")))
        .isEqualTo(ErrorCode.NO_RECIPIENT);
    assertThat(TestClient.error(sender.send(new Target.ToTag("beta"), "x")))
        .isEqualTo(ErrorCode.NO_RECIPIENT);
    assertThat(directory(node, new Target.ToUser("ann"))).isEmpty();
    assertThat(directory(node, new Target.ToTag("beta"))).isEmpty();
  }

  @Test
  void anEndedSessionIsGoneAtOnce() {
    var node = new TestNode(7);
    var client = node.client();
    var session = client.connect("ann");

    var heard = client.say(new Command.End(client.nextId()));

    assertThat(TestClient.all(Ended.class, heard)).hasSize(1);
    assertThat(client.socket().closed()).contains(CloseCode.ENDED);
    assertThat(TestClient.error(client.resume(session, Map.of())))
        .isEqualTo(ErrorCode.SESSION_EXPIRED);
    assertThat(directory(node, new Target.ToUser("ann"))).isEmpty();
  }

  @Test
  void aSessionWhoseClientIsCutOffWhileItEndsIsGoneWithAllItsParts() {
    var ends = new HeldSteps("end");
    var node =
        new TestNode(
            7, Limits.DEFAULTS, new UserPolicy.Unlimited(), NodeObserver.NONE, ends::around);
    var client = node.client();
    client.connect("ann", Set.of("beta"), Map.of());
    client.subscribe("seen.room");
    ends.holdAnswers();

    client.say(new Command.End(client.nextId()));
    client.cut();
    ends.letGo();
    node.lanes.settle();

    assertThat(directory(node, new Target.ToUser("ann"))).isEmpty();
    assertThat(directory(node, new Target.ToTag("beta"))).isEmpty();
    var present = node.engine.presence().members("seen.room", Bounds.most(10));
    assertThat(present.toCompletableFuture().join().members()).isEmpty();
  }

  @Test
  void oneMoreThanTheUsersLimitIsRefused() {
    var node = limited(new UserPolicy.AtMost(2));
    node.connected("ann");
    node.connected("ann");
    var third = node.client();

    var heard = third.say(connect("ann"));

    assertThat(TestClient.only(Failed.class, heard).code()).isEqualTo(ErrorCode.TOO_MANY_SESSIONS);
    assertThat(third.socket().closed()).contains(CloseCode.TOO_MANY_SESSIONS);
    assertThat(directory(node, new Target.ToUser("ann"))).hasSize(2);
    assertThat(node.connected("bob").everything()).hasSize(1);
  }

  @Test
  void aDetachedSessionMakesRoom() {
    var node = limited(new UserPolicy.AtMost(2));
    var first = node.client();
    var session = first.connect("ann");
    node.connected("ann");
    first.cut();

    node.connected("ann");

    assertThat(TestClient.error(first.resume(session, Map.of())))
        .isEqualTo(ErrorCode.SESSION_EXPIRED);
  }

  @Test
  void theNewestSessionWinsAndTheOlderHearsThatItWasReplaced() {
    var node = limited(new UserPolicy.NewestWins());
    var older = node.client();
    var session = older.connect("ann");

    node.connected("ann");

    assertThat(older.socket().closed()).contains(CloseCode.REPLACED);
    assertThat(CloseCode.REPLACED.reconnect()).isFalse();
    assertThat(TestClient.error(older.resume(session, Map.of())))
        .isEqualTo(ErrorCode.SESSION_EXPIRED);
  }

  private static TestNode limited(UserPolicy policy) {
    return new TestNode(8, Limits.DEFAULTS, policy, NodeObserver.NONE, engine -> engine);
  }

  private static Command.Connect connect(String user) {
    return TestClient.newcomer(1, user);
  }

  private static List<String> directory(TestNode node, Target target) {
    return node.engine.directory().sessions(target).toCompletableFuture().join();
  }
}
