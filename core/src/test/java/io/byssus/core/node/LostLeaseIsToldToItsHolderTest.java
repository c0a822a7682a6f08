package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.NodeObserver;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestCluster;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Degraded;
import io.byssus.protocol.ServerMessage.Ended;
import io.byssus.protocol.Target;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whoever finds that a lease is lost tells the one who held it, and nobody else. */
class LostLeaseIsToldToItsHolderTest {
  private final TestCluster cluster = new TestCluster(47);
  private final HeldSteps renewals = new HeldSteps("renew");
  private final HeldSteps places = new HeldSteps("acknowledge");
  private final TestNode one = joined("n1");
  private final TestNode two = cluster.start("n2");
  private final TestClient old = one.client();
  private final Connected session = old.connect("ann");

  private TestNode joined(String name) {
    var made =
        cluster.prepare(
            name,
            "1",
            new UserPolicy.Unlimited(),
            NodeObserver.NONE,
            engine -> renewals.around(places.around(engine)));
    made.node.join();
    cluster.lanes.settle();
    return made;
  }

  private TestClient takenOver(TestNode node) {
    cluster.bus(one).pull(false);
    var young = node.client();
    young.resume(session, Map.of());
    cluster.bus(one).plugIn(false);
    assertThat(old.socket().closed()).isEmpty();
    return young;
  }

  @Test
  void oneWhoCameWhileTheOldLeaseWasCheckedIsNotRefused() {
    renewals.hold();
    one.node.reachable(true); // which has the leases checked
    cluster.lanes.settle();
    assertThat(renewals.waiting()).isPositive();
    var young = one.client();
    young.resume(session, Map.of());
    renewals.letGo();
    cluster.lanes.settle();
    cluster.bus(one).pull(true);
    cluster.lanes.settle();
    two.connected("bob").send(new Target.ToUser("ann"), "hello");
    young.hear();

    cluster.bus(one).plugIn(true);
    cluster.lanes.settle();

    assertThat(young.directs()).containsExactly("hello");
    assertThat(TestClient.all(Degraded.class, young.everything()))
        .containsExactly(new Degraded(true), new Degraded(false));
    assertThat(young.socket().closed()).isEmpty();
  }

  @Test
  void aRefusedReadOfTheInboxIsOne() {
    var young = takenOver(two);

    two.connected("bob").send(new Target.ToUser("ann"), "hello");

    assertThat(old.socket().closed()).contains(CloseCode.TAKEN_OVER);
    assertThat(old.directs()).isEmpty();
    assertThat(young.directs()).containsExactly("hello");
  }

  @Test
  void aRefusedWriteOfThePlaceAfterALossIsOne() {
    var position = old.subscribe("kept.news").position().orElseThrow();
    old.cut();
    var bob = two.connected("bob");
    for (int i = 0; i < 60; i++) {
      bob.publish("kept.news", "m" + i);
    }
    places.hold();
    var back = TestClient.only(Connected.class, old.resume(session, Map.of("kept.news", position)));
    cluster.bus(one).pull(false);
    two.client().resume(back, Map.of());
    cluster.bus(one).plugIn(false);
    assertThat(old.socket().closed()).isEmpty();

    places.letGo();
    cluster.lanes.settle();
    assertThat(old.socket().closed()).contains(CloseCode.TAKEN_OVER);
  }

  @Test
  void anEndIsOneAndEndsNobodyElse() {
    var young = takenOver(two);

    var heard = old.say(new Command.End(old.nextId()));

    assertThat(TestClient.all(Ended.class, heard)).isEmpty();
    assertThat(old.socket().closed()).contains(CloseCode.TAKEN_OVER);
    two.connected("bob").send(new Target.ToUser("ann"), "hello");
    assertThat(young.directs()).containsExactly("hello");
  }

  @Test
  void anEndOfASessionThatNobodyHoldsIsOne() {
    takenOver(two).cut();

    var heard = old.say(new Command.End(old.nextId()));

    assertThat(TestClient.all(Ended.class, heard)).isEmpty();
    assertThat(old.socket().closed()).contains(CloseCode.SESSION_LOST);
  }

  @Test
  void anEndOfASessionThatIsGoneHasEndedIt() {
    one.engine.sessions().remove(session.session());

    TestClient.only(Ended.class, old.say(new Command.End(old.nextId())));

    assertThat(old.socket().closed()).contains(CloseCode.ENDED);
    assertThat(one.engine.directory().sessions(new Target.ToUser("ann")).toCompletableFuture())
        .isCompletedWithValueMatching(sessions -> sessions.isEmpty());
  }
}
