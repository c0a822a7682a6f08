package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.channel.Broker.Draft;
import io.byssus.core.channel.Broker.Page;
import io.byssus.protocol.Durability;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What a channel keeps, and how it is read. */
abstract class ChannelHistory extends ChannelTests {
  @Test
  void aChannelThatNobodyUsedIsEmptyAndHasAnEpoch() {
    var page = newest(ALL);
    assertThat(page.top().offset()).isZero();
    assertThat(page.recovery()).isEqualTo(Recovery.NOT_ASKED);
    assertThat(page.items()).isEmpty();
    assertThat(get(elsewhere.history(channel, Optional.empty(), EVERYTHING, kept))).isEqualTo(page);
  }

  @Test
  void withoutAPositionTheNewestAreReadOldestFirst() {
    publish(1, 5, kept);
    var page = newest(3);
    assertThat(offsets(page)).containsExactly(3L, 4L, 5L);
    assertThat(numbers(page)).containsExactly("3", "4", "5");
    assertThat(page.recovery()).isEqualTo(Recovery.NOT_ASKED);
    assertThat(offsets(newest(ALL))).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void aLimitOfNothingTellsTheTop() {
    var top = publish(1, 5, kept);
    assertThat(newest(0)).isEqualTo(new Page(top, top, Recovery.NOT_ASKED, List.of()));
    assertThat(after(top.at(2), 0))
        .isEqualTo(new Page(top, top.at(2), Recovery.COMPLETE, List.of()));
  }

  @Test
  void afterAPositionTheNextAreReadOldestFirst() {
    var top = publish(1, 5, kept);
    var page = after(top.at(2), ALL);
    assertThat(numbers(page)).containsExactly("3", "4", "5");
    assertThat(page.recovery()).isEqualTo(Recovery.COMPLETE);
    assertThat(page.top()).isEqualTo(top);
  }

  @Test
  void pagesFollowOnEachOther() {
    var top = publish(1, 5, kept);
    var first = after(top.at(0), 2);
    assertThat(offsets(first)).containsExactly(1L, 2L);
    assertThat(first.recovery()).isEqualTo(Recovery.COMPLETE);
    assertThat(first.top()).isEqualTo(top);
    assertThat(offsets(after(top.at(2), 2))).containsExactly(3L, 4L);
    assertThat(offsets(after(top.at(4), 2))).containsExactly(5L);
    assertThat(offsets(after(top.at(5), 2))).isEmpty();
  }

  @Test
  void aPageHasItsBoundInBytes() {
    var top = publishLong(5);
    var room = new Bounds(ALL, 25_000);
    var page = get(broker.history(channel, Optional.of(top.at(1)), room, kept));
    assertThat(offsets(page)).containsExactly(2L, 3L);
    assertThat(page.end()).isEqualTo(top.at(3));
    assertThat(page.cut()).isTrue();
    var rest = get(broker.history(channel, Optional.of(top.at(3)), room, kept));
    assertThat(offsets(rest)).containsExactly(4L, 5L);
    assertThat(rest.cut()).isFalse();
  }

  @Test
  void theNewestThatFitAreRead() {
    var top = publishLong(5);
    var page = get(broker.history(channel, Optional.empty(), new Bounds(ALL, 25_000), kept));
    assertThat(offsets(page)).containsExactly(4L, 5L);
    assertThat(page.from()).isEqualTo(top.at(3));
    assertThat(page.cut()).isFalse();
  }

  @Test
  void oneItemFitsHoweverLongItIs() {
    var top = publishLong(3);
    var narrow = new Bounds(ALL, 1);
    assertThat(offsets(get(broker.history(channel, Optional.of(top.at(1)), narrow, kept))))
        .containsExactly(2L);
    assertThat(offsets(get(broker.history(channel, Optional.empty(), narrow, kept))))
        .containsExactly(3L);
    var none = new Bounds(0, 100_000);
    assertThat(offsets(get(broker.history(channel, Optional.of(top.at(1)), none, kept)))).isEmpty();
  }

  @Test
  void shortOnesBehindLongOnesAndLongOnesBehindShortOnesAreOnePage() {
    publishLong(2);
    publish(3, 200, keeping(ALL));
    publishLong(2);
    publish(203, 400, keeping(ALL));
    var all = keeping(ALL);
    var top = publish(401, all);
    var page = after(top.at(0), ALL, all);
    assertThat(offsets(page)).isEqualTo(LongStream.rangeClosed(1, 401).boxed().toList());
    assertThat(offsets(get(broker.history(channel, Optional.empty(), EVERYTHING, all))))
        .isEqualTo(offsets(page));
  }

  /** Each of 10,000 bytes. */
  private Position publishLong(int count) {
    var data = Json.of('"' + "x".repeat(9_998) + '"');
    var draft = new Draft(data, Optional.empty(), "", Durability.ACCEPTED);
    for (int i = 1; i < count; i++) {
      stored(broker.publish(channel, draft, keeping(ALL)));
    }
    return stored(broker.publish(channel, draft, keeping(ALL))).position().orElseThrow();
  }

  @Test
  void onlySoManyAreKept() {
    var retention = keeping(3);
    var top = publish(1, 5, retention);
    var page = get(broker.history(channel, Optional.empty(), EVERYTHING, retention));
    assertThat(numbers(page)).containsExactly("3", "4", "5");
    assertThat(page.top()).isEqualTo(top);
  }

  @Test
  void onlyTheYoungAreKept() {
    publish(1, 2, kept);
    engine.advance(most(engine.historyAge()));
    publish(3);
    assertThat(numbers(newest(ALL))).containsExactly("1", "2", "3");
    engine.advance(most(engine.historyAge()));
    assertThat(numbers(newest(ALL))).containsExactly("3");
  }

  @Test
  void offsetsGoOnAfterEverythingHasPassedItsAge() {
    var top = publish(1, 2, kept);
    engine.advance(engine.historyAge());
    assertThat(newest(ALL)).isEqualTo(new Page(top, top, Recovery.NOT_ASKED, List.of()));
    assertThat(publish(3)).isEqualTo(top.at(3));
  }

  @Test
  void readingChangesNothing() {
    var top = publish(1, 3, kept);
    assertThat(after(top.at(0), ALL)).isEqualTo(after(top.at(0), ALL));
    assertThat(get(elsewhere.history(channel, Optional.of(top.at(0)), EVERYTHING, kept)))
        .isEqualTo(after(top.at(0), ALL));
  }

  @Test
  void aChannelInUseIsNotForgotten() {
    var top = publish(1);
    for (var i = 0; i < 3; i++) {
      engine.advance(most(settings.channelTtl()));
      assertThat(newest(0).top()).isEqualTo(top);
    }
    for (var i = 2; i < 5; i++) {
      engine.advance(most(settings.channelTtl()));
      assertThat(publish(i)).isEqualTo(top.at(i));
    }
  }

  @Test
  void aChannelWithAListenerIsNotForgotten() {
    get(broker.subscribe(channel, new Heard()));
    var top = publish(1);
    engine.advance(settings.channelTtl().multipliedBy(2));
    broker.unsubscribe(channel);
    // The subscriber may be away for a while after that.
    engine.advance(most(settings.channelTtl()));
    assertThat(after(top, ALL)).isEqualTo(new Page(top, top, Recovery.COMPLETE, List.of()));
  }

  @Test
  void aChannelThatWasForgottenBeginsAnotherEpoch() {
    var before = publish(1, 3, kept);
    engine.advance(settings.channelTtl().multipliedBy(3));
    var after = publish(4);
    assertThat(after.epoch()).isNotEqualTo(before.epoch());
    assertThat(after.offset()).isEqualTo(1);
    assertThat(top()).isEqualTo(new Position(after.epoch(), 1));
  }
}
