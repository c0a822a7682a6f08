package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.ServerMessage.Acked;
import io.byssus.protocol.ServerMessage.Pong;
import io.byssus.protocol.ServerMessage.Subscribed;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** While the node does not read from a peer, its silence says nothing. */
class WhoIsNotListenedToIsNotSilentTest {
  private static final String KILOBYTE = "x".repeat(1_000);

  private final HeldSteps subscribes = new HeldSteps("subscribe");
  private final TestNode node =
      new TestNode(
          5, Limits.DEFAULTS, new UserPolicy.Unlimited(), NodeObserver.NONE, subscribes::around);
  private final TestClient publisher;
  private final TestClient ann;
  private final String session;

  {
    node.lanes.advance(Duration.ofMinutes(1)); // it has listened for a while
    publisher = node.connected("pub");
    ann = node.client();
    session = ann.connect("ann").session();
  }

  @Test
  void oneWhoseCommandsWaitForTheEngineIsJudgedOnceTheyAreDone() {
    subscribes.hold();
    ann.post(new Command.Subscribe(1, "kept.a", Optional.empty()));
    for (int i = 0; i < 70; i++) {
      ann.post(new Command.GetAttributes(10 + i));
    }
    node.lanes.advance(Duration.ofMinutes(5));
    assertThat(ann.socket().reading()).isFalse();
    assertThat(ann.socket().closed()).isEmpty();

    subscribes.letGo();
    node.lanes.settle();
    assertThat(ann.socket().reading()).isTrue();
    node.lanes.advance(Duration.ofSeconds(29));
    assertThat(ann.socket().closed()).isEmpty();
    node.lanes.advance(Duration.ofSeconds(12));
    assertThat(ann.socket().closed()).contains(CloseCode.HEARTBEAT_TIMEOUT);
  }

  @Test
  void aSlowReaderThatTakesWhatItIsSentIsAlive() {
    fallBehind();

    for (int i = 0; i < 60; i++) {
      node.lanes.advance(Duration.ofSeconds(9));
      ann.take(150);
      publisher.heartbeat();
    }

    assertThat(ann.socket().reading()).isFalse();
    assertThat(ann.socket().closed()).isEmpty();
  }

  @Test
  void oneThatTakesNothingIsFound() {
    fallBehind();

    node.lanes.advance(Duration.ofSeconds(39));
    assertThat(ann.socket().closed()).isEmpty();
    node.lanes.advance(Duration.ofSeconds(2));

    assertThat(ann.socket().closed()).contains(CloseCode.HEARTBEAT_TIMEOUT);
  }

  private void fallBehind() {
    ann.subscribe("kept.a");
    ann.socket().stopReading();
    for (int i = 0; i < 50; i++) {
      publisher.publish("kept.a", KILOBYTE);
    }
    ann.post(new Command.GetAttributes(ann.nextId()));
    node.lanes.settle();
    assertThat(ann.socket().reading()).isFalse();
  }

  @Test
  void anAnswerMayStandBehindWhatIsStillOnItsWay() {
    ann.subscribe("kept.a");
    ann.socket().stopReading();
    publisher.publish("kept.a", "x".repeat(800));
    assertThat(ann.socket().writable()).isTrue();

    for (int i = 0; i < 30; i++) {
      node.lanes.advance(Duration.ofSeconds(9));
      ann.take(10);
      publisher.heartbeat();
    }
    assertThat(ann.socket().closed()).isEmpty();
    node.lanes.advance(Duration.ofSeconds(41));

    assertThat(ann.socket().closed()).contains(CloseCode.HEARTBEAT_TIMEOUT);
  }

  @Test
  void signsOfLifeAndAcknowledgementsDoNotWaitForASubscription() {
    subscribes.hold();
    ann.post(new Command.Subscribe(1, "kept.b", Optional.empty()));
    publisher.send(new Target.ToSession(session), "hello");
    var heard = ann.say(new Command.Ping(2, false));
    assertThat(TestClient.only(Pong.class, heard).id()).isEqualTo(2);

    heard = ann.say(new Command.AckInbox(3, 1));
    assertThat(TestClient.only(Acked.class, heard).id()).isEqualTo(3);
    heard = ann.say(new Command.GetAttributes(4));
    assertThat(heard).isEmpty();

    subscribes.letGo();
    node.lanes.settle();
    assertThat(ann.hear()).hasSize(2).first().isInstanceOf(Subscribed.class);
  }
}
