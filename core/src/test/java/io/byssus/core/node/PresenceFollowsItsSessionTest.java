package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.NodeObserver;
import io.byssus.core.session.Lease;
import io.byssus.core.testing.TestCluster;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.ServerMessage.Connected;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Nothing orders what two nodes tell the engine about a session that moves between them. */
class PresenceFollowsItsSessionTest {
  private static final String ROOM = "seen.room";

  private final TestCluster cluster = new TestCluster(34);
  private final HeldSteps leaves = new HeldSteps("leave");
  private final HeldSteps entries = new HeldSteps("enter");
  private final TestNode one = node("n1");
  private final TestNode two = node("n2");

  private TestNode node(String name) {
    var node =
        cluster.prepare(
            name,
            "1",
            new UserPolicy.Unlimited(),
            NodeObserver.NONE,
            engine -> name.equals("n1") ? entries.around(leaves.around(engine)) : engine);
    node.node.join();
    cluster.lanes.settle();
    return node;
  }

  @Test
  void aLeaveThatComesAfterTheMoveTakesNobodyOut() {
    var client = one.client();
    var session = client.connect("ann");
    client.subscribe(ROOM);
    leaves.hold();
    client.cut();
    two.client().resume(session, Map.of());

    assertThat(leaves.waiting()).isEqualTo(1);
    leaves.letGo();
    cluster.lanes.settle();

    assertThat(two.present(ROOM)).containsExactly("ann");
  }

  @Test
  void anEntryThatComesAfterTheMoveIsNotTheHolders() {
    var client = one.client();
    var session = client.connect("ann");
    entries.hold();
    client.subscribe(ROOM);
    client.cut();
    var there = two.client();
    there.resume(session, Map.of());

    assertThat(entries.waiting()).isEqualTo(1);
    entries.letGo();
    cluster.lanes.settle();
    assertThat(two.present(ROOM)).containsExactly("ann");
    there.cut();

    assertThat(two.present(ROOM)).isEmpty();
  }

  @Test
  void theNodeThatTakesASleepersSessionsForDeadTakesNobodyOutWhoIsBack() {
    var client = one.client();
    var session = client.connect("ann");
    client.subscribe(ROOM);
    two.client().resume(session, Map.of());

    one.node.leave();
    cluster.lanes.settle();

    assertThat(two.present(ROOM)).containsExactly("ann");
  }

  @Test
  void whoeverIsThereAndNotShownIsEnteredAgain() {
    var client = one.client();
    var session = client.connect("ann");
    client.subscribe(ROOM);
    takeOut(one, session);
    assertThat(two.present(ROOM)).isEmpty();

    cluster.lanes.advance(Duration.ofSeconds(21));

    assertThat(two.present(ROOM)).containsExactly("ann");
  }

  @Test
  void manyWhoAreNotShownAreEnteredAgainAFewAtATime() {
    var sessions = new ArrayList<Connected>();
    for (int i = 0; i < 1_800; i++) {
      var client = one.client();
      sessions.add(client.connect("u" + i));
      client.subscribe(ROOM);
    }
    sessions.forEach(session -> takeOut(one, session));
    entries.hold();

    cluster.lanes.advance(Duration.ofSeconds(20));
    assertThat(entries.waiting()).isBetween(1, 1_500);
    entries.letGo();
    cluster.lanes.advance(Duration.ofSeconds(1));

    assertThat(two.present(ROOM)).hasSize(1_800);
  }

  private void takeOut(TestNode node, Connected session) {
    node.engine.presence().leave(ROOM, new Lease(session.session(), node.owner(), 1));
  }
}
