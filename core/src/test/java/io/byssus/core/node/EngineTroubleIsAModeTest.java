package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.NodeObserver;
import io.byssus.core.delivery.InboxStore;
import io.byssus.core.engine.Engine;
import io.byssus.core.session.Lease;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestCluster;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Degraded;
import io.byssus.protocol.ServerMessage.Member;
import io.byssus.protocol.Target;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EngineTroubleIsAModeTest {
  private final TestCluster cluster = new TestCluster(33);
  private final HeldSteps renewals = new HeldSteps("renew");
  private final TestNode node = joined();

  private TestNode joined() {
    var made =
        cluster.prepare("n1", "1", new UserPolicy.Unlimited(), NodeObserver.NONE, renewals::around);
    made.node.join();
    cluster.lanes.settle();
    return made;
  }

  @Test
  void connectionsStayAndAreTold() {
    var client = node.connected("ann");
    var stranger = node.client();

    lose();

    assertThat(node.node.ready()).isFalse();
    assertThat(TestClient.only(Degraded.class, client.hear()).active()).isTrue();
    assertThat(stranger.hear()).isEmpty();
    assertThat(client.socket().closed()).isEmpty();
  }

  @Test
  void whoComesMeanwhileIsAskedToTryAgainAndMay() {
    lose();
    var late = node.client();

    assertThat(TestClient.error(late.say(TestClient.newcomer(late.nextId(), "ann"))))
        .isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(late.socket().closed()).isEmpty();

    regain();
    assertThat(late.connect("ann").resumed()).isFalse();
  }

  @Test
  void afterwardsTheSessionsThatOthersTookAreGivenUpAndTheRestGoesOn() {
    var other = cluster.start("n2");
    var lost = node.client();
    var session = lost.connect("ann");
    var kept = node.connected("bob");
    lose();
    other.client().resume(session, Map.of());
    lost.hear();
    kept.hear();

    regain();

    assertThat(lost.socket().closed()).contains(CloseCode.TAKEN_OVER);
    assertThat(TestClient.all(Degraded.class, lost.hear())).isEmpty();
    assertThat(TestClient.only(Degraded.class, kept.hear()).active()).isFalse();
    assertThat(node.node.ready()).isTrue();
  }

  @Test
  void whatWasDirectedMeanwhileIsRead() {
    var other = cluster.start("n2");
    var client = node.connected("ann");
    lose();
    other.connected("bob").send(new Target.ToUser("ann"), "hello");
    assertThat(client.directs()).isEmpty();

    regain();

    assertThat(client.directs()).containsExactly("hello");
  }

  /**
   * The engine was not heard for a moment, too short to be told: whoever was woken then was not.
   */
  @Test
  void whatWasDirectedInAMomentThatNobodyToldIsRead() {
    var other = cluster.start("n2");
    var client = node.connected("ann");
    cluster.bus(node).pull(false);
    other.connected("bob").send(new Target.ToUser("ann"), "hello");
    assertThat(client.directs()).isEmpty();

    cluster.bus(node).plugIn(true);
    cluster.lanes.settle();

    assertThat(client.directs()).containsExactly("hello");
    assertThat(TestClient.all(Degraded.class, client.hear())).isEmpty();
  }

  @Test
  void presenceThatRanOutIsEnteredAgain() {
    var client = node.client();
    var session = client.connect("ann");
    client.subscribe("seen.room");
    lose();
    node.engine.presence().leave("seen.room", new Lease(session.session(), node.owner(), 1));

    regain();

    assertThat(
            node.engine
                .presence()
                .members("seen.room", Bounds.most(10))
                .toCompletableFuture()
                .join()
                .members())
        .extracting(Member::user)
        .containsExactly("ann");
  }

  @Test
  void itIsReadyOnceItsLeasesWereChecked() {
    var client = node.connected("ann");
    lose();
    renewals.hold();
    client.hear();

    regain();
    assertThat(node.node.ready()).isFalse();
    assertThat(client.hear()).isEmpty();

    renewals.letGo();
    cluster.lanes.settle();
    assertThat(node.node.ready()).isTrue();
    assertThat(TestClient.only(Degraded.class, client.hear()).active()).isFalse();
  }

  @Test
  void aSecondOutageMakesTheFirstCheckWorthless() {
    var client = node.connected("ann");
    lose();
    renewals.hold();
    regain();
    lose();
    regain();
    client.hear();

    renewals.letOneGo(); // asked before the second outage
    cluster.lanes.settle();
    assertThat(node.node.ready()).isFalse();
    assertThat(client.hear()).isEmpty();

    renewals.letGo();
    cluster.lanes.settle();
    assertThat(node.node.ready()).isTrue();
  }

  @Test
  void aCrowdCatchesUpAFewAtATime() {
    var clients = new ArrayList<TestClient>();
    for (int i = 0; i < 900; i++) {
      clients.add(node.connected("u" + i));
    }
    lose();
    clients.forEach(TestClient::hear);

    regain();
    assertThat(revived(clients)).isBetween(100L, 300L);
    cluster.lanes.advance(Duration.ofSeconds(1));
    assertThat(revived(clients)).isEqualTo(900);
  }

  /** Each partition of a Redis Cluster that is heard again says so. */
  @Test
  void thatSomethingMayHaveBeenMissedIsSaidManyTimesAndReadTwice() {
    var reads = new AtomicInteger();
    var other =
        cluster.prepare(
            "n2",
            "1",
            new UserPolicy.Unlimited(),
            NodeObserver.NONE,
            engine -> countingReads(engine, reads));
    for (int i = 0; i < 900; i++) {
      other.connected("u" + i);
    }
    var before = reads.get();

    for (int i = 0; i < 64; i++) {
      cluster.bus(other).plugIn(true);
      cluster.lanes.advance(Duration.ofMillis(10));
    }
    cluster.lanes.advance(Duration.ofSeconds(3));

    assertThat(reads.get() - before).isBetween(900, 2 * 900);
  }

  private static Engine countingReads(Engine engine, AtomicInteger reads) {
    var counting =
        (InboxStore)
            Proxy.newProxyInstance(
                InboxStore.class.getClassLoader(),
                new Class<?>[] {InboxStore.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("read")) {
                    reads.incrementAndGet();
                  }
                  return method.invoke(engine.inboxes(), arguments);
                });
    return new Engine(
        engine.sessions(),
        engine.broker(),
        counting,
        engine.directory(),
        engine.presence(),
        engine.bus());
  }

  private static long revived(List<TestClient> clients) {
    return clients.stream()
        .filter(client -> TestClient.all(Degraded.class, client.everything()).size() == 2)
        .count();
  }

  @Test
  void oneThatIsWelcomedDuringTheOutageIsToldToo() {
    var creations = new HeldSteps("create");
    var other =
        cluster.prepare(
            "n2", "1", new UserPolicy.Unlimited(), NodeObserver.NONE, creations::around);
    var client = other.client();
    creations.hold();
    client.say(TestClient.newcomer(client.nextId(), "ann"));
    cluster.bus(other).pull(true);
    cluster.lanes.settle();

    creations.letGo();
    cluster.lanes.settle();

    assertThat(client.hear()).hasSize(2).first().isInstanceOf(Connected.class);
    assertThat(client.everything()).last().isEqualTo(new Degraded(true));
  }

  private void lose() {
    cluster.bus(node).pull(true);
    cluster.lanes.settle();
  }

  private void regain() {
    cluster.bus(node).plugIn(true);
    cluster.lanes.settle();
  }
}
