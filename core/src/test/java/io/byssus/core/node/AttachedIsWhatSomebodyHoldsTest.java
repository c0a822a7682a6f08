package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.NodeObserver;
import io.byssus.core.engine.Engine;
import io.byssus.core.session.Lease;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.TokenHash;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestCluster;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A step by which a session is let go may fail, or its answer get lost: then the session stands in
 * the way of its own user until it is done after all.
 */
class AttachedIsWhatSomebodyHoldsTest {
  private final TestCluster cluster = new TestCluster(36);
  private final HeldSteps releases = new HeldSteps("release");
  private final HeldSteps creations = new HeldSteps("create");
  private final HeldSteps claims = new HeldSteps("claim");
  private final HeldSteps ends = new HeldSteps("end");
  private final HeldSteps leaves = new HeldSteps("leave");
  private final HeldSteps listings = new HeldSteps("sessions");
  private final TestNode one = one();
  private final TestNode two = cluster.start("n2", new UserPolicy.AtMost(1));

  private TestNode one() {
    var node =
        cluster.prepare("n1", "1", new UserPolicy.AtMost(1), NodeObserver.NONE, this::aroundAll);
    node.node.join();
    cluster.lanes.settle();
    return node;
  }

  private Engine aroundAll(Engine engine) {
    for (var steps : List.of(releases, creations, claims, ends, leaves, listings)) {
      engine = steps.around(engine);
    }
    return engine;
  }

  @Test
  void whoseConnectionBreaksInAnOutageMayConnectAnew() {
    var client = one.client();
    var session = client.connect("ann");
    client.subscribe("seen.room");
    lose();
    releases.hold();
    leaves.hold();
    client.cut();
    releases.refuseOne();
    leaves.refuseOne();
    releases.letGo();
    leaves.letGo();
    cluster.lanes.settle();
    assertThat(holder(session)).isPresent();

    regain();

    assertThat(one.node.ready()).isTrue();
    assertThat(holder(session)).isEmpty();
    assertThat(two.present("seen.room")).isEmpty();
    assertThat(two.client().connect("ann").resumed()).isFalse();
  }

  @Test
  void whatIsOwedIsDoneBeforeTheNodeIsReady() {
    releaseFailsInAnOutage();
    releases.hold();
    regain();
    assertThat(releases.waiting()).isEqualTo(1);
    assertThat(one.node.ready()).isFalse();

    releases.letGo();
    cluster.lanes.settle();
    assertThat(one.node.ready()).isTrue();
  }

  @Test
  void whatFailsAgainIsTriedAgainAndTheNodeIsReadyMeanwhile() {
    var session = releaseFailsInAnOutage();
    releases.hold();
    regain();
    releases.refuseOne();
    cluster.lanes.settle();
    assertThat(one.node.ready()).isTrue();
    assertThat(holder(session)).isPresent();

    releases.letGo();
    cluster.lanes.advance(Duration.ofSeconds(10));
    assertThat(holder(session)).isEmpty();
  }

  @Test
  void anotherOutageDuringThePaymentDefersIt() {
    var session = releaseFailsInAnOutage();
    releases.hold();
    regain();
    lose();
    releases.refuseOne();
    cluster.lanes.settle();
    assertThat(one.node.ready()).isFalse();
    releases.letGo();

    regain();

    assertThat(one.node.ready()).isTrue();
    assertThat(holder(session)).isEmpty();
  }

  @Test
  void aReleaseThatWasDoneAndNotAnsweredHarmsNobodyWhoHasTheSessionSince() {
    var client = one.client();
    var session = client.connect("ann");
    lose();
    releases.hold();
    client.cut();
    releases.loseOneAnswer();
    releases.letGo();
    var there = two.client();
    there.resume(session, Map.of());

    regain();

    assertThat(holder(session)).contains(new Lease(session.session(), two.owner(), 2));
    assertThat(there.socket().closed()).isEmpty();
  }

  @Test
  void aReleaseThatWasNeverDoneHarmsNobodyWhoHasTheSessionSince() {
    var session = releaseFailsInAnOutage();
    var there = two.client();
    there.resume(session, Map.of());

    regain();

    assertThat(holder(session)).contains(new Lease(session.session(), two.owner(), 2));
  }

  @Test
  void aReleaseThatFailsInQuietTimesIsDoneAfterAWhile() {
    var client = one.client();
    var session = client.connect("ann");
    releases.hold();
    client.cut();
    releases.refuseOne();
    releases.letGo();

    cluster.lanes.advance(Duration.ofSeconds(3));

    assertThat(holder(session)).isEmpty();
  }

