package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Missed;
import io.byssus.protocol.ServerMessage.Unsubscribed;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SlowReaderHurtsOnlyItselfTest {
  private static final String KILOBYTE = "x".repeat(1_000);

  private final TestNode node = new TestNode(3);
  private final TestClient publisher = node.connected("pub");
  private final TestClient slow = node.client();
  private final Connected session = slow.connect("slow");
  private final TestClient quick = node.connected("quick");

  @Test
  void oneThatNeverReadsIsDisconnectedAndCanResume() {
    Position position = slow.subscribe("kept.news").position().orElseThrow();
    quick.subscribe("kept.news");
    slow.socket().stopReading();

    flood("kept.news", 1_200);

    assertThat(slow.socket().closed()).contains(CloseCode.SLOW_CONSUMER);
    assertThat(CloseCode.SLOW_CONSUMER.reconnect()).isTrue();
    assertThat(quick.messages("kept.news")).hasSize(1_200);
    assertThat(node.wire.unreleased()).isZero();
    slow.cut();
    assertThat(slow.resume(session, Map.of("kept.news", position)))
        .anyMatch(message -> message instanceof Connected connected && connected.resumed());
  }

  @Test
  void theOldestAreDroppedAndTheGapIsTold() {
    slow.subscribe("drop.ticks");
    quick.subscribe("drop.ticks");
    slow.socket().stopReading();

    flood("drop.ticks", 1_200);
    assertThat(slow.socket().closed()).isEmpty();
    slow.readAgain();
    publisher.publish("drop.ticks", "last");

    var missed = TestClient.only(Missed.class, slow.everything());
    assertThat(missed.channel()).isEqualTo("drop.ticks");
    assertThat(missed.reason()).isEqualTo(Gap.OVERFLOW);
    assertThat(slow.messages("drop.ticks")).hasSizeBetween(500, 1_150).endsWith("last");
    assertThat(quick.messages("drop.ticks")).hasSize(1_201);
  }

  @Test
  void onlyTheLatestOfEachChannelWaits() {
    slow.subscribe("latest.a");
    slow.subscribe("latest.b");
    slow.socket().stopReading();
    flood("latest.a", 5); // goes into the socket's own buffer first

    for (int i = 0; i < 2_000; i++) {
      publisher.publish("latest.a", "a" + i);
      publisher.publish("latest.b", "b" + i);
      node.lanes.advance(java.time.Duration.ofMillis(20));
      slow.heartbeat();
      publisher.heartbeat();
    }
    slow.readAgain();

    assertThat(slow.socket().closed()).isEmpty();
    assertThat(slow.messages("latest.a")).hasSizeLessThan(10).endsWith("a1999");
    assertThat(slow.messages("latest.b")).containsExactly("b1999");
  }

  @Test
  void theLatestHasItsPlaceHoweverMuchElseWaits() {
    slow.subscribe("drop.ticks");
    slow.subscribe("latest.a");
    slow.socket().stopReading();
    flood("drop.ticks", 1_100); // no room is left
    publisher.publish("latest.a", "before");
    publisher.publish("latest.a", "after");

    slow.readAgain();

    assertThat(slow.socket().closed()).isEmpty();
    assertThat(slow.messages("latest.a")).containsExactly("after");
    assertThat(TestClient.all(Missed.class, slow.everything()))
        .extracting(Missed::channel)
        .containsExactly("drop.ticks", "latest.a");
  }

  @Test
  void whatIsSkippedForTheLatestIsToldJustBeforeIt() {
    slow.subscribe("latest.a");
    slow.socket().stopReading();
    flood("latest.a", 5);
    slow.readAgain();

    var told = slow.everything();
    var missed = TestClient.only(Missed.class, told);
    assertThat(missed.channel()).isEqualTo("latest.a");
    assertThat(missed.reason()).isEqualTo(Gap.OVERFLOW);
    assertThat(missed.position()).isEmpty();
    assertThat(told.indexOf(missed)).isEqualTo(told.size() - 2);
  }

  @Test
  void theLatestOfAChannelThatWasLeftIsNotSentAfterTheAnswer() {
    slow.subscribe("latest.a");
    slow.socket().stopReading();
    flood("latest.a", 2); // the second waits
    slow.say(new Command.Unsubscribe(slow.nextId(), "latest.a"));

    slow.readAgain();

    assertThat(slow.everything().getLast()).isInstanceOf(Unsubscribed.class);
    assertThat(node.wire.unreleased()).isZero();
  }

  @Test
  void oneThatAsksButDoesNotReadIsNotReadEither() {
    slow.socket().stopReading();
    for (int i = 0; i < 50; i++) {
      slow.post(new Command.GetAttributes(slow.nextId()));
    }
    node.lanes.settle();

    assertThat(slow.socket().reading()).isFalse();
    slow.readAgain();
    assertThat(slow.socket().reading()).isTrue();
  }

  private void flood(String channel, int messages) {
    for (int i = 0; i < messages; i++) {
      publisher.publish(channel, KILOBYTE);
      node.lanes.advance(java.time.Duration.ofMillis(20));
    }
  }
}
