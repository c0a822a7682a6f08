package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage.Failed;
import io.byssus.protocol.ServerMessage.Pong;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EveryBoundHasANamedCodeTest {
  private final TestNode node = new TestNode(12);
  private final TestClient client = node.connected("ann");

  @Test
  void subscriptions() {
    for (int i = 0; i < 128; i++) {
      client.subscribe("c" + i);
      node.lanes.advance(Duration.ofMillis(20));
    }
    var heard = client.say(new Command.Subscribe(client.nextId(), "onemore", Optional.empty()));
    assertThat(TestClient.error(heard)).isEqualTo(ErrorCode.TOO_MANY_SUBSCRIPTIONS);
  }

  @Test
  void attributesByNumberAndBytes() {
    var many = new HashMap<String, Json>();
    for (int i = 0; i < 65; i++) {
      many.put("a" + i, Json.of("1"));
    }
    assertThat(set(many)).isEqualTo(ErrorCode.TOO_MANY_ATTRIBUTES);
    assertThat(set(Map.of("big", TestClient.text("x".repeat(20_000)))))
        .isEqualTo(ErrorCode.TOO_MANY_ATTRIBUTES);
    // A refused change changes nothing.
    assertThat(
            TestClient.only(
                    io.byssus.protocol.ServerMessage.Attributes.class,
                    client.say(new Command.GetAttributes(client.nextId())))
                .attributes())
        .isEmpty();
  }

  @Test
  void tagsByNumberAndLength() {
    var many = new HashSet<String>();
    for (int i = 0; i < 17; i++) {
      many.add("t" + i);
    }
    assertThat(tags(many)).isEqualTo(ErrorCode.TOO_MANY_TAGS);
    assertThat(tags(Set.of("x".repeat(65)))).isEqualTo(ErrorCode.TOO_MANY_TAGS);
    assertThat(tags(Set.of(""))).isEqualTo(ErrorCode.TOO_MANY_TAGS);
  }

  @Test
  void commandsPerSecond() {
    for (int i = 0; i < 600; i++) {
      client.post(new Command.Ping(i + 1, false));
    }
    node.lanes.settle();
    var heard = client.hear();
    assertThat(TestClient.all(Pong.class, heard)).hasSizeBetween(490, 510);
    assertThat(TestClient.all(Failed.class, heard))
        .isNotEmpty()
        .allMatch(failed -> failed.code() == ErrorCode.RATE_LIMITED);
    assertThat(client.socket().closed()).isEmpty();

    for (int i = 0; i < 600; i++) {
      client.post(new Command.Ping(i + 1, false));
    }
    node.lanes.settle();
    assertThat(client.socket().closed()).contains(CloseCode.RATE_LIMITED);
  }

  @Test
  void aDurabilityThatTheEngineHasNotIsRefusedBeforeAnythingIsStored() {
    client.subscribe("kept.news");
    var heard =
        client.say(
            new Command.Publish(
                client.nextId(), "kept.news", TestClient.text("x"), "", Durability.REPLICATED));
    assertThat(TestClient.error(heard)).isEqualTo(ErrorCode.DURABILITY_UNAVAILABLE);
    assertThat(client.messages("kept.news")).isEmpty();
  }

  @Test
  void whatNeedsASessionSaysSo() {
    var stranger = node.client();
    assertThat(TestClient.error(stranger.publish("kept.news", "x")))
        .isEqualTo(ErrorCode.NOT_CONNECTED);
    assertThat(TestClient.error(client.say(TestClient.newcomer(5, "ann"))))
        .isEqualTo(ErrorCode.ALREADY_CONNECTED);
    assertThat(
            TestClient.error(
                client.say(new Command.Unsubscribe(client.nextId(), "never.subscribed"))))
        .isEqualTo(ErrorCode.NOT_SUBSCRIBED);
  }

  @Test
  void whoOnlyBabblesIsShownOut() {
    for (int i = 0; i < 9; i++) {
      assertThat(TestClient.error(client.babble())).isEqualTo(ErrorCode.MALFORMED);
    }
    client.say(new Command.Ping(1, false)); // and is forgiven for a word that makes sense
    for (int i = 0; i < 9; i++) {
      client.babble();
    }
    assertThat(client.socket().closed()).isEmpty();
    client.babble();
    assertThat(client.socket().closed()).contains(CloseCode.BAD_REQUEST);
  }

  @Test
  void aRefusedTokenEndsTheConnection() {
    var stranger = node.client();
    var heard = stranger.say(TestClient.newcomer(1, "nobody"));
    assertThat(TestClient.error(heard)).isEqualTo(ErrorCode.UNAUTHORIZED);
    assertThat(stranger.socket().closed()).contains(CloseCode.UNAUTHORIZED);
  }

  private ErrorCode set(Map<String, Json> attributes) {
    return TestClient.error(
        client.say(new Command.SetAttributes(client.nextId(), attributes, Optional.empty())));
  }

  private ErrorCode tags(Set<String> tags) {
    return TestClient.error(
        client.say(new Command.SetAttributes(client.nextId(), Map.of(), Optional.of(tags))));
  }
}
