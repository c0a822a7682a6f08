package io.byssus.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.tests.cluster.Event.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each way to break the guarantees is planted into a good history, and found. */
class HistoryCheckerTest {
  private long clock;

  private final class Told {
    private final String name;
    private final boolean withPositions;
    private final List<Event.Line> lines = new ArrayList<>();

    Told(String name, boolean withPositions) {
      this.name = name;
      this.withPositions = withPositions;
    }

    Told add(Event event) {
      lines.add(new Event.Line(++clock, event));
      return this;
    }

    Told connected(boolean resumed) {
      return add(new Event.Connected("s-" + name, resumed, "n1"));
    }

    Told subscribed(String epoch, long offset) {
      return add(new Event.Subscribed("news", at(epoch, offset), Optional.empty(), "", 0));
    }

    Told recovered(String epoch, long offset, long missed) {
      return add(new Event.Subscribed("news", at(epoch, offset), Optional.of(true), "", missed));
    }

    Told lost(String epoch, long offset, String reason) {
      return add(new Event.Subscribed("news", at(epoch, offset), Optional.of(false), reason, 0));
    }

    Told message(long offset, String id) {
      return add(new Event.Message("news", offset, id));
    }

    Told direct(long offset, String id) {
      return add(new Event.Direct(offset, id));
    }

    Told publishes(String id, String level, String epoch, long offset) {
      add(new Event.Publishing("news", id));
      return add(new Event.Published("news", id, level, at(epoch, offset).orElseThrow()));
    }

    Told sends(String to, String id) {
      add(new Event.Sending("s-" + to, id));
      return add(new Event.Sent("s-" + to, id));
    }

    Event.Log log() {
      return new Event.Log(name, withPositions, lines);
    }
  }

  private static Optional<Position> at(String epoch, long offset) {
    return Optional.of(new Position(epoch, offset));
  }

  private final Told ann = new Told("ann", true);
  private final Told bob = new Told("bob", true);
  private final Told publisher = new Told("pub", true);

  /** Ann and Bob are there; four publications; one message to Ann. */
  private void begin() {
    ann.connected(false).subscribed("e", 0);
    bob.connected(false).subscribed("e", 0);
    publisher.connected(false);
    for (int i = 1; i <= 4; i++) {
      publisher.publishes("pub-" + i, i % 2 == 0 ? "replicated" : "accepted", "e", i);
    }
    publisher.sends("ann", "d1");
  }

  private void bobHearsAll() {
    bob.message(1, "pub-1").message(2, "pub-2").message(3, "pub-3").message(4, "pub-4");
  }

  private List<String> violations(Promise promise) {
    return HistoryChecker.check(List.of(ann.log(), bob.log(), publisher.log()), promise);
  }

  private void assertFound(String part) {
    assertThat(violations(Promise.EVERYTHING)).singleElement().asString().contains(part);
  }

  /** Ann saw two that were lost; three are published since. */
  private void fail() {
    ann.connected(false).subscribed("e", 0);
    bob.connected(false);
    publisher.connected(false).publishes("pub-1", "replicated", "e", 1);
    ann.message(1, "pub-1").message(2, "pub-2").message(3, "pub-3");
    publisher.publishes("pub-4", "accepted", "f", 2);
    publisher.publishes("pub-5", "replicated", "f", 3);
    publisher.publishes("pub-6", "accepted", "f", 4);
  }

  @Test
  void whatFollowsAGapIsHeard() {
    fail();
    ann.add(new Event.Gap("news", "diverged", at("f", 1)));
    ann.message(2, "pub-4").message(3, "pub-5").message(4, "pub-6");
    assertThat(violations(Promise.EVERYTHING)).isEmpty();
  }

  @Test
  void whatAGapSkipsThoughItIsThereIsFound() {
    fail();
    ann.add(new Event.Gap("news", "diverged", at("f", 2)));
    ann.message(3, "pub-5").message(4, "pub-6");
    assertFound("skips pub-4, which was stored since");
  }

  @Test
  void whatAResumeSkipsThoughItIsThereIsFound() {
    fail();
    ann.add(new Event.Closed(1006)).connected(true).lost("f", 2, "diverged");
    ann.message(3, "pub-5").message(4, "pub-6");
    assertFound("skips pub-4, which was stored since");
  }

  @Test
  void whatIsStoredBehindAGapAndDoesNotComeIsFound() {
    fail();
    ann.add(new Event.Gap("news", "diverged", at("f", 1)));
    ann.message(2, "pub-4").message(3, "pub-5");
    assertFound("never got pub-6");
  }

