package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ServerMessage.Connected;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenRunsOutTest {
  private final TestNode node = new TestNode(9);

  @Test
  void itEndsTheConnectionAndTheSessionWaitsForAnotherToken() {
    var client = node.client();
    var session = client.connect("brief");
    alive(client, Duration.ofSeconds(59));
    assertThat(client.socket().closed()).isEmpty();
    alive(client, Duration.ofSeconds(2));
    assertThat(client.socket().closed()).contains(CloseCode.UNAUTHORIZED);

    var again = node.client();
    assertThat(again.resume(session, Map.of()))
        .first()
        .isInstanceOfSatisfying(
            Connected.class, connected -> assertThat(connected.resumed()).isTrue());
    alive(again, Duration.ofSeconds(59));
    assertThat(again.socket().closed()).as("it has a token of its own").isEmpty();
  }

  @Test
  void oneThatDoesNotRunOutHoldsAsLongAsTheConnection() {
    var client = node.connected("ann");
    alive(client, Duration.ofDays(1));
    assertThat(client.socket().closed()).isEmpty();
  }

  private void alive(TestClient client, Duration time) {
    for (var left = time; left.isPositive(); left = left.minusSeconds(1)) {
      node.lanes.advance(Duration.ofSeconds(1));
      client.heartbeat();
    }
  }
}
