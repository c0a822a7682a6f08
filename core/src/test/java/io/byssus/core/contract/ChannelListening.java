package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.channel.Broker.Draft;
import io.byssus.core.channel.Retention;
import io.byssus.protocol.Durability;
import io.byssus.protocol.Json;
import io.byssus.protocol.Sender;
import io.byssus.protocol.ServerMessage.Item;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The fast path: publications as they come. */
abstract class ChannelListening extends ChannelTests {
  private Heard heard(String channel) {
    var heard = new Heard();
    get(broker.subscribe(channel, heard));
    return heard;
  }

  private Heard heardPrefix(String prefix) {
    var heard = new Heard();
    get(broker.subscribePrefix(prefix, heard));
    return heard;
  }

  private void publishTo(String name, long number) {
    stored(elsewhere.publish(name, draft(number), kept));
  }

  @Test
  void aListenerHearsWhatIsPublishedOnItsNode() {
    var heard = heard(channel);
    var from = Optional.of(new Sender("ann", "session-of-ann"));
    var draft = new Draft(Json.of("{\"a\":1}"), from, "", Durability.ACCEPTED);
    var position = stored(broker.publish(channel, draft, kept)).position().orElseThrow();
    assertThat(heard.next())
        .isEqualTo(
            new Heard.Publication(
                channel, position.epoch(), new Item(1, Json.of("{\"a\":1}"), from)));
  }

  @Test
  void aListenerHearsWhatIsPublishedOnAnotherNode() {
    var heard = heard(channel);
    publishTo(channel, 1);
    assertThat(heard.next().number()).isEqualTo("1");
  }

  @Test
  void aListenerHearsEverythingFromItsSubscriptionOn() {
    publish(1);
    var heard = heard(channel);
    for (var number = 2; number <= 50; number++) {
      publishing(number);
    }
    assertThat(heard.next(49))
        .extracting(Heard.Publication::number)
        .containsExactlyElementsOf(IntStream.rangeClosed(2, 50).mapToObj(i -> "" + i).toList());
  }

  @Test
  void aListenerHearsItsChannelOnly() {
    var heard = heard(channel);
    publishTo(unique("channel"), 1);
    publishTo(channel + "x", 2);
    publishTo(channel, 3);
    assertThat(heard.next().number()).isEqualTo("3");
  }

  @Test
  void aSecondListenerReplacesTheFirst() {
    var first = heard(channel);
    publish(1);
    assertThat(first.next().number()).isEqualTo("1");
    var second = heard(channel);
    publish(2);
    assertThat(second.next().number()).isEqualTo("2");
    assertThat(first.sofar()).isEmpty();
  }

  @Test
  void afterUnsubscribingTheListenerHearsNoMore() {
    var probe = heardPrefix(channel);
    var heard = heard(channel);
    broker.unsubscribe(channel);
    assertFallsSilent(heard, probe);
  }

  @Test
  void afterUnsubscribingAPrefixItsListenerHearsNoMore() {
    var probe = heard(channel);
    var heard = heardPrefix(channel);
    broker.unsubscribePrefix(channel);
    assertFallsSilent(heard, probe);
  }

  /** Unsubscribing is not awaited: what is under way may still be heard. But it ends. */
  private void assertFallsSilent(Heard heard, Heard probe) {
    var silent = 0;
    for (var number = 1; silent < 3; number++) {
      assertThat(number).as("publications heard after unsubscribing").isLessThan(1_000);
      var before = heard.sofar().size();
      publish(number);
      probe.next();
      silent = heard.sofar().size() == before ? silent + 1 : 0;
    }
  }

  @Test
  void unsubscribingAndSubscribingAgainLeavesTheListener() {
    heard(channel);
    broker.unsubscribe(channel);
    var again = heard(channel);
    publish(1);
    assertThat(again.next().number()).isEqualTo("1");
  }

  @Test
  void unsubscribingWithoutASubscriptionIsNoChange() {
    broker.unsubscribe(channel);
    broker.unsubscribePrefix(channel);
    var heard = heard(channel);
    publish(1);
    assertThat(heard.next().number()).isEqualTo("1");
  }

  @Test
  void anEphemeralPublicationIsHeardWithoutAPlace() {
    var heard = heard(channel);
    publishEphemeral(7);
    assertThat(heard.next())
        .isEqualTo(new Heard.Publication(channel, "", new Item(0, Json.of("7"), Optional.empty())));
  }

  @Test
  void ephemeralPublicationsOfOneThreadKeepTheirOrder() {
    var heard = heard(channel);
    IntStream.rangeClosed(1, 100)
        .forEach(number -> broker.publish(channel, draft(number), Retention.EPHEMERAL));
    assertThat(heard.next(100))
        .extracting(Heard.Publication::number)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 100).mapToObj(i -> "" + i).toList());
  }

  @Test
  void aPrefixIsHeardOnEveryChannelThatStartsWithIt() {
    var heard = heardPrefix(channel + ".");
    publishTo(channel + ".a", 1);
    assertThat(heard.next()).extracting(Heard.Publication::channel).isEqualTo(channel + ".a");
    publishTo(channel + ".b.c", 2);
    assertThat(heard.next()).extracting(Heard.Publication::channel).isEqualTo(channel + ".b.c");
    publishTo(channel + ".", 3);
    assertThat(heard.next()).extracting(Heard.Publication::channel).isEqualTo(channel + ".");
  }

  @Test
  void aPrefixIsNotHeardOnOtherChannels() {
    var heard = heardPrefix(channel + ".");
    publishTo(channel, 1);
    publishTo(channel + "x.a", 2);
    publishTo(channel + "-a", 3);
    publishTo("x" + channel + ".a", 4);
    publishTo(channel + ".a", 5);
    assertThat(heard.next().number()).isEqualTo("5");
  }

  @Test
  void aPrefixMeansItsCharacters() {
    var prefix = channel + "*?[a]\\.";
    var heard = heardPrefix(prefix);
    publishTo(channel + "xxa\\.a", 1);
    publishTo(prefix + "a", 2);
    assertThat(heard.next().number()).isEqualTo("2");
  }

  @Test
  void aPublicationIsHeardByTheChannelAndByEveryPrefix() {
    var whole = heard(channel + ".a.b");
    var outer = heardPrefix(channel + ".");
    var inner = heardPrefix(channel + ".a.");
    heardPrefix(channel + ".a.a");
    publishTo(channel + ".a.b", 1);
    assertThat(whole.next().number()).isEqualTo("1");
    assertThat(outer.next().number()).isEqualTo("1");
    assertThat(inner.next().number()).isEqualTo("1");
  }

  @Test
  void aPrefixHearsPositionsAndEphemeralPublicationsAsTheChannelDoes() {
    var heard = heardPrefix(channel);
    var position = publish(1);
    var kept = heard.next();
    assertThat(kept.epoch()).isEqualTo(position.epoch());
    assertThat(kept.item().offset()).isEqualTo(1);
    publishEphemeral(2);
    var ephemeral = heard.next();
    assertThat(ephemeral.epoch()).isEmpty();
    assertThat(ephemeral.item().offset()).isZero();
  }
}
