package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.session.Fence;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What a session consists of: attributes, tags, subscriptions and their positions. */
abstract class SessionParts extends SessionTests {
  private static final Position START = new Position("epoch", 7);

  @Test
  void settingAttributesLeavesTheOthers() {
    var lease = created(Map.of("name", Json.of("\"Ann\""), "theme", Json.of("1")), Set.of());
    assertHeld(setAttributes(lease, Map.of("theme", Json.of("2"), "size", Json.of("3"))));
    assertThat(stored(lease).attributes())
        .isEqualTo(Map.of("name", Json.of("\"Ann\""), "theme", Json.of("2"), "size", Json.of("3")));
  }

  @Test
  void settingAnAttributeToNullRemovesIt() {
    var lease = created(Map.of("name", Json.of("\"Ann\""), "theme", Json.of("1")), Set.of());
    assertHeld(setAttributes(lease, Map.of("theme", Json.NULL, "absent", Json.NULL)));
    assertThat(stored(lease).attributes()).isEqualTo(Map.of("name", Json.of("\"Ann\"")));
  }

  @Test
  void anAttributeMayHaveAnyNameAndValue() {
    var odd = Map.of("", Json.of("{\"a\":[1,null]}"), "{x}:*\r\n\0 é", Json.of("\"\\u0000é😀\""));
    var lease = created(odd, Set.of());
    assertThat(stored(lease).attributes()).isEqualTo(odd);
  }

  @Test
  void settingTagsReplacesThemAll() {
    var lease = created(Map.of(), Set.of("beta", "eu"));
    assertHeld(setTags(lease, Set.of("eu", "vip")));
    assertThat(stored(lease).tags()).isEqualTo(Set.of("eu", "vip"));
    assertHeld(setTags(granted(here, lease.session()).lease(), Set.of()));
    assertThat(stored(lease).tags()).isEmpty();
  }

  @Test
  void attributesAndTagsAreSetTogetherOrNotAtAll() {
    var lease = created(Map.of("name", Json.of("1")), Set.of("old"));
    var attributes = Map.of("name", Json.of("2"));
    assertHeld(sessions.set(lease, attributes, Optional.of(Set.of("new"))));
    var next = granted(there, lease.session());
    assertThat(next.session().attributes()).isEqualTo(attributes);
    assertThat(next.session().tags()).containsExactly("new");

    assertLost(sessions.set(lease, Map.of("name", Json.of("3")), Optional.of(Set.of("late"))));

    assertThat(stored(lease).attributes()).isEqualTo(attributes);
    assertThat(stored(lease).tags()).containsExactly("new");
  }

  @Test
  void aSubscriptionIsRememberedWithItsStart() {
    var lease = created();
    assertHeld(sessions.subscribe(lease, "news", Optional.of(START)));
    assertHeld(sessions.subscribe(lease, "news.*", Optional.empty()));
    assertThat(stored(lease).subscriptions())
        .isEqualTo(Map.of("news", Optional.of(START), "news.*", Optional.empty()));
  }

  @Test
  void subscribingAgainStartsAtTheNewPosition() {
    var lease = created();
    assertHeld(sessions.subscribe(lease, "news", Optional.of(START)));
    assertHeld(sessions.subscribe(lease, "news", Optional.of(START.at(99))));
    assertThat(stored(lease).subscriptions()).isEqualTo(Map.of("news", Optional.of(START.at(99))));
  }

  @Test
  void unsubscribingForgetsThePosition() {
    var lease = created();
    assertHeld(sessions.subscribe(lease, "news", Optional.of(START)));
    assertHeld(sessions.subscribe(lease, "sport", Optional.of(START)));
    assertHeld(sessions.unsubscribe(lease, "news"));
    assertHeld(sessions.unsubscribe(lease, "news"));
    assertHeld(sessions.unsubscribe(lease, "never subscribed"));
    assertThat(stored(lease).subscriptions()).isEqualTo(Map.of("sport", Optional.of(START)));
  }

  @Test
  void acknowledgingMovesThePosition() {
    var lease = created();
    assertHeld(sessions.subscribe(lease, "news", Optional.of(START)));
    assertHeld(sessions.subscribe(lease, "sport", Optional.of(START)));
    assertHeld(sessions.acknowledge(lease, "news", START.at(8)));
    assertThat(stored(lease).subscriptions())
        .isEqualTo(Map.of("news", Optional.of(START.at(8)), "sport", Optional.of(START)));
  }

  @Test
  void acknowledgingTakesThePositionAsItIsGiven() {
    var lease = created();
    assertHeld(sessions.subscribe(lease, "news", Optional.of(START)));
    var afterANewEpoch = new Position("next epoch", 1);
    assertHeld(sessions.acknowledge(lease, "news", afterANewEpoch));
    assertThat(stored(lease).subscriptions())
        .isEqualTo(Map.of("news", Optional.of(afterANewEpoch)));
  }

  @Test
  void acknowledgingAnUnknownChannelDoesNothing() {
    var lease = created();
    assertHeld(sessions.acknowledge(lease, "news", START));
    assertThat(stored(lease).subscriptions()).isEmpty();
  }

  @Test
  void manySubscriptionsAndAttributesAreAllKept() {
    var lease = created();
    var subscriptions = new HashMap<String, Optional<Position>>();
    var attributes = new HashMap<String, Json>();
    for (var i = 0; i < 128; i++) {
      subscriptions.put("channel-" + i, Optional.of(START.at(i)));
      attributes.put("attribute-" + i, Json.of("" + i));
    }
    subscriptions.forEach(
        (channel, position) -> assertHeld(sessions.subscribe(lease, channel, position)));
    assertHeld(setAttributes(lease, attributes));
    var stored = stored(lease);
    assertThat(stored.subscriptions()).isEqualTo(subscriptions);
    assertThat(stored.attributes()).isEqualTo(attributes);
  }

  @Test
  void writesOfOneThreadTakeEffectInTheirOrder() {
    var lease = created();
    assertHeld(sessions.subscribe(lease, "news", Optional.of(START)));
    var writes = new ArrayList<CompletionStage<Fence>>();
    for (var i = 1; i <= 100; i++) {
      writes.add(setAttributes(lease, Map.of("count", Json.of("" + i))));
      writes.add(sessions.acknowledge(lease, "news", START.at(i)));
    }
    assertThat(getAll(writes)).containsOnly(Fence.HELD);
    var stored = stored(lease);
    assertThat(stored.attributes()).isEqualTo(Map.of("count", Json.of("100")));
    assertThat(stored.subscriptions()).isEqualTo(Map.of("news", Optional.of(START.at(100))));
  }

  @Test
  void concurrentWritesToDifferentPartsAreAllKept() {
    var lease = created();
    var writes =
        atOnce(50, i -> () -> get(setAttributes(lease, Map.of("part-" + i, Json.of("" + i)))));
    assertThat(writes).containsOnly(Fence.HELD);
    assertThat(stored(lease).attributes()).hasSize(50);
  }
}
