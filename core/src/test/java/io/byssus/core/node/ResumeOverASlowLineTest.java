package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Message;
import io.byssus.protocol.ServerMessage.Missed;
import io.byssus.protocol.ServerMessage.Pong;
import io.byssus.protocol.ServerMessage.Subscribed;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What was missed comes as fast as the line takes it, and never more at once. */
class ResumeOverASlowLineTest {
  private static final String A = "kept.a";
  private static final String B = "kept.b";

  /** All that the namespace keeps. */
  private static final int ITEMS = 50;

  private final TestNode node = new TestNode(3);
  private final TestClient publisher = node.connected("pub");
  private final TestClient ann = node.client();
  private final Connected session = ann.connect("ann");

  private void publish(String channel, int first, int last, int bytes) {
    for (int i = first; i <= last; i++) {
      publisher.publish(channel, padded(i, bytes));
      node.lanes.advance(Duration.ofMillis(20));
    }
  }

  private static String padded(int number, int bytes) {
    return number + "-" + "x".repeat(bytes);
  }

  private static List<String> numbers(List<String> messages) {
    return messages.stream().map(text -> text.substring(0, text.indexOf('-'))).toList();
  }

  private static List<String> numbers(int first, int last) {
    return IntStream.rangeClosed(first, last).mapToObj(Integer::toString).toList();
  }

  private void resumeOverASlowLine(Map<String, Position> positions, Optional<Long> inbox) {
    ann.open(true);
    ann.socket().stopReading();
    ann.post(TestClient.resume(ann.nextId(), "ann", session, positions, inbox));
    node.lanes.settle();
  }

  /** So many bytes each 100 ms, until all has come that will. */
  private void takeAll(int bytes) {
    for (var before = -1L; ann.socket().taken() > before; ) {
      before = ann.socket().taken();
      takeSome(bytes, 1);
    }
    assertThat(ann.socket().closed()).isEmpty();
  }

  private void takeSome(int bytes, int times) {
    for (int i = 0; i < times; i++) {
      ann.take(bytes);
      publisher.heartbeat();
      node.lanes.advance(Duration.ofMillis(100));
    }
  }

  private void twoRoomsOver(int bytes) {
    var positions = Map.of(A, subscribe(A), B, subscribe(B));
    ann.cut();
    publish(A, 1, ITEMS, 30_000);
    publish(B, 1, ITEMS, 30_000);

    resumeOverASlowLine(positions, Optional.empty());
    takeAll(bytes);

    assertThat(TestClient.all(Subscribed.class, ann.everything()))
        .filteredOn(told -> told.recovery() instanceof Recovery.Complete)
        .extracting(Subscribed::missed)
        .containsExactly(ITEMS, ITEMS);
    assertThat(numbers(ann.messages(A))).isEqualTo(numbers(1, ITEMS));
    assertThat(numbers(ann.messages(B))).isEqualTo(numbers(1, ITEMS));
    assertThat(node.wire.unreleased()).isZero();
  }

  private Position subscribe(String channel) {
    return ann.subscribe(channel).position().orElseThrow();
  }

  @Test
  void twoRoomsOfMegabytesComeWholeOverAFastLine() {
    twoRoomsOver(200_000);
  }

  @Test
  void twoRoomsOfMegabytesComeWholeOverASlowLine() {
    twoRoomsOver(30_000);
  }

  @Test
  void whatIsPublishedMeanwhileFollowsOnceAndInOrder() {
    var positions = Map.of(A, subscribe(A));
    ann.cut();
    publish(A, 1, 40, 30_000);
    resumeOverASlowLine(positions, Optional.empty());

    takeSome(30_000, 10);
    publish(A, 41, 41, 30_000);
    takeSome(30_000, 10);
    publish(A, 42, 45, 30_000);
    takeAll(30_000);
    publish(A, 46, 47, 100);
    takeAll(30_000);

    assertThat(numbers(ann.messages(A))).isEqualTo(numbers(1, 47));
    assertThat(TestClient.all(Missed.class, ann.everything())).isEmpty();
  }

  @Test
  void aFullInboxAndTwoRoomsComeToo() {
    var positions = Map.of(A, subscribe(A), B, subscribe(B));
    ann.cut();
    publish(A, 1, 4, 30_000);
    publish(B, 1, 4, 30_000);
    for (int i = 1; i <= 17; i++) {
      publisher.send(new Target.ToSession(session.session()), padded(i, 60_000));
    }

    resumeOverASlowLine(positions, Optional.of(0L));
    takeAll(30_000);

    assertThat(numbers(ann.messages(A))).isEqualTo(numbers(1, 4));
    assertThat(numbers(ann.messages(B))).isEqualTo(numbers(1, 4));
    assertThat(numbers(ann.directs())).isEqualTo(numbers(1, 17));
  }

  @Test
  void whatIsTrimmedMeanwhileIsToldWithThePlaceBeforeWhatFollows() {
    var positions = Map.of(A, subscribe(A));
    ann.cut();
    publish(A, 1, ITEMS, 30_000);
    resumeOverASlowLine(positions, Optional.empty());
    takeSome(30_000, 5);

    publish(A, ITEMS + 1, 2 * ITEMS, 1_000); // the first ones are gone now
    takeAll(30_000);

    var missed = TestClient.only(Missed.class, ann.everything());
    assertThat(missed.reason()).isEqualTo(Gap.TRIMMED);
    var told = ann.everything();
    var next =
        told.subList(told.indexOf(missed), told.size()).stream()
            .filter(Message.class::isInstance)
            .map(Message.class::cast)
            .findFirst()
            .orElseThrow();
    assertThat(next.item().offset()).isEqualTo(missed.position().orElseThrow().offset() + 1);
    var after = numbers(ann.messages(A)).stream().map(Integer::parseInt).filter(i -> i > ITEMS);
    assertThat(after).isEqualTo(IntStream.rangeClosed(ITEMS + 1, 2 * ITEMS).boxed().toList());
  }

  @Test
  void signsOfLifeAreAnsweredMeanwhileAndCommandsWait() {
    var positions = Map.of(A, subscribe(A));
    ann.cut();
    publish(A, 1, ITEMS, 30_000);
    resumeOverASlowLine(positions, Optional.empty());
    ann.post(new Command.GetAttributes(71));
    ann.post(new Command.Ping(70, false));
    takeAll(30_000);

    var told = ann.everything();
    var pong = TestClient.only(Pong.class, told);
    assertThat(told.indexOf(pong)).isLessThan(told.size() - 3);
    assertThat(told.getLast().toString()).contains("71");
  }

  @Test
  void oneThatGoesInTheMiddleLeavesNothingBehind() {
    var positions = Map.of(A, subscribe(A), B, subscribe(B));
    ann.cut();
    publish(A, 1, ITEMS, 30_000);
    publish(B, 1, ITEMS, 30_000);
    resumeOverASlowLine(positions, Optional.empty());
    takeSome(30_000, 5);

    ann.cut();
    node.lanes.settle();
    assertThat(node.wire.unreleased()).isZero();
    resumeOverASlowLine(positions, Optional.empty());
    takeAll(200_000);

    assertThat(numbers(ann.messages(B)).subList(0, ITEMS)).isEqualTo(numbers(1, ITEMS));
  }
}