  @Test
  void goodHistoryPasses() {
    begin();
    bobHearsAll();
    ann.add(new Event.Setting(1)).add(new Event.Set(1));
    ann.message(1, "pub-1").message(2, "pub-2").direct(1, "d1").add(new Event.Closed(1006));
    ann.connected(true).recovered("e", 4, 2).message(3, "pub-3").message(4, "pub-4");
    ann.direct(1, "d1").add(new Event.Attributes(Map.of("name", "ann", "n", "1")));
    assertThat(violations(Promise.EVERYTHING)).isEmpty();
  }

  @Test
  void whatComesTwiceAtOnePlaceIsDropped() {
    begin();
    bobHearsAll();
    ann.message(1, "pub-1").message(2, "pub-2").message(2, "pub-2").message(1, "pub-1");
    ann.message(3, "pub-3").message(4, "pub-4").direct(1, "d1").direct(1, "d1");
    assertThat(violations(Promise.EVERYTHING)).isEmpty();
  }

  @Test
  void clientWithoutPositionsMayHearAgainWhatItHasNotAcknowledged() {
    var eve = new Told("eve", false);
    begin();
    bobHearsAll();
    ann.message(1, "pub-1").message(2, "pub-2").message(3, "pub-3").message(4, "pub-4");
    ann.direct(1, "d1");
    eve.connected(false).subscribed("e", 0).message(1, "pub-1").message(2, "pub-2");
    eve.connected(true).recovered("e", 4, 3).message(2, "pub-2").message(3, "pub-3");
    eve.message(4, "pub-4");
    var logs = List.of(ann.log(), bob.log(), publisher.log(), eve.log());
    assertThat(HistoryChecker.check(logs, Promise.EVERYTHING)).isEmpty();
  }

  @Test
  void flagExcusesWhatIsLost() {
    begin();
    bobHearsAll();
    ann.direct(1, "d1").message(1, "pub-1").connected(true).lost("e", 4, "trimmed");
    assertThat(violations(Promise.EVERYTHING)).isEmpty();
  }

  @Test
  void gapExcusesWhatIsLost() {
    begin();
    bobHearsAll();
    ann.direct(1, "d1").message(1, "pub-1");
    ann.add(new Event.Gap("news", "overflow", Optional.empty())).message(4, "pub-4");
    assertThat(violations(Promise.EVERYTHING)).isEmpty();
  }

  @Test
  void failoverThatLosesWhatWasOnlyAcceptedPasses() {
    begin();
    bobHearsAll();
    // Offset 3 was lost, and everything after it; 3 is used again in the next epoch.
    bob.add(new Event.Gap("news", "diverged", at("f", 2)));
    ann.message(1, "pub-1").message(2, "pub-2").recovered("f", 2, 0).message(3, "pub-5");
    bob.message(3, "pub-5");
    publisher.publishes("pub-5", "accepted", "f", 3);
    var two = new Promise(java.util.Set.of(), false);
    assertThat(violations(two)).isEmpty();
    assertThat(violations(Promise.WHAT_IS_REPLICATED))
        .singleElement()
        .asString()
        .contains("ann", "never got pub-4");
  }

  @Test
  void messageThatNeverComesIsFound() {
    begin();
    bobHearsAll();
    ann.message(1, "pub-1").message(2, "pub-2").message(3, "pub-3").direct(1, "d1");
    assertFound("never got pub-4");
  }

  @Test
  void holeIsFound() {
    begin();
    bobHearsAll();
    ann.direct(1, "d1").message(1, "pub-1").message(2, "pub-2").message(4, "pub-4");
    assertThat(violations(Promise.EVERYTHING))
        .anyMatch(found -> found.contains("jumps from e:2 to e:4"))
        .anyMatch(found -> found.contains("never got pub-3"));
  }

  @Test
  void recoveryThatLiesIsFound() {
    begin();
    bobHearsAll();
    ann.direct(1, "d1").message(1, "pub-1").connected(true).recovered("e", 4, 0);
    assertThat(violations(Promise.EVERYTHING))
        .anyMatch(found -> found.contains("says nothing is missing after e:1"));
  }

  @Test
  void recoveryThatGoesBackIsFound() {
    begin();
    bobHearsAll();
    ann.direct(1, "d1").message(1, "pub-1").message(2, "pub-2").message(3, "pub-3");
    ann.connected(true).recovered("e", 4, 3).message(2, "pub-2").message(3, "pub-3");
    ann.message(4, "pub-4");
    assertFound("goes back to 1 from e:3");
  }

