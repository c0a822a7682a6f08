package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.channel.Broker.Page;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Continuity is never a lie: reading on is complete, or lost for a reason that is told. What is
 * there behind a loss follows.
 */
abstract class ChannelRecovery extends ChannelTests {
  /**
   * @param numbers what follows, which in a new channel are their offsets too
   */
  private void assertLost(Gap reason, Page page, String... numbers) {
    assertThat(page.recovery()).isEqualTo(new Recovery.Lost(reason));
    assertThat(numbers(page)).containsExactly(numbers);
    var before = numbers.length == 0 ? page.top().offset() : Long.parseLong(numbers[0]) - 1;
    assertThat(page.from()).isEqualTo(page.top().at(before));
  }

  private void assertComplete(Page page, String... numbers) {
    assertThat(page.recovery()).isEqualTo(Recovery.COMPLETE);
    assertThat(numbers(page)).containsExactly(numbers);
  }

  @Test
  void aSubscriberThatNeverHeardAnythingReadsOnFromItsStart() {
    var start = top();
    publish(1, 2, kept);
    assertComplete(after(start, ALL), "1", "2");
  }

  @Test
  void readingOnTwiceWithNothingBetweenGivesNothing() {
    var start = top();
    publish(1, 2, kept);
    var reached = after(start, ALL).top();
    assertComplete(after(reached, ALL));
    assertComplete(after(reached, ALL));
  }

  @Test
  void aPositionAtTheTopIsCompleteHoweverOldItIs() {
    var top = publish(1, 2, kept);
    for (var waited = Duration.ZERO;
        waited.compareTo(engine.historyAge().multipliedBy(3)) < 0;
        waited = waited.plus(most(settings.channelTtl()))) {
      engine.advance(most(settings.channelTtl()));
      assertComplete(after(top, ALL));
    }
    publish(3);
    assertComplete(after(top, ALL), "3");
  }

  @Test
  void aStartBeforeAnythingWasPublishedIsCompleteHoweverOldItIs() {
    var start = top();
    engine.advance(engine.historyAge());
    assertComplete(after(start, ALL));
  }

  @Test
  void theOldestKeptMayBeTheNextOne() {
    var retention = keeping(3);
    var top = publish(1, 5, retention);
    assertComplete(after(top.at(2), ALL, retention), "3", "4", "5");
  }

  @Test
  void whatWentByNumberIsTrimmed() {
    var retention = keeping(3);
    var top = publish(1, 5, retention);
    assertLost(Gap.TRIMMED, after(top.at(1), ALL, retention), "3", "4", "5");
    assertLost(Gap.TRIMMED, after(top.at(0), ALL, retention), "3", "4", "5");
    assertThat(after(top.at(0), ALL, retention).top()).isEqualTo(top);
  }

  @Test
  void whatWentByAgeIsExpired() {
    var top = publish(1, 2, kept);
    engine.advance(engine.historyAge());
    assertLost(Gap.EXPIRED, after(top.at(1), ALL));
    assertLost(Gap.EXPIRED, after(top.at(0), ALL));
    assertThat(after(top.at(0), ALL).top()).isEqualTo(top);
  }

  @Test
  void whatWentByAgeIsExpiredThoughNewerOnesAreKept() {
    var first = publish(1);
    engine.advance(engine.historyAge());
    publish(2, 3, kept);
    assertLost(Gap.EXPIRED, after(first.at(0), ALL), "2", "3");
    assertComplete(after(first, ALL), "2", "3");
  }

  @Test
  void aLimitDoesNotHideALoss() {
    var retention = keeping(3);
    var top = publish(1, 5, retention);
    assertLost(Gap.TRIMMED, after(top.at(0), 1, retention), "3");
    var nothing = after(top.at(0), 0, retention);
    assertThat(nothing.recovery()).isEqualTo(new Recovery.Lost(Gap.TRIMMED));
    assertThat(nothing.from()).isEqualTo(top.at(2));
    assertThat(nothing.cut()).isTrue();
  }

  @Test
  void whoReadsOnBehindALossMissesNoMore() {
    var retention = keeping(3);
    var top = publish(1, 5, retention);
    var page = after(top.at(0), 2, retention);
    assertThat(page.end()).isEqualTo(top.at(4));
    assertComplete(after(page.end(), ALL, retention), "5");
  }

  @Test
  void whatIsTooOldButStillLiesThereIsPassedOver() {
    publish(1, 250, keeping(1_000));
    engine.advance(engine.historyAge());
    var top = publish(251, 253, keeping(1_000));
    assertLost(Gap.EXPIRED, after(top.at(100), ALL, keeping(1_000)), "251", "252", "253");
  }

  @Test
  void anotherEpochIsNeverReadOnFrom() {
    var top = publish(1, 3, kept);
    assertLost(Gap.EPOCH, after(new Position("of another life", 2), ALL), "1", "2", "3");
    assertLost(Gap.EPOCH, after(new Position("of another life", 0), ALL), "1", "2", "3");
    assertLost(Gap.EPOCH, after(new Position("of another life", 99), ALL), "1", "2", "3");
    assertThat(after(new Position("of another life", 2), ALL).top()).isEqualTo(top);
  }

  @Test
  void aForgottenChannelIsNotReadOnFrom() {
    var top = publish(1, 3, kept);
    engine.advance(settings.channelTtl().multipliedBy(3));
    assertLost(Gap.EPOCH, after(top, ALL));
    publish(1, 2, kept);
    assertLost(Gap.EPOCH, after(top, ALL), "1", "2");
  }

  @Test
  void ofAChannelThatStartedAnewWhatIsKeptFollows() {
    var top = publish(1, 3, kept);
    engine.advance(settings.channelTtl().multipliedBy(3));
    publish(1, 5, keeping(2));
    assertLost(Gap.EPOCH, after(top, ALL, keeping(2)), "4", "5");
  }

  @Test
  void whoeverHasSeenMoreThanThereIsHasDiverged() {
    var top = publish(1, 3, kept);
    assertLost(Gap.DIVERGED, after(top.at(4), ALL));
    assertLost(Gap.DIVERGED, after(top.at(Long.MAX_VALUE), ALL));
    assertThat(after(top.at(4), ALL).top()).isEqualTo(top);
  }

  @Test
  void aReaderThatFollowsConcurrentPublishersMissesNothing() {
    var start = top();
    atOnce(
        5,
        thread ->
            () -> {
              if (thread == 0) {
                return follow(start, 80);
              }
              for (var i = 0; i < 20; i++) {
                publish(100 * thread + i);
              }
              return start;
            });
    assertComplete(after(start.at(80), ALL));
  }

  /** Reads on, again and again, until so many publications have come, each at the next offset. */
  private Position follow(Position from, int count) {
    var reached = from;
    while (reached.offset() < from.offset() + count) {
      var page = get(elsewhere.history(channel, Optional.of(reached), new Bounds(7, 1_000), kept));
      assertThat(page.recovery()).isEqualTo(Recovery.COMPLETE);
      for (var offset : List.copyOf(offsets(page))) {
        assertThat(offset).isEqualTo(reached.offset() + 1);
        reached = reached.at(offset);
      }
    }
    return reached;
  }
}
