package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Pong;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SilentPeersTest {
  private final TestNode node = new TestNode(9);

  {
    node.lanes.advance(Duration.ofMinutes(1)); // it has listened for a while
  }

  @Test
  void oneThatDoesNotAnswerThePingIsClosedAfterIntervalAndTimeOut() {
    var client = node.connected("ann");

    untilPinged(client);
    node.lanes.advance(Duration.ofMillis(9_700));
    assertThat(client.socket().closed()).isEmpty();
    node.lanes.advance(Duration.ofMillis(600));

    assertThat(client.socket().closed()).contains(CloseCode.HEARTBEAT_TIMEOUT);
  }

  /** The first ping comes at random within the interval. */
  private void untilPinged(TestClient client) {
    for (int i = 0; i < 121 && client.socket().pings() == 0; i++) {
      node.lanes.advance(Duration.ofMillis(250));
    }
    assertThat(client.socket().pings()).isEqualTo(1);
  }

  @Test
  void anySignOfLifeCounts() {
    var client = node.connected("ann");
    for (int i = 0; i < 60; i++) {
      node.lanes.advance(Duration.ofSeconds(9));
      client.heartbeat();
    }
    assertThat(client.socket().closed()).isEmpty();
  }

  @Test
  void firstPingsOfACrowdAreSpreadOverTheInterval() {
    var crowd = new TestClient[60];
    for (int i = 0; i < crowd.length; i++) {
      crowd[i] = node.connected("u" + i);
    }
    node.lanes.advance(Duration.ofSeconds(15));
    var pinged = 0;
    for (var client : crowd) {
      pinged += client.socket().pings();
    }
    assertThat(pinged).isBetween(15, 45);
  }

  @Test
  void aPausedNodeJudgesNobodyUntilItHasListenedForAPeriod() {
    var client = node.connected("ann");
    untilPinged(client);

    node.lanes.stall(Duration.ofMinutes(3)); // the answer waits in the socket meanwhile
    assertThat(client.socket().closed()).isEmpty();
    client.heartbeat();
    node.lanes.advance(Duration.ofSeconds(35));

    assertThat(client.socket().closed()).isEmpty();
  }

  @Test
  void afterAPauseTheReallyDeadAreStillFound() {
    var client = node.connected("ann");
    untilPinged(client);
    node.lanes.stall(Duration.ofMinutes(3));

    node.lanes.advance(Duration.ofSeconds(42));

    assertThat(client.socket().closed()).contains(CloseCode.HEARTBEAT_TIMEOUT);
  }

  @Test
  void aClientMayAskForAnotherIntervalWithinBounds() {
    assertThat(intervalFor(60)).isEqualTo(60);
    assertThat(intervalFor(1)).isEqualTo(10);
    assertThat(intervalFor(10_000)).isEqualTo(240);
    assertThat(intervalFor(0)).isEqualTo(30);
  }

  private int intervalFor(int wish) {
    var heard =
        node.client()
            .say(
                new Command.Connect(
                    1,
                    "ann",
                    Optional.empty(),
                    Set.of(),
                    Map.of(),
                    Map.of(),
                    Optional.empty(),
                    false,
                    wish));
    return TestClient.only(Connected.class, heard).heartbeat().intervalSeconds();
  }

  @Test
  void aStrangerWhoNeverConnectsIsTurnedAway() {
    var stranger = node.client().open(false);
    stranger.say(new Command.Ping(1, false));

    node.lanes.advance(Duration.ofMillis(10_500));

    assertThat(stranger.socket().closed()).contains(CloseCode.CONNECT_TIMEOUT);
  }

  @Test
  void oneThatNeedsNoTokenMayOnlyPing() {
    var page = node.client();
    for (int i = 0; i < 40; i++) {
      node.lanes.advance(Duration.ofSeconds(9));
      page.heartbeat(); // browsers answer WebSocket pings by themselves
      var heard = page.say(new Command.Ping(0, true));
      assertThat(TestClient.only(Pong.class, heard).upperCase()).isTrue();
    }
    assertThat(page.socket().closed()).isEmpty();
  }
}