  @Test
  void otherMessageAtTheSamePlaceIsFound() {
    begin();
    bobHearsAll();
    ann.direct(1, "d1").message(1, "pub-1").message(2, "pub-2").message(3, "pub-9");
    ann.message(4, "pub-4");
    assertThat(violations(Promise.EVERYTHING))
        .anyMatch(found -> found.contains("pub-9 is at e:3 of news, where others saw pub-3"));
  }

  @Test
  void repetitionAtAnotherPlaceIsFound() {
    begin();
    bobHearsAll();
    bob.message(5, "pub-4");
    ann.direct(1, "d1").message(1, "pub-1").message(2, "pub-2").message(3, "pub-3");
    ann.message(4, "pub-4");
    assertThat(violations(Promise.EVERYTHING))
        .anyMatch(found -> found.contains("has pub-4 at 4 and at 5"));
  }

  @Test
  void publisherOutOfOrderIsFound() {
    begin();
    publisher.publishes("pub-6", "accepted", "e", 5).publishes("pub-5", "accepted", "e", 6);
    bobHearsAll();
    bob.message(5, "pub-6").message(6, "pub-5");
    ann.direct(1, "d1").add(new Event.Gap("news", "overflow", at("e", 6)));
    assertFound("has pub-5 after number 6");
  }

  @Test
  void deliveryOfWhatWasSurelyNotStoredIsFound() {
    begin();
    bobHearsAll();
    publisher.add(new Event.Publishing("news", "pub-5"));
    publisher.add(new Event.Refused("pub-5", "unavailable"));
    bob.message(5, "pub-5");
    ann.direct(1, "d1").add(new Event.Gap("news", "overflow", at("e", 5)));
    assertFound("has pub-5, which was surely not stored");
  }

  @Test
  void lostAttributeIsFound() {
    begin();
    bobHearsAll();
    ann.add(new Event.Gap("news", "overflow", at("e", 4))).direct(1, "d1");
    ann.add(new Event.Setting(1)).add(new Event.Set(1));
    ann.add(new Event.Setting(2)).add(new Event.Set(2));
    ann.add(new Event.Attributes(Map.of("name", "ann", "n", "1")));
    assertFound("has n = 1 after 2 was acknowledged");
  }

  @Test
  void attributeOfSomebodyElseIsFound() {
    begin();
    bobHearsAll();
    ann.add(new Event.Gap("news", "overflow", at("e", 4))).direct(1, "d1");
    ann.add(new Event.Attributes(Map.of("name", "bob")));
    assertFound("is named bob");
  }

  @Test
  void directedMessageThatNeverComesIsFound() {
    begin();
    bobHearsAll();
    ann.add(new Event.Gap("news", "overflow", at("e", 4)));
    assertFound("never got d1");
  }

  @Test
  void directedMessageThatComesTwiceIsFound() {
    begin();
    bobHearsAll();
    ann.add(new Event.Gap("news", "overflow", at("e", 4))).direct(1, "d1").direct(2, "d1");
    assertFound("inbox has d1 at 1 and at 2");
  }

  @Test
  void holeInTheInboxIsFound() {
    begin();
    bobHearsAll();
    ann.add(new Event.Gap("news", "overflow", at("e", 4))).direct(2, "d1");
    assertFound("inbox goes from 0 to 2");
  }

  @Test
  void otherDirectedMessageAtTheSamePlaceIsFound() {
    begin();
    bobHearsAll();
    publisher.add(new Event.Sending("s-ann", "d2"));
    ann.add(new Event.Gap("news", "overflow", at("e", 4))).direct(1, "d1").direct(1, "d2");
    assertFound("inbox has d2 at 1, where d1 was");
  }

  @Test
  void lostSessionIsFoundWhateverRedisLost() {
    begin();
    bobHearsAll();
    ann.direct(1, "d1").add(new Event.SessionLost("session_expired"));
    ann.add(new Event.Connected("s-ann2", false, "n2")).subscribed("e", 4);
    assertFound("lost its session");
    assertThat(violations(Promise.WHAT_IS_ATTACHED))
        .singleElement()
        .asString()
        .contains("lost its session");
  }

  @Test
  void sessionThatChangesWithoutAWordIsFound() {
    begin();
    bobHearsAll();
    ann.direct(1, "d1").add(new Event.Gap("news", "overflow", at("e", 4)));
    ann.add(new Event.Connected("s-ann2", false, "n2"));
    assertFound("held session 's-ann'");
  }
}
