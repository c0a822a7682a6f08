package io.byssus.client;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.byssus.protocol.Command;
import java.time.Duration;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
  private static final Offset<Double> ABOUT = within(0.001);

  @Test
  void aSilentServerIsFoundDeadWithinIntervalAndTimeout() {
    var server = ScriptedServer.start();
    var line = server.connected();
    server.passes(ofSeconds(29));
    assertThat(line.all(Command.Ping.class)).isEmpty();
    server.passes(ofSeconds(1));
    assertThat(line.all(Command.Ping.class)).hasSize(1);
    server.passes(ofSeconds(9));
    assertThat(server.client().state()).isEqualTo(ClientState.CONNECTED);
    server.passes(ofSeconds(1));
    assertThat(server.client().state()).isEqualTo(ClientState.WAITING);
    assertThat(line.gone()).isTrue();
  }

  /** The answer may lie in the socket of a process that was stopped or busy. */
  @Test
  void whoLooksTooLateAsksAgain() {
    var beat = new Heartbeat(30_000_000_000L, 10_000_000_000L, 0);
    assertThat(beat.due(30_000_000_000L)).isEqualTo(Heartbeat.Due.PING);

    assertThat(beat.due(90_000_000_000L)).isEqualTo(Heartbeat.Due.PING);
    assertThat(beat.due(99_000_000_000L)).isEqualTo(Heartbeat.Due.WAIT);
    assertThat(beat.due(100_000_000_000L)).isEqualTo(Heartbeat.Due.DEAD);
  }

  @Test
  void aNetworkThatCannotBeNamedIsOneLikeAnother() {
    var server =
        ScriptedServer.start(builder ->
            builder
                .adaptiveHeartbeat()
                .network(() -> {
                  throw new IllegalStateException("on purpose");
                }));
    server.connected();
    assertThat(server.client().state()).isEqualTo(ClientState.CONNECTED);
    assertThat(server.client().ready()).isCompleted();
  }

  @Test
  void anythingHeardIsASignOfLife() {
    var server = ScriptedServer.start();
    var line = server.connected();
    for (int i = 0; i < 10; i++) {
      server.passes(ofSeconds(29));
      if (i % 2 == 0) {
        line.lives();
      } else {
        line.says("{'type':'degraded','active':true}");
      }
    }
    assertThat(line.all(Command.Ping.class)).isEmpty();
    server.passes(ofSeconds(35));
    line.says("{'type':'pong'}");
    server.passes(ofSeconds(29));
    assertThat(server.client().state()).isEqualTo(ClientState.CONNECTED);
    assertThat(line.all(Command.Ping.class)).hasSize(1);
  }

  @Test
  void anAdaptiveClientDecidesAlone() {
    var server = ScriptedServer.start(ClientBuilder::adaptiveHeartbeat);
    server.line().opened();
    assertThat(server.line().last(Command.Connect.class).heartbeatSeconds()).isEqualTo(240);
    var id = server.line().last(Command.Connect.class).id();
    server
        .line()
        .says(ScriptedServer.CONNECTED.replace("30", "240").formatted(id, "s1", "r1", false));
    for (int silence : new int[] {30, 30, 45}) {
      var asked = server.line().all(Command.Ping.class).size();
      server.passes(ofSeconds(silence).minusMillis(1));
      assertThat(server.line().all(Command.Ping.class)).hasSize(asked);
      server.passes(Duration.ofMillis(1));
      assertThat(server.line().all(Command.Ping.class)).hasSize(asked + 1);
      server.line().says("{'type':'pong'}");
    }
  }

  @Test
  void aFixedWishIsSaid() {
    var server = ScriptedServer.start(builder -> builder.heartbeat(ofSeconds(60)));
    assertThat(server.line().opened().last(Command.Connect.class).heartbeatSeconds()).isEqualTo(60);
    assertThatThrownBy(() -> new HeartbeatWish(5, 60)).isInstanceOf(IllegalArgumentException.class);
  }

  // What is learned.

  private final AdaptiveInterval adaptive = new AdaptiveInterval(new HeartbeatWish(10, 240));

  private void answered(int times) {
    for (int i = 0; i < times; i++) {
      adaptive.answered();
    }
  }

  @Test
  void growsByHalfAfterTwoGoodSilencesUpToWhatIsInForce() {
    adaptive.connected("wifi", 100);
    assertThat(adaptive.seconds()).isEqualTo(30, ABOUT);
    answered(1);
    assertThat(adaptive.seconds()).isEqualTo(30, ABOUT);
    answered(1);
    assertThat(adaptive.seconds()).isEqualTo(45, ABOUT);
    answered(2);
    assertThat(adaptive.seconds()).isEqualTo(67.5, ABOUT);
    answered(10);
    assertThat(adaptive.seconds()).isEqualTo(100, ABOUT);
  }

  @Test
  void fallsBackToTheLastGoodOneAndNeverGrowsToTheBadOneAgain() {
    adaptive.connected("wifi", 240);
    answered(2);
    adaptive.died(); // at 45
    assertThat(adaptive.seconds()).isEqualTo(30, ABOUT);
    answered(20);
    assertThat(adaptive.seconds()).isEqualTo(36, ABOUT);
  }

  @Test
  void isNeverLessThanTenSeconds() {
    adaptive.connected("mobile", 240);
    adaptive.died();
    assertThat(adaptive.seconds()).isEqualTo(10, ABOUT);
    adaptive.died();
    assertThat(adaptive.seconds()).isEqualTo(10, ABOUT);
  }

  @Test
  void eachNetworkIsLearnedByItself() {
    adaptive.connected("mobile", 240);
    adaptive.died();
    adaptive.connected("wifi", 240);
    assertThat(adaptive.seconds()).isEqualTo(30, ABOUT);
    adaptive.connected("mobile", 240);
    assertThat(adaptive.seconds()).isEqualTo(10, ABOUT);
  }

  @Test
  void isBoundedByWhatIsInForceFromTheStart() {
    adaptive.connected("wifi", 20);
    assertThat(adaptive.seconds()).isEqualTo(20, ABOUT);
  }
}
