package io.byssus.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.connection.Peer;
import io.byssus.core.node.Authenticator;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Json;
import io.byssus.protocol.Target;
import io.byssus.protocol.device.Controls;
import io.byssus.protocol.device.Crc;
import io.byssus.protocol.device.DeviceFrame;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What takes seconds or hours, in steps. */
class GatewaysOverTimeTest {
  private static final int FRAMES_PER_SECOND = 100;
  private static final Duration IDLE = Duration.ofSeconds(90);
  private static final DeviceSettings SETTINGS =
      new DeviceSettings(
          Crc.CCITT_FALSE,
          "kept.{address}",
          Controls.NONE,
          Optional.of(0),
          false,
          false,
          List.of(),
          256,
          FRAMES_PER_SECOND,
          Duration.ofSeconds(1),
          IDLE,
          List.of());

  private final TestNode node = new TestNode(7);
  private final Map<DeviceEvent, Long> counted = new EnumMap<>(DeviceEvent.class);
  private final Gateways gateways =
      new Gateways(
          SETTINGS,
          node.node::open,
          new Nobody(),
          (event, times, who) -> counted.merge(event, times, Long::sum));
  private final SteppedGateway gateway = new SteppedGateway(node, gateways);

  private static DeviceFrame frame(int address, int control) {
    return new DeviceFrame(address, control, new byte[0]);
  }

  private static DeviceFrame[] frames(int count) {
    var frames = new DeviceFrame[count];
    Arrays.fill(frames, frame(7, 1));
    return frames;
  }

  private long count(DeviceEvent event) {
    return counted.getOrDefault(event, 0L);
  }

  private void command(TestClient client, int control) {
    var data = Json.of("{\"control\":" + control + "}");
    client.say(new Command.Send(client.nextId(), new Target.ToSession("device:g1:7"), data));
  }

  @Test
  void aSessionThatIsMadeAnewCountsItsCommandsAnew() {
    var ann = node.connected("ann");
    gateway.say(frame(7, 1));
    for (var control = 1; control <= 3; control++) {
      command(ann, control);
    }
    assertThat(gateway.hear()).containsExactly(1, 2, 3);

    for (var minute = 0; minute < 60; minute++) {
      gateway.say(frame(8, 0));
      node.lanes.advance(Duration.ofMinutes(1));
    }
    assertThat(node.engine.sessions().holder("device:g1:7").toCompletableFuture().join()).isEmpty();
    gateway.say(frame(7, 1));
    command(node.connected("bob"), 4);
    assertThat(gateway.hear()).containsExactly(4);

    gateway.cut();
    var again = new SteppedGateway(node, gateways);
    again.say(frame(7, 1));
    assertThat(again.hear()).as("what was written is acknowledged").isEmpty();
  }

  @Test
  void aGatewayThatIsMadeToWaitIsNotTakenForSilent() {
    var rounds = 2 * (int) IDLE.toSeconds();
    gateway.say(frames(rounds * FRAMES_PER_SECOND));
    gateway.say(frame(7, 2));
    assertThat(gateway.isRead()).isFalse();

    node.lanes.advance(IDLE.multipliedBy(2));

    assertThat(gateway.closed).isEmpty();
    assertThat(count(DeviceEvent.FRAMES)).isEqualTo(rounds * FRAMES_PER_SECOND + 1);
    node.lanes.advance(IDLE.multipliedBy(2));
    assertThat(gateway.closed).contains(CloseCode.HEARTBEAT_TIMEOUT);
  }

  @Test
  void aGatewayThatTakesItsCommandsSlowlyIsNotTakenForSilent() {
    var ann = node.connected("ann");
    gateway.say(frame(7, 1));
    gateway.takes(false);
    for (var control = 1; control <= 20; control++) {
      command(ann, control);
    }
    gateway.say(frame(7, 2)); // a reply to it has no room either, so the gateway is not read
    gateway.say(frame(7, 3));
    assertThat(gateway.isRead()).isFalse();

    for (var minute = 0; minute < 6; minute++) {
      node.lanes.advance(Duration.ofMinutes(1));
      ann.heartbeat();
      gateway.takesOne();
    }
    assertThat(gateway.closed).isEmpty();
    node.lanes.advance(IDLE.plusSeconds(31));

    assertThat(gateway.closed).contains(CloseCode.HEARTBEAT_TIMEOUT);
  }

  @Test
  void whatHadBeenReadAlreadyIsPaidForBeforeMoreIsRead() {
    gateway.say(frames(20 * FRAMES_PER_SECOND));
    gateway.say(frame(7, 2));

    node.lanes.advance(Duration.ofSeconds(18));
    assertThat(gateway.isRead()).isFalse();
    node.lanes.advance(Duration.ofSeconds(2));

    assertThat(gateway.isRead()).isTrue();
    assertThat(count(DeviceEvent.FRAMES)).isEqualTo(20 * FRAMES_PER_SECOND + 1);
    assertThat(count(DeviceEvent.THROTTLES)).isEqualTo(1);
  }

  @Test
  void bytesThatAreNoFramesCostAsMuchAsFramesOfTheirLength() {
    gateway.say(new byte[2 * FRAMES_PER_SECOND * DeviceFrame.BYTES_MAX]);
    assertThat(gateway.isRead()).isTrue();

    gateway.say(new byte[DeviceFrame.BYTES_MAX]);

    assertThat(gateway.isRead()).isFalse();
    assertThat(count(DeviceEvent.THROTTLES)).isEqualTo(1);
  }

  /** Who stands behind the door is let in already. */
  private static final class Nobody implements Authenticator {
    @Override
    public CompletionStage<Verdict> authenticate(String token, Peer peer) {
      throw new AssertionError("nobody asks");
    }

    @Override
    public boolean admitsAnonymous(Peer peer) {
      throw new AssertionError("nobody asks");
    }
  }
}
