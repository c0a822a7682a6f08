package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.channel.Broker.Draft;
import io.byssus.core.channel.Broker.Outcome.Rejected;
import io.byssus.core.channel.Broker.Outcome.Stored;
import io.byssus.core.channel.Retention;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Sender;
import io.byssus.protocol.ServerMessage.Item;
import java.util.ArrayList;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Publications get a place in one order, and the publisher is told it. */
abstract class ChannelPublishing extends ChannelTests {
  @Test
  void offsetsCountFromOneInOneEpoch() {
    var epoch = top().epoch();
    for (var number = 1; number <= 5; number++) {
      assertThat(publish(number)).isEqualTo(new Position(epoch, number));
    }
    assertThat(top()).isEqualTo(new Position(epoch, 5));
  }

  @Test
  void aPublicationIsReadAsItWasMade() {
    var from = Optional.of(new Sender("ann", "session-of-ann"));
    var data = Json.of("{\"text\":\"\\u0000 é 😀\"}");
    var outcome =
        stored(broker.publish(channel, new Draft(data, from, "", Durability.ACCEPTED), kept));
    assertThat(outcome.duplicate()).isFalse();
    assertThat(newest(1).items()).containsExactly(new Item(1, data, from));
  }

  @Test
  void channelsAreSeparate() {
    publish(1, 3, kept);
    var other = get(broker.history(unique("channel"), Optional.empty(), EVERYTHING, kept));
    assertThat(other.top().offset()).isZero();
    assertThat(other.items()).isEmpty();
  }

  @Test
  void channelNamesMayBeAnything() {
    channel = unique("{x}:* \r\n\0 é 😀");
    publish(1, 2, kept);
    assertThat(numbers(newest(ALL))).containsExactly("1", "2");
  }

  @Test
  void publicationsOfOneThreadKeepTheirOrder() {
    var outcomes = getAll(IntStream.rangeClosed(1, 100).mapToObj(this::publishing).toList());
    var positions = outcomes.stream().map(o -> ((Stored) o).position().orElseThrow()).toList();
    assertThat(positions.stream().map(Position::offset))
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 100).boxed().toList());
    assertThat(numbers(newest(ALL)))
        .isEqualTo(IntStream.rangeClosed(1, 100).mapToObj(i -> "" + i).toList());
  }

  @Test
  void concurrentPublicationsAreInOneOrderForEverybody() {
    var heard = new Heard();
    get(broker.subscribe(channel, heard));
    var positions =
        atOnce(
            8,
            thread ->
                () -> {
                  var mine = new ArrayList<Position>();
                  for (var i = 0; i < 12; i++) {
                    var publisher = thread % 2 == 0 ? broker : elsewhere;
                    var outcome = publisher.publish(channel, draft(100 * thread + i), kept);
                    mine.add(stored(outcome).position().orElseThrow());
                  }
                  return mine;
                });
    // Each publisher's own in its order, all of them without holes.
    positions.forEach(
        mine -> assertThat(mine.stream().map(Position::offset)).isSorted().hasSize(12));
    assertThat(positions.stream().flatMap(mine -> mine.stream().map(Position::offset)))
        .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, 96).boxed().toList());

    var history = newest(ALL);
    assertThat(offsets(history)).isEqualTo(LongStream.rangeClosed(1, 96).boxed().toList());
    assertThat(get(elsewhere.history(channel, Optional.empty(), EVERYTHING, kept)))
        .isEqualTo(history);
    assertThat(heard.next(96).stream().map(Heard.Publication::item)).isEqualTo(history.items());
    var published = history.items();
    for (var thread = 0; thread < 8; thread++) {
      for (var i = 0; i < 12; i++) {
        var at = (int) positions.get(thread).get(i).offset();
        assertThat(published.get(at - 1).data()).isEqualTo(Json.of("" + (100 * thread + i)));
      }
    }
  }

  @Test
  void anEphemeralPublicationHasNoPosition() {
    var outcome = stored(broker.publish(channel, draft(1), Retention.EPHEMERAL));
    assertThat(outcome.position()).isEmpty();
    assertThat(outcome.duplicate()).isFalse();
  }

  @Test
  void ephemeralPublicationsLeaveTheHistoryAlone() {
    var before = publish(1);
    publishEphemeral(2);
    assertThat(top()).isEqualTo(before);
    assertThat(publish(3)).isEqualTo(before.at(2));
    assertThat(numbers(after(before, ALL))).containsExactly("3");
  }

  @ParameterizedTest
  @EnumSource
  void aPublicationIsAsDurableAsWasAskedOrRejected(Durability asked) {
    var draft = new Draft(Json.of("1"), Optional.empty(), "", asked);
    var outcome = get(broker.publish(channel, draft, kept));
    if (asked.compareTo(engine.durability()) <= 0) {
      assertThat(((Stored) outcome).level()).isGreaterThanOrEqualTo(asked);
      assertThat(newest(ALL).items()).hasSize(1);
    } else {
      assertThat(outcome).isEqualTo(new Rejected(ErrorCode.DURABILITY_UNAVAILABLE));
      assertThat(newest(ALL).items()).isEmpty();
      assertThat(top().offset()).isZero();
    }
  }

  @Test
  void whatIsRejectedIsNotHeardAndUsesNoDedupeId() {
    var heard = new Heard();
    get(broker.subscribe(channel, heard));
    for (var asked : Durability.values()) {
      if (asked.compareTo(engine.durability()) > 0) {
        get(broker.publish(channel, new Draft(Json.of("1"), Optional.empty(), "id", asked), kept));
      }
    }
    assertThat(stored(broker.publish(channel, draft(2, "id"), kept)).duplicate()).isFalse();
    assertThat(heard.next().number()).isEqualTo("2");
  }
}
