package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.channel.Broker.Outcome.Stored;
import io.byssus.core.channel.Retention;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A publication that is tried again is published once. */
abstract class ChannelDedupe extends ChannelTests {
  private Stored publish(long number, String dedupe) {
    return stored(broker.publish(channel, draft(number, dedupe), kept));
  }

  @Test
  void aRepetitionIsAnsweredWithTheFirstPosition() {
    var first = publish(1, "a1");
    publish(2, "a2");
    var again = stored(elsewhere.publish(channel, draft(1, "a1"), kept));
    assertThat(first.duplicate()).isFalse();
    assertThat(again.duplicate()).isTrue();
    assertThat(again.position()).isEqualTo(first.position());
    assertThat(numbers(newest(ALL))).containsExactly("1", "2");
    assertThat(top().offset()).isEqualTo(2);
  }

  @Test
  void aRepetitionIsNotHeard() {
    var heard = new Heard();
    get(broker.subscribe(channel, heard));
    publish(1, "a1");
    publish(1, "a1");
    publish(2, "");
    assertThat(heard.next(2)).extracting(Heard.Publication::number).containsExactly("1", "2");
  }

  @Test
  void aRepetitionOfWhatIsTrimmedAlreadyIsStillKnown() {
    var retention = keeping(1);
    var first = stored(broker.publish(channel, draft(1, "a1"), retention));
    publish(2, 4, retention);
    var again = stored(broker.publish(channel, draft(1, "a1"), retention));
    assertThat(again).isEqualTo(new Stored(first.position(), again.level(), true));
    assertThat(top().offset()).isEqualTo(4);
  }

  @Test
  void withoutAnIdNothingIsARepetition() {
    assertThat(publish(1, "").duplicate()).isFalse();
    assertThat(publish(1, "").duplicate()).isFalse();
    assertThat(numbers(newest(ALL))).containsExactly("1", "1");
  }

  @Test
  void theSameIdOnAnotherChannelIsAnotherPublication() {
    publish(1, "a1");
    var other = unique("channel");
    assertThat(stored(broker.publish(other, draft(1, "a1"), kept)).duplicate()).isFalse();
  }

  @Test
  void anIdIsRememberedForTheWindow() {
    publish(1, "a1");
    engine.advance(most(settings.dedupeWindow()));
    assertThat(publish(1, "a1").duplicate()).isTrue();
  }

  @Test
  void afterTheWindowItIsANewPublication() {
    publish(1, "a1");
    engine.advance(settings.dedupeWindow());
    var later = publish(1, "a1");
    assertThat(later.duplicate()).isFalse();
    assertThat(later.position().orElseThrow().offset()).isEqualTo(2);
    assertThat(publish(1, "a1").position()).isEqualTo(later.position());
  }

  @Test
  void aRepetitionDoesNotLengthenTheWindow() {
    publish(1, "a1");
    engine.advance(most(settings.dedupeWindow()));
    assertThat(publish(1, "a1").duplicate()).isTrue();
    engine.advance(most(settings.dedupeWindow()));
    assertThat(publish(1, "a1").duplicate()).isFalse();
  }

  @Test
  void ofConcurrentRepetitionsOneIsPublished() {
    var outcomes =
        atOnce(
            16,
            i ->
                () ->
                    stored(
                        (i % 2 == 0 ? broker : elsewhere)
                            .publish(channel, draft(i, "the same"), kept)));
    assertThat(outcomes.stream().filter(outcome -> !outcome.duplicate())).hasSize(1);
    assertThat(outcomes.stream().map(Stored::position).distinct()).hasSize(1);
    assertThat(newest(ALL).items()).hasSize(1);
  }

  @Test
  void ephemeralRepetitionsAreDroppedToo() {
    var heard = new Heard();
    get(broker.subscribe(channel, heard));
    var first = stored(broker.publish(channel, draft(1, "a1"), Retention.EPHEMERAL));
    var again = stored(broker.publish(channel, draft(1, "a1"), Retention.EPHEMERAL));
    publishEphemeral(2);
    assertThat(first.duplicate()).isFalse();
    assertThat(again.duplicate()).isTrue();
    assertThat(again.position()).isEqualTo(Optional.empty());
    assertThat(heard.next(2)).extracting(Heard.Publication::number).containsExactly("1", "2");
  }
}
