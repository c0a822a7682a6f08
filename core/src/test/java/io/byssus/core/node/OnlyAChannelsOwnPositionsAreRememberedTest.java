package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.session.SessionStore.Claim;
import io.byssus.core.session.TokenHash;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage;
import io.byssus.protocol.ServerMessage.Acked;
import io.byssus.protocol.ServerMessage.Connected;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OnlyAChannelsOwnPositionsAreRememberedTest {
  private static final String ROOM = "kept.room";

  private final TestNode node = new TestNode(53);
  private final TestClient client = node.client();
  private final Connected session = client.connect("ann");

  @Test
  void aPositionOfAnEpochThatTheChannelNeverHadIsNotAcknowledged() {
    var top = client.subscribe(ROOM).position().orElseThrow();
    client.publish(ROOM, "1");

    assertThat(TestClient.error(acknowledge(new Position("invented", 1))))
        .isEqualTo(ErrorCode.BAD_OFFSET);

    assertThat(stored()).contains(top);
  }

  @Test
  void aPositionOfThePresentEpochIs() {
    var top = client.subscribe(ROOM).position().orElseThrow();
    client.publish(ROOM, "1");

    TestClient.only(Acked.class, acknowledge(top.at(1)));

    assertThat(stored()).contains(top.at(1));
  }

  @Test
  void aPositionBeyondWhatWasSentIsRefused() {
    var top = client.subscribe(ROOM).position().orElseThrow();

    assertThat(TestClient.error(acknowledge(top.at(1)))).isEqualTo(ErrorCode.BAD_OFFSET);
  }

  private List<ServerMessage> acknowledge(Position position) {
    return client.say(new Command.AckChannel(client.nextId(), ROOM, position));
  }

  private Optional<Position> stored() {
    var token = TokenHash.of(session.resume());
    var claim =
        node.engine
            .sessions()
            .claim(session.session(), "ann", token, token, node.owner())
            .toCompletableFuture()
            .join();
    assertThat(claim).isInstanceOf(Claim.Granted.class);
    return ((Claim.Granted) claim).session().subscriptions().getOrDefault(ROOM, Optional.empty());
  }
}
