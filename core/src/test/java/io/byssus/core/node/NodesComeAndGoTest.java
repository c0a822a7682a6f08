package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.byssus.core.NodeObserver;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestCluster;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Subscribed;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodesComeAndGoTest {
  private final TestCluster cluster = new TestCluster(31);
  private final TestNode one = cluster.start("n1");
  private final TestNode two = cluster.start("n2");

  @Test
  void everyNodeListsAllWithWhatTheySay() {
    two.connected("ann");
    two.client();
    cluster.lanes.advance(Duration.ofSeconds(3));

    assertThat(one.node.members())
        .extracting(view -> view.owner().node(), NodeView::self, NodeView::state)
        .containsExactly(
            tuple("n1", true, NodeView.State.ALIVE), tuple("n2", false, NodeView.State.ALIVE));
    var other = one.node.members().getLast();
    assertThat(other.connections()).isEqualTo(2);
    assertThat(other.sessions()).isEqualTo(1);
    assertThat(other.ready()).isTrue();
    assertThat(other.address()).isEqualTo("n2.example:8080");
    assertThat(other.uptime()).isPositive();
  }

  @Test
  void theSessionsOfASilentNodeAreDetachedAndLeaveTheirChannels() {
    var ann = two.client();
    var session = ann.connect("ann");
    ann.subscribe("seen.room");
    ann.subscribe("kept.news");
    var bob = one.connected("bob");
    bob.subscribe("seen.room");
    assertThat(one.present("seen.room")).containsExactlyInAnyOrder("ann", "bob");

    cluster.bus(two).pull(false);
    cluster.lanes.advance(Duration.ofSeconds(8));
    assertThat(holds(session)).isTrue();
    assertThat(one.node.members().getLast().state()).isEqualTo(NodeView.State.SUSPECT);
    cluster.lanes.advance(Duration.ofSeconds(5));

    assertThat(holds(session)).isFalse();
    assertThat(one.present("seen.room")).containsExactly("bob");
    assertThat(one.node.members()).hasSize(1);
    var back = one.client().resume(session, Map.of());
    assertThat(back).anyMatch(m -> m instanceof Connected c && c.resumed());
  }

  @Test
  void aNodeThatOnlyLooksDeadHasItsSessionsAgainAtItsNextWrite() {
    var ann = two.client();
    var session = ann.connect("ann");
    cluster.bus(two).pull(false);
    cluster.lanes.advance(Duration.ofSeconds(13));
    assertThat(holds(session)).isFalse();
    cluster.bus(two).plugIn(false);

    TestClient.only(
        Subscribed.class,
        ann.say(new Command.Subscribe(ann.nextId(), "passing", Optional.empty())));

    assertThat(ann.socket().closed()).isEmpty();
    assertThat(holds(session)).isTrue();
    one.connected("bob").send(new Target.ToUser("ann"), "hello");
    assertThat(ann.directs()).containsExactly("hello");
  }

  @Test
  void aNodeThatIsCutOffJudgesNobody() {
    var ann = two.client();
    var session = ann.connect("ann");
    cluster.bus(one).pull(true);
    passTime(ann, 60);
    cluster.bus(one).plugIn(true);
    passTime(ann, 20);

    assertThat(holds(session)).isTrue();
    assertThat(one.node.members()).hasSize(2);
    assertThat(two.node.members()).hasSize(2);
  }

  @Test
  void whoLeavesIsGoneAtOnce() {
    two.node.leave();
    cluster.lanes.settle();
    assertThat(one.node.members()).hasSize(1);
  }

  /** A rolling restart is no alarm: who says good-bye is told apart from who falls silent. */
  @Test
  void whoSaysGoodbyeIsToldApartFromWhoFallsSilent() {
    var told = new ArrayList<String>();
    var observer =
        new NodeObserver() {
          @Override
          public void nodeLeft(String node) {
            told.add(node + " left");
          }

          @Override
          public void nodeGone(String node) {
            told.add(node + " is gone");
          }
        };
    var three = cluster.prepare("n3", "1", anyNumber(), observer, e -> e);
    three.node.join();
    cluster.lanes.advance(Duration.ofSeconds(3));
    two.node.leave();
    cluster.lanes.settle();
    assertThat(told).containsExactly("n2 left");
    cluster.bus(one).pull(false);
    cluster.lanes.advance(Duration.ofSeconds(13));
    assertThat(told).containsExactly("n2 left", "n1 is gone");
  }

  @Test
  void aNameThatIsInUseIsRefusedAfterALeaseAndABit() {
    var twin = cluster.prepare("n2", "2", anyNumber(), NodeObserver.NONE, e -> e);
    var joined = twin.node.join().toCompletableFuture();
    cluster.lanes.advance(Duration.ofSeconds(10));
    assertThat(joined).isNotDone();
    cluster.lanes.advance(Duration.ofSeconds(2));
    assertThat(joined).isCompletedWithValue(false);
  }

  @Test
  void theNameOfAKilledRunIsHadOnceItsLeaseIsOver() {
    var ann = two.client();
    var session = ann.connect("ann");
    cluster.bus(two).pull(false);
    var next = cluster.prepare("n2", "2", anyNumber(), NodeObserver.NONE, e -> e);
    var joined = next.node.join().toCompletableFuture();
    cluster.lanes.advance(Duration.ofSeconds(11));

    assertThat(joined).isCompletedWithValue(true);
    assertThat(holds(session)).isFalse();
    assertThat(one.node.members().getLast().owner()).isEqualTo(next.owner());
  }

  @Test
  void whoIsAloneDetachesTheSessionsOfItsOwnFormerRunsBeforeItHasJoined() {
    var alone = new TestCluster(37);
    var first = alone.start("n1", new UserPolicy.AtMost(1));
    first.connected("ann");
    alone.bus(first).pull(false);
    var second = alone.prepare("n1", "2", new UserPolicy.AtMost(1), NodeObserver.NONE, e -> e);
    var abandons = new HeldSteps("abandon");
    var third =
        alone.prepare("n1", "3", new UserPolicy.AtMost(1), NodeObserver.NONE, abandons::around);
    second.node.join();
    alone.lanes.advance(Duration.ofSeconds(11));
    second.connected("bob");
    alone.bus(second).pull(false);

    abandons.hold();
    var joined = third.node.join().toCompletableFuture();
    alone.lanes.advance(Duration.ofSeconds(11));
    assertThat(joined).isNotDone();
    abandons.letGo();
    alone.lanes.settle();

    assertThat(joined).isCompletedWithValue(true);
    assertThat(third.client().connect("bob").resumed()).isFalse();
    assertThat(third.client().connect("ann").resumed()).isFalse();
  }

  @Test
  void whoDiedBeforeAnybodyHeardItKeepsNoUserOut() {
    var later = afterTheDeathOfOneThatHeld("ann");

    var ann = later.client();
    assertThat(TestClient.error(ann.say(TestClient.newcomer(ann.nextId(), "ann"))))
        .isEqualTo(ErrorCode.TOO_MANY_SESSIONS);
    later.lanes.advance(Duration.ofSeconds(13));

    assertThat(later.client().connect("ann").resumed()).isFalse();
  }

  @Test
  void whoDiedBeforeAnybodyHeardItKeepsNoIdentityOut() {
    var later = afterTheDeathOfOneThatHeld("gateway");
    var device = new Identity("a-device", "gateway", Set.of(), Map.of(), true);
    assertThat(TestClient.error(later.client().enter(device))).isEqualTo(ErrorCode.RESUME_REFUSED);
    later.lanes.advance(Duration.ofSeconds(13));

    TestClient.only(Connected.class, later.client().enter(device));
  }

  /** A node that has heard nobody but itself. */
  private static TestNode afterTheDeathOfOneThatHeld(String user) {
    var cluster = new TestCluster(41);
    var dead = cluster.start("n2", new UserPolicy.AtMost(1));
    if (user.equals("gateway")) {
      dead.client().enter(new Identity("a-device", user, Set.of(), Map.of(), true));
    } else {
      dead.connected(user);
    }
    cluster.bus(dead).pull(false);
    return cluster.start("n1", new UserPolicy.AtMost(1));
  }

  @Test
  void aNodeWhoseNameWasTakenSendsItsClientsAway() {
    var lost = new ArrayList<String>();
    var observer =
        new NodeObserver() {
          @Override
          public void nameLost() {
            lost.add("name");
          }
        };
    var three = cluster.prepare("n3", "1", anyNumber(), observer, e -> e);
    three.node.join();
    var ann = three.connected("ann");
    cluster.bus(three).pull(false);
    var usurper = cluster.prepare("n3", "2", anyNumber(), NodeObserver.NONE, e -> e);
    usurper.node.join();
    cluster.lanes.advance(Duration.ofSeconds(11));

    cluster.bus(three).plugIn(false);
    cluster.lanes.advance(Duration.ofSeconds(9));

    assertThat(lost).containsExactly("name");
    assertThat(three.node.ready()).isFalse();
    assertThat(ann.socket().closed()).contains(CloseCode.SERVICE_RESTART);
  }

  private void passTime(TestClient client, int seconds) {
    for (int second = 0; second < seconds; second++) {
      cluster.lanes.advance(Duration.ofSeconds(1));
      client.heartbeat();
    }
  }

  private static UserPolicy anyNumber() {
    return new UserPolicy.Unlimited();
  }

  private boolean holds(Connected session) {
    return one.engine
        .sessions()
        .holder(session.session())
        .toCompletableFuture()
        .join()
        .flatMap(holder -> holder)
        .isPresent();
  }
}
