package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.NodeObserver;
import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.TokenHash;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestCluster;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Sent;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whoever is sent to by user or tag is found as long as the session lives, and no longer. */
class SessionIsListedWhateverGetsLostTest {
  private static final Target ANN = new Target.ToUser("ann");
  private static final Target TAG = new Target.ToTag("tag");
  private static final Duration TTL = EngineSettings.DEFAULTS.sessionTtl();

  private final FailingSteps steps = new FailingSteps();
  private final TestCluster cluster = new TestCluster(43);
  private final List<TestClient> here = new ArrayList<>();
  private final TestNode node = joined(new UserPolicy.Unlimited());

  private TestNode joined(UserPolicy policy) {
    var made =
        cluster.prepare(
            "n" + policy.getClass().getSimpleName(), "1", policy, NodeObserver.NONE, steps::around);
    made.node.join();
    cluster.lanes.settle();
    return made;
  }

  private Connected connected(TestClient client) {
    here.add(client);
    return client.connect("ann", Set.of("tag"), Map.of());
  }

  private void cut(TestClient client) {
    client.cut();
    here.remove(client);
  }

  private void loseEntries(Connected session) {
    node.engine.directory().remove(ANN, session.session());
    node.engine.directory().remove(TAG, session.session());
  }

  private void assertFound() {
    var sender = node.connected("bob");
    for (var target : List.of(ANN, TAG)) {
      assertThat(TestClient.only(Sent.class, sender.send(target, "hello")).sessions()).isOne();
    }
  }

  @Test
  void aSessionWhoseEntriesWereLostIsFoundAfterItsResume() {
    var client = node.client();
    var session = connected(client);
    loseEntries(session);

    client.resume(session, Map.of());

    assertFound();
  }

  @Test
  void aSessionWhoseEntriesWereLostIsFoundAfterTheOutage() {
    var client = node.client();
    var session = connected(client);
    cluster.bus(node).pull(true);
    cluster.lanes.settle();
    loseEntries(session);

    cluster.bus(node).plugIn(true);
    cluster.lanes.settle();

    assertFound();
  }

  @Test
  void aSessionWhoseEntriesWereLostIsFoundAfterItsRenewal() {
    loseEntries(connected(node.client()));

    pass(TTL.dividedBy(2));

    assertFound();
  }

  @Test
  void whoStaysForDaysIsFoundAndStandsInItsPlace() {
    var first = connected(node.client());
    var second = connected(node.client());

    pass(TTL.multipliedBy(10));

    assertThat(node.engine.directory().sessions(ANN).toCompletableFuture())
        .isCompletedWithValue(List.of(first.session(), second.session()));
  }

  @Test
  void whoComesBackAtTheLastMomentIsFoundMeanwhile() {
    var client = node.client();
    connected(client);
    pass(TTL.multipliedBy(3));
    cut(client);

    pass(TTL.minusSeconds(10));

    assertFound();
  }

  @Test
  void ofRemovalsThatFailedNothingIsLeftInTheEnd() {
    for (int i = 0; i < 3; i++) {
      var client = node.client();
      connected(client);
      cut(client);
    }
    steps.fail("removeOld", FailingSteps.How.LOST);
    pass(TTL.plusSeconds(10));
    steps.mend();

    pass(TTL.multipliedBy(SessionDirectory.LIVES));

    assertThat(node.engine.directory().sessions(ANN).toCompletableFuture())
        .isCompletedWithValue(List.of());
  }

  /** The last to go took nobody with them: those who come find four entries of which none lives. */
  @Test
  void entriesOfSessionsThatAreGoneCountForNobodyAndAreStruckOff() {
    var bounded = joined(new UserPolicy.AtMost(2));
    for (int i = 0; i < 2; i++) {
      var client = bounded.client();
      connected(client);
      cut(client);
    }
    steps.fail("removeOld", FailingSteps.How.LOST);
    pass(TTL.plusSeconds(10));
    steps.mend();
    assertThat(bounded.engine.directory().sessions(ANN).toCompletableFuture().join()).hasSize(2);

    var fresh = connected(bounded.client());

    assertThat(bounded.engine.directory().sessions(ANN).toCompletableFuture())
        .isCompletedWithValue(List.of(fresh.session()));
  }

  @Test
  void aListThatFailsAtAResumeDoesNotRefuseItAndIsSaidAgain() {
    var client = node.client();
    var session = connected(client);
    loseEntries(session);
    steps.fail("add", FailingSteps.How.NOT_DONE);
    var heard = client.resume(session, Map.of());
    assertThat(TestClient.only(Connected.class, heard).resumed()).isTrue();
    steps.mend();

    pass(TTL.dividedBy(2));

    assertFound();
  }

  /** A sender met an id that nobody had, and says so when it is somebody's again. */
  @Test
  void whatIsLateToStrikeOffDoesNotStrikeWhoIsThereAgain() {
    var id = "fixed";
    var directory = node.engine.directory();
    directory.add(ANN, id);
    node.engine
        .sessions()
        .create(new NewSession(id, "ann", Map.of(), Set.of(), TokenHash.of("token")), node.owner());
    directory.removeOld(ANN, id);

    var sender = node.connected("bob");
    assertThat(TestClient.only(Sent.class, sender.send(ANN, "hello")).sessions()).isOne();
    assertThat(TestClient.error(sender.send(TAG, "hello"))).isEqualTo(ErrorCode.NO_RECIPIENT);
  }

  private void pass(Duration time) {
    for (var left = time; left.isPositive(); left = left.minusSeconds(10)) {
      cluster.lanes.advance(Duration.ofSeconds(10));
      here.forEach(TestClient::heartbeat);
    }
  }
}
