package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage.Reconnect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DrainLosesNothingTest {
  @Test
  void everybodyIsSentAwayOnceSpreadOverTheWindow() {
    var node = new TestNode(13);
    var clients = new ArrayList<TestClient>();
    for (int i = 0; i < 40; i++) {
      clients.add(node.connected("u" + i));
    }

    var drained = node.node.drain(Duration.ofSeconds(10)).toCompletableFuture();
    node.lanes.advance(Duration.ofSeconds(5));
    var gone = clients.stream().filter(c -> c.socket().closed().isPresent()).count();
    assertThat(gone).isBetween(10L, 30L);
    assertThat(drained).isNotDone();
    node.lanes.advance(Duration.ofSeconds(6));

    assertThat(drained).isCompleted();
    for (var client : clients) {
      assertThat(client.socket().closed()).contains(CloseCode.SERVICE_RESTART);
      assertThat(TestClient.only(Reconnect.class, client.everything()).reason()).isEqualTo("drain");
    }
  }

  @Test
  void theSessionsCanBeResumedElsewhere() {
    var node = new TestNode(14);
    var client = node.client();
    var session = client.connect("ann");
    node.node.drain(Duration.ZERO);
    node.lanes.advance(Duration.ofSeconds(2));

    // Nobody holds it any more: another node's claim finds it detached.
    assertThat(node.engine.sessions().holder(session.session()).toCompletableFuture().join())
        .contains(Optional.empty());
  }

  @Test
  void aDrainingNodeTakesNobodyIn() {
    var node = new TestNode(15);
    node.node.drain(Duration.ofSeconds(1));
    assertThat(node.node.ready()).isFalse();
    var late = node.client();

    var heard = late.say(TestClient.newcomer(1, "ann"));

    assertThat(TestClient.error(heard)).isEqualTo(ErrorCode.DRAINING);
  }
}
