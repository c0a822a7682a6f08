package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Failed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReconnectStormIsAdmittedAtABoundedRateTest {
  private static final int AT_ONCE = 6;

  private final HeldSteps creations = new HeldSteps("create");
  private final TestNode node =
      new TestNode(
          41, atOnce(AT_ONCE), new UserPolicy.Unlimited(), NodeObserver.NONE, creations::around);
  private final List<TestClient> crowd = new ArrayList<>();

  @Test
  void onlySoManyAreWithTheEngineAtOnceAndAllComeInTheEnd() {
    creations.hold();
    come(40);
    for (int admitted = 0; admitted < 40; admitted++) {
      assertThat(creations.waiting()).isBetween(1, AT_ONCE);
      creations.letOneGo();
      node.lanes.settle();
    }
    assertThat(crowd).allMatch(client -> heard(client, Connected.class) == 1);
  }

  @Test
  void whoWaitsTooLongIsAskedToTryAgain() {
    creations.hold();
    come(40);
    node.lanes.advance(Duration.ofSeconds(11));

    assertThat(creations.waiting()).isEqualTo(AT_ONCE);
    creations.letGo();
    node.lanes.settle();
    assertThat(crowd.stream().filter(client -> heard(client, Connected.class) == 1)).hasSize(6);
    var refused = crowd.stream().filter(client -> heard(client, Connected.class) == 0).toList();
    assertThat(refused)
        .hasSize(34)
        .allMatch(client -> TestClient.error(client.everything()) == ErrorCode.UNAVAILABLE)
        .allMatch(client -> client.socket().closed().isEmpty());
    assertThat(refused.getFirst().connect("again").resumed()).isFalse();
  }

  @Test
  void whoGoesAwayTakesNoPlace() {
    creations.hold();
    come(40);
    crowd.forEach(TestClient::cut);
    creations.letGo();
    node.lanes.settle();

    assertThat(node.connected("ann").socket().closed()).isEmpty();
    come(40);
    assertThat(crowd.subList(40, 80)).allMatch(client -> heard(client, Connected.class) == 1);
  }

  @Test
  void aPlaceIsFreeAfterEveryEndOfAConnect() {
    var session = node.client().connect("ann");
    for (int i = 0; i < 3 * AT_ONCE; i++) {
      var stranger = node.client();
      stranger.say(connect(stranger, "nobody"));
      var thief = node.client();
      thief.say(TestClient.resume(1, "bob", session, Map.of(), Optional.empty()));
      var late = node.client();
      late.say(TestClient.resume(1, "ann", new Command.Resume("none", "token")));
    }
    assertThat(node.client().connect("carl").resumed()).isFalse();
  }

  @Test
  void aPlaceIsFreeAgainWhenTheRefusalCannotBeWritten() {
    node.lanes.expectFailures();
    creations.hold();
    come(40);
    node.node.reachable(false);
    node.wire.refuseToFrame(messages -> messages.getFirst() instanceof Failed);
    creations.letGo();
    node.lanes.settle();
    assertThat(node.lanes.takeFailures()).isNotEmpty();

    node.wire.refuseToFrame(messages -> false);
    node.node.reachable(true);
    come(40);
    assertThat(crowd.subList(40, 80)).allMatch(client -> heard(client, Connected.class) == 1);
  }

  @Test
  void whoWaitsTooLongAndCannotBeToldSoIsClosed() {
    node.lanes.expectFailures();
    creations.hold();
    come(40);
    node.wire.refuseToFrame(messages -> messages.getFirst() instanceof Failed);
    node.lanes.advance(Duration.ofSeconds(11));

    assertThat(crowd.stream().filter(client -> client.socket().closed().isPresent()))
        .hasSize(34)
        .allMatch(client -> client.socket().closed().get() == CloseCode.INTERNAL_ERROR);
  }

  private void come(int count) {
    for (int i = 0; i < count; i++) {
      var client = node.client();
      client.post(connect(client, "user" + i));
      crowd.add(client);
    }
    node.lanes.settle();
  }

  private static Command connect(TestClient client, String user) {
    return TestClient.newcomer(client.nextId(), user);
  }

  private static int heard(TestClient client, Class<Connected> type) {
    return TestClient.all(type, client.everything()).size();
  }

  private static Limits atOnce(int connects) {
    var d = Limits.DEFAULTS;
    return new Limits(
        d.connectTimeout(),
        d.messageBytes(),
        d.channelNameBytes(),
        d.subscriptions(),
        d.attributes(),
        d.attributeBytes(),
        d.tags(),
        d.tagBytes(),
        d.outboxBytes(),
        d.recoveryItems(),
        d.recoveryBytes(),
        d.historyItems(),
        d.historyBytes(),
        d.presenceMembers(),
        d.commandsPerSecond(),
        d.commandsBurst(),
        d.commandsWaiting(),
        connects);
  }
}
