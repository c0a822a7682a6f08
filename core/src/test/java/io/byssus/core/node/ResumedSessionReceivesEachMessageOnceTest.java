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
import io.byssus.protocol.ServerMessage.Subscribed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ResumedSessionReceivesEachMessageOnceTest {
  private final TestNode node = new TestNode(1);
  private final TestClient publisher = node.connected("pub");
  private final TestClient reader = node.client();
  private final Connected session = reader.connect("ann");

  @Test
  void whatWasMissedComesInOrderBeforeWhatIsLive() {
    var position = reader.subscribe("kept.news").position().orElseThrow();
    publisher.publish("kept.news", "1");
    reader.cut();
    publisher.publish("kept.news", "2");
    publisher.publish("kept.news", "3");

    var heard = reader.resume(session, Map.of("kept.news", position.at(position.offset() + 1)));
    publisher.publish("kept.news", "4");

    assertThat(TestClient.only(Connected.class, heard).resumed()).isTrue();
    var subscribed = TestClient.only(Subscribed.class, heard);
    assertThat(subscribed.recovery()).isEqualTo(Recovery.COMPLETE);
    assertThat(subscribed.missed()).isEqualTo(2);
    assertThat(reader.messages("kept.news")).containsExactly("1", "2", "3", "4");
  }

  @Test
  void publishersGoOnWhileTheSessionResumes() {
    var position = reader.subscribe("kept.news").position().orElseThrow();
    reader.cut();
    for (int i = 0; i < 10; i++) {
      publisher.publish("kept.news", "before" + i);
    }
    reader.open(true);
    reader.post(
        TestClient.resume(99, "ann", session, Map.of("kept.news", position), Optional.empty()));
    for (int i = 0; i < 20; i++) {
      publisher.post(
          new Command.Publish(
              1000 + i,
              "kept.news",
              TestClient.text("during" + i),
              "",
              io.byssus.protocol.Durability.ACCEPTED));
      node.lanes.step();
    }
    node.lanes.settle();

    var offsets =
        TestClient.all(Message.class, reader.everything()).stream()
            .map(message -> message.item().offset())
            .toList();
    assertThat(offsets).hasSize(30);
    for (int i = 0; i < 30; i++) {
      assertThat(offsets.get(i)).isEqualTo(position.offset() + 1 + i);
    }
  }

  @Test
  void withoutPositionsTheAcknowledgedOneCounts() {
    var position = reader.subscribe("kept.news").position().orElseThrow();
    publisher.publish("kept.news", "1");
    publisher.publish("kept.news", "2");
    reader.say(new Command.AckChannel(reader.nextId(), "kept.news", position.at(1)));
    reader.cut();

    reader.resume(session, Map.of());

    assertThat(reader.messages("kept.news")).containsExactly("1", "2", "2");
  }

  @Test
  void resumingTwiceWithNoTrafficBetweenReplaysNothing() {
    var position = reader.subscribe("kept.news").position().orElseThrow();
    publisher.publish("kept.news", "1");
    reader.cut();
    var held = Map.of("kept.news", position.at(1));

    var first = TestClient.only(Connected.class, reader.resume(session, held));
    reader.cut();
    reader.resume(first, held);

    assertThat(reader.messages("kept.news")).containsExactly("1");
  }

  @Test
  void anIdleSubscriptionIsCompleteHoweverOldItsPositionIs() {
    var position = reader.subscribe("kept.news").position().orElseThrow();
    for (int i = 0; i < 60; i++) {
      node.lanes.advance(Duration.ofSeconds(20));
      reader.heartbeat();
      publisher.heartbeat();
    }
    reader.cut();

    var heard = reader.resume(session, Map.of("kept.news", position));

    assertThat(TestClient.only(Subscribed.class, heard).recovery()).isEqualTo(Recovery.COMPLETE);
  }

  @Test
  void whatIsNoLongerKeptIsSaidToBeLostAndTheRestFollows() {
    var position = reader.subscribe("kept.news").position().orElseThrow();
    reader.cut();
    for (int i = 0; i < 60; i++) {
      publisher.publish("kept.news", "m" + i);
    }

    var heard = reader.resume(session, Map.of("kept.news", position));
    publisher.publish("kept.news", "live");

    var subscribed = TestClient.only(Subscribed.class, heard);
    assertThat(subscribed.recovery()).isEqualTo(new Recovery.Lost(Gap.TRIMMED));
    assertThat(subscribed.missed()).isZero();
    assertThat(subscribed.position()).contains(position.at(10));
    var kept = IntStream.range(10, 60).mapToObj(i -> "m" + i);
    assertThat(reader.messages("kept.news"))
        .containsExactlyElementsOf(Stream.concat(kept, Stream.of("live")).toList());
  }

  @Test
  void whereOnlyThePresentCountsItGoesOnFromNow() {
    var position = reader.subscribe("now.price").position().orElseThrow();
    reader.cut();
    for (int i = 0; i < 60; i++) {
      publisher.publish("now.price", "m" + i);
    }

    var heard = reader.resume(session, Map.of("now.price", position));
    publisher.publish("now.price", "live");

    var subscribed = TestClient.only(Subscribed.class, heard);
    assertThat(subscribed.recovery()).isEqualTo(new Recovery.Lost(Gap.TRIMMED));
    assertThat(subscribed.position()).contains(position.at(60));
    assertThat(reader.messages("now.price")).containsExactly("live");
  }

  @Test
  void whoSubscribesWithAPositionThatIsNoLongerKeptHearsTheRest() {
    var position = reader.subscribe("kept.news").position().orElseThrow();
    reader.say(new Command.Unsubscribe(reader.nextId(), "kept.news"));
    for (int i = 0; i < 60; i++) {
      publisher.publish("kept.news", "m" + i);
    }

    var heard =
        reader.say(new Command.Subscribe(reader.nextId(), "kept.news", Optional.of(position)));

    var subscribed = TestClient.only(Subscribed.class, heard);
    assertThat(subscribed.recovery()).isEqualTo(new Recovery.Lost(Gap.TRIMMED));
    assertThat(subscribed.position()).contains(position.at(10));
    assertThat(reader.messages("kept.news")).hasSize(50).startsWith("m10").endsWith("m59");
  }

  @Test
  void theNextResumeWithoutPositionsStartsBehindTheLoss() {
    var position = reader.subscribe("kept.news").position().orElseThrow();
    reader.cut();
    for (int i = 0; i < 60; i++) {
      publisher.publish("kept.news", "m" + i);
    }
    var back = reader.resume(session, Map.of("kept.news", position));
    var again = TestClient.only(Connected.class, back);
    reader.cut();

    var heard = reader.resume(again, Map.of());

    var subscribed = TestClient.only(Subscribed.class, heard);
    assertThat(subscribed.recovery()).isEqualTo(Recovery.COMPLETE);
    assertThat(subscribed.missed()).isEqualTo(50);
  }

  @Test
  void aPositionAheadOfTheChannelHasDiverged() {
    var position = reader.subscribe("kept.news").position().orElseThrow();
    reader.cut();

    var heard = reader.resume(session, Map.of("kept.news", position.at(7)));

    assertThat(TestClient.only(Subscribed.class, heard).recovery())
        .isEqualTo(new Recovery.Lost(Gap.DIVERGED));
  }

  @Test
  void aPositionOfAnotherEpochIsSaidToBeLost() {
    reader.subscribe("kept.news");
    reader.cut();

    var heard = reader.resume(session, Map.of("kept.news", new Position("other", 0)));

    assertThat(TestClient.only(Subscribed.class, heard).recovery())
        .isEqualTo(new Recovery.Lost(Gap.EPOCH));
  }

  @Test
  void anEphemeralChannelIsRestoredAndSaidToKeepNothing() {
    reader.subscribe("passing");
    reader.cut();
    publisher.publish("passing", "missed");

    var heard = reader.resume(session, Map.of());
    publisher.publish("passing", "live");

    assertThat(TestClient.only(Subscribed.class, heard).recovery())
        .isEqualTo(new Recovery.Lost(Gap.EPHEMERAL));
    assertThat(reader.messages("passing")).containsExactly("live");
  }

  @Test
  void anEphemeralMessageDoesNotMoveThePosition() {
    var position = reader.subscribe("kept.news").position().orElseThrow();
    reader.subscribe("passing");
    publisher.publish("passing", "x");
    publisher.publish("kept.news", "1");
    var passing =
        TestClient.all(Message.class, reader.everything()).stream()
            .filter(message -> message.channel().equals("passing"))
            .toList();
    reader.cut();

    reader.resume(session, Map.of("kept.news", position));

    assertThat(passing).hasSize(1);
    assertThat(passing.getFirst().item().offset()).isZero();
    assertThat(reader.messages("kept.news")).isEqualTo(List.of("1", "1"));
  }

  @Test
  void attributesTagsAndPatternsComeBack() {
    reader.say(
        new Command.SetAttributes(
            reader.nextId(),
            Map.of("theme", TestClient.text("dark")),
            Optional.of(java.util.Set.of("beta"))));
    reader.subscribe("kept.*");
    reader.cut();

    reader.resume(session, Map.of());
    publisher.publish("kept.any", "x");

    var attributes =
        TestClient.only(
            io.byssus.protocol.ServerMessage.Attributes.class,
            reader.say(new Command.GetAttributes(reader.nextId())));
    assertThat(attributes.attributes()).containsEntry("theme", TestClient.text("dark"));
    assertThat(attributes.tags()).containsExactly("beta");
    assertThat(reader.messages("kept.any")).containsExactly("x");
  }
}
