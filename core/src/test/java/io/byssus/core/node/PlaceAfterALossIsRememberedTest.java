package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage;
import io.byssus.protocol.ServerMessage.Acked;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Subscribed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The write of where a subscription goes on after a loss gets lost. */
class PlaceAfterALossIsRememberedTest {
  private final FailingSteps steps = new FailingSteps();
  private final TestNode node =
      new TestNode(
          9, Limits.DEFAULTS, new UserPolicy.Unlimited(), NodeObserver.NONE, steps::around);
  private final TestClient publisher = node.connected("pub");
  private final TestClient reader = node.client();
  private final Connected session = reader.connect("ann");

  @ParameterizedTest
  @EnumSource
  void theWriteIsRepeatedAndTheNextResumeStartsThere(FailingSteps.How how) {
    var again = TestClient.only(Connected.class, backAfterALoss(how));
    steps.mend();
    node.lanes.advance(Duration.ofSeconds(1));
    reader.cut();

    var subscribed = TestClient.only(Subscribed.class, reader.resume(again, Map.of()));
    assertThat(subscribed.recovery()).isEqualTo(Recovery.COMPLETE);
    assertThat(subscribed.missed()).isEqualTo(50);
  }

  @Test
  void whoHasAcknowledgedMoreSinceIsNotMovedBack() {
    var back = backAfterALoss(FailingSteps.How.NOT_DONE);
    var again = TestClient.only(Connected.class, back);
    var place = TestClient.only(Subscribed.class, back).position().orElseThrow();
    steps.mend();
    var ack = new Command.AckChannel(reader.nextId(), "kept.news", place.at(place.offset() + 50));
    TestClient.only(Acked.class, reader.say(ack));
    node.lanes.advance(Duration.ofSeconds(1));
    reader.cut();

    var subscribed = TestClient.only(Subscribed.class, reader.resume(again, Map.of()));
    assertThat(subscribed.recovery()).isEqualTo(Recovery.COMPLETE);
    assertThat(subscribed.missed()).isZero();
  }

  private List<ServerMessage> backAfterALoss(FailingSteps.How how) {
    var position = reader.subscribe("kept.news").position().orElseThrow();
    reader.cut();
    for (int i = 0; i < 60; i++) {
      publisher.publish("kept.news", "m" + i);
    }
    steps.fail("acknowledge", how);
    return reader.resume(session, Map.of("kept.news", position));
  }
}
