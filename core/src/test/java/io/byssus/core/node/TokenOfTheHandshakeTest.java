package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage.Connected;
import org.junit.jupiter.api.Test;

class TokenOfTheHandshakeTest {
  private final TestNode node = new TestNode(1);

  @Test
  void countsWhenConnectHasNone() {
    var client = node.client().openWith("ann");
    assertThat(client.say(TestClient.newcomer(1, "")))
        .singleElement()
        .isInstanceOfSatisfying(
            Connected.class, connected -> assertThat(connected.user()).isEqualTo("ann"));
  }

  @Test
  void theOneInConnectCountsBeforeIt() {
    var client = node.client().openWith("ann");
    assertThat(client.say(TestClient.newcomer(1, "bob")))
        .singleElement()
        .isInstanceOfSatisfying(
            Connected.class, connected -> assertThat(connected.user()).isEqualTo("bob"));
    var refused = node.client().openWith("ann");
    assertThat(TestClient.error(refused.say(TestClient.newcomer(1, "nobody"))))
        .isEqualTo(ErrorCode.UNAUTHORIZED);
    assertThat(refused.socket().closed()).contains(CloseCode.UNAUTHORIZED);
  }

  @Test
  void itIsForgottenOnceTheClientIsKnown() {
    var client = node.client().openWith("ann");
    assertThat(client.peer().token()).isEqualTo("ann");
    client.say(TestClient.newcomer(1, ""));
    assertThat(client.peer().token()).isEmpty();
    assertThat(client.peer().address()).isEqualTo("127.0.0.1");
  }

  /** Nobody can tell whether the token is good: the client may ask again, on this connection. */
  @Test
  void whoCannotBeKnownAtTheMomentMayTryAgain() {
    var client = node.client();
    assertThat(TestClient.error(client.say(TestClient.newcomer(1, "busy"))))
        .isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(client.socket().closed()).isEmpty();
    assertThat(client.say(TestClient.newcomer(2, "ann")))
        .singleElement()
        .isInstanceOf(Connected.class);
  }
}
