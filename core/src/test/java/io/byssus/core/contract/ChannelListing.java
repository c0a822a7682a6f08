package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.byssus.core.Bounds;
import io.byssus.core.channel.ChannelList;
import io.byssus.core.channel.ChannelList.Row;
import io.byssus.core.channel.Retention;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Channels are listed by the beginning of their names, in pages. */
abstract class ChannelListing extends ChannelTests {
  private static final int PAGES_MAX = 10_000;

  private List<Row> listed(String prefix, int limit) {
    var rows = new ArrayList<Row>();
    var cursor = Optional.of(ChannelList.START);
    for (var pages = 0; cursor.isPresent(); pages++) {
      assertThat(pages).as("the list never ends").isLessThan(PAGES_MAX);
      var page = get(elsewhere.channels(prefix, cursor.get(), limit));
      assertThat(page.channels()).hasSizeLessThanOrEqualTo(limit);
      rows.addAll(page.channels());
      cursor = page.next();
    }
    return rows;
  }

  @Test
  void whatWasPublishedToOrReadIsListedWithItsTop() {
    var published = publish(1, 3, kept);
    var read = unique("channel");
    var top = get(broker.history(read, Optional.empty(), Bounds.most(1), kept)).top();
    assertThat(listed(channel, 10)).containsExactly(new Row(channel, published));
    assertThat(listed(read, 10)).containsExactly(new Row(read, top));
    assertThat(listed(unique("channel"), 10)).isEmpty();
  }

  @Test
  void namesMayBeAnythingAndPrefixesEndAnywhere() {
    var names =
        List.of(unique("") + ".ä😀/..", unique("") + ".b", unique("") + ".bc", unique("") + ".bcd");
    for (var name : names) {
      get(broker.publish(name, draft(1), kept));
    }
    for (var name : names) {
      // In characters: half of a surrogate pair is no text, and nobody can ask for it.
      for (var less = 0; less <= 4; less++) {
        var prefix = name.substring(0, name.offsetByCodePoints(name.length(), -less));
        assertThat(listed(prefix, 100).stream().map(Row::name))
            .containsExactlyInAnyOrderElementsOf(
                names.stream().filter(each -> each.startsWith(prefix)).toList());
      }
    }
  }

  @Test
  void pagesTellThemAll() {
    var names = IntStream.range(0, 150).mapToObj(i -> channel + "." + i).toList();
    names.forEach(name -> get(broker.publish(name, draft(1), kept)));
    for (var limit : new int[] {7, 150, 1_000}) {
      assertThat(listed(channel, limit).stream().map(Row::name))
          .containsExactlyInAnyOrderElementsOf(names);
    }
  }

  @Test
  void whatStaysIsNotMissedWhileItIsPublishedTo() {
    var names = IntStream.range(0, 60).mapToObj(i -> channel + "." + i).toList();
    names.forEach(name -> get(broker.publish(name, draft(1), kept)));
    engine.advance(settings.channelTtl().dividedBy(2));
    var seen = new HashSet<String>();
    var cursor = Optional.of(ChannelList.START);
    for (var i = 0; cursor.isPresent(); i++) {
      var page = get(broker.channels(channel, cursor.get(), 5));
      page.channels().forEach(row -> seen.add(row.name()));
      cursor = page.next();
      get(broker.publish(names.get(i % 60), draft(2), kept));
      get(broker.publish(unique("other"), draft(2), kept));
    }
    assertThat(seen).containsExactlyInAnyOrderElementsOf(names);
  }

  @Test
  void whatIsForgottenIsListedNoMore() {
    publish(1);
    assertThat(listed(channel, 10)).hasSize(1);
    engine.advance(settings.channelTtl().multipliedBy(2));
    assertThat(listed(channel, 10)).isEmpty();
    var again = publish(1);
    assertThat(listed(channel, 10)).containsExactly(new Row(channel, again));
  }

  @Test
  void whatIsEphemeralLeavesNothingToList() {
    get(broker.publish(channel, draft(1), Retention.EPHEMERAL));
    assertThat(listed(channel, 10)).isEmpty();
  }

  @Test
  void anotherCursorThanOneThatWasToldIsRefused() {
    assertThatThrownBy(() -> broker.channels("", "nonsense", 10))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> broker.channels("", ChannelList.START, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