  private Connected releaseFailsInAnOutage() {
    var client = one.client();
    var session = client.connect("ann");
    lose();
    releases.hold();
    client.cut();
    releases.refuseOne();
    releases.letGo();
    cluster.lanes.settle();
    return session;
  }

  @Test
  void aConnectWhoseSessionWasMadeAndNotAnsweredDoesNotStandInItsOwnWay() {
    var client = one.client();
    creations.hold();
    client.say(TestClient.newcomer(client.nextId(), "ann"));
    creations.loseOneAnswer();
    cluster.lanes.settle();
    assertThat(TestClient.error(client.hear())).isEqualTo(ErrorCode.UNAVAILABLE);
    creations.letGo();

    assertAnnMayConnectSoon();
  }

  @Test
  void aConnectThatCouldNotBeJudgedDoesNotStandInItsOwnWay() {
    var client = one.client();
    listings.hold();
    ends.hold();
    client.say(TestClient.newcomer(client.nextId(), "ann"));
    listings.refuseOne();
    cluster.lanes.settle();
    ends.refuseOne();
    cluster.lanes.settle();
    assertThat(TestClient.error(client.hear())).isEqualTo(ErrorCode.UNAVAILABLE);
    listings.letGo();
    ends.letGo();

    assertAnnMayConnectSoon();
  }

  @Test
  void aClaimThatWasGrantedAndNotAnsweredIsGivenBack() {
    var client = one.client();
    var session = client.connect("ann");
    client.cut();
    claims.hold();
    client.resume(session, Map.of());
    claims.loseOneAnswer();
    cluster.lanes.settle();
    assertThat(TestClient.error(client.hear())).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(holder(session)).isPresent();
    claims.letGo();

    cluster.lanes.advance(Duration.ofSeconds(3));

    assertThat(holder(session)).isEmpty();
  }

  @Test
  void aClaimThatWasNotAnsweredIsNotGivenBackUnderTheOneThatWas() {
    var client = one.client();
    var session = client.connect("ann");
    client.cut();
    claims.hold();
    client.resume(session, Map.of());
    claims.loseOneAnswer();
    claims.letGo();
    client.resume(session, Map.of());

    cluster.lanes.advance(Duration.ofSeconds(10));

    assertThat(holder(session)).contains(new Lease(session.session(), one.owner(), 3));
    assertThat(client.socket().closed()).isEmpty();
  }

  private void assertAnnMayConnectSoon() {
    cluster.lanes.advance(Duration.ofSeconds(3));
    assertThat(two.client().connect("ann").resumed()).isFalse();
  }

  @Test
  void oneThatOnlyTheStoreTakesForOursIsMetAndStandsInNobodysWay() {
    stray("stray");

    assertThat(one.client().connect("ann").resumed()).isFalse();
  }

  @Test
  void oneThatOnlyTheStoreTakesForOursIsFoundThoughNobodyMeetsIt() {
    var stray = stray("stray");
    var client = one.client();
    var held = client.connect("bob");

    passTime(client, 605);

    assertThat(holder(stray)).isEmpty();
    assertThat(holder(held)).isPresent();
  }

  @Test
  void aSessionWhoseConnectIsUnderWayIsNoStray() {
    var client = one.client();
    listings.hold();
    client.say(TestClient.newcomer(client.nextId(), "ann"));
    assertThat(listings.waiting()).isEqualTo(1);

    passTime(client, 605);
    listings.letGo();
    cluster.lanes.settle();

    var connected = TestClient.only(Connected.class, client.everything());
    assertThat(holder(connected)).contains(new Lease(connected.session(), one.owner(), 1));
  }

  private void passTime(TestClient client, int seconds) {
    for (int second = 0; second < seconds; second += 5) {
      cluster.lanes.advance(Duration.ofSeconds(5));
      client.heartbeat();
    }
  }

  private String stray(String session) {
    var made = new NewSession(session, "ann", Map.of(), Set.of(), TokenHash.NONE);
    one.engine.sessions().create(made, one.owner());
    one.engine.directory().add(new Target.ToUser("ann"), session);
    return session;
  }

  private void lose() {
    cluster.bus(one).pull(true);
    cluster.lanes.settle();
  }

  private void regain() {
    cluster.bus(one).plugIn(true);
    cluster.lanes.settle();
  }

  private Optional<Lease> holder(Connected session) {
    return holder(session.session());
  }

  private Optional<Lease> holder(String session) {
    return two.engine.sessions().holder(session).toCompletableFuture().join().flatMap(held -> held);
  }
}
