package io.byssus.core.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.engine.Engine;
import io.byssus.core.node.UserPolicy;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage;
import io.byssus.protocol.ServerMessage.Acked;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Message;
import io.byssus.protocol.ServerMessage.Missed;
import io.byssus.protocol.ServerMessage.Subscribed;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChannelsGoOnAfterAFailoverTest {
  private static final String NEWS = "kept.news";

  private FailoverBroker broker;
  private final TestNode node =
      new TestNode(
          51, Limits.DEFAULTS, new UserPolicy.Unlimited(), NodeObserver.NONE, this::failingOver);
  private final TestClient client = node.client();
  private final Connected session = client.connect("ann");
  private final TestClient publisher = node.connected("bob");

  private Engine failingOver(Engine engine) {
    broker = new FailoverBroker(engine.broker());
    return new Engine(
        engine.sessions(),
        broker,
        engine.inboxes(),
        engine.directory(),
        engine.presence(),
        engine.bus());
  }

  @Test
  void aLiveSubscriberIsMovedToTheNewEpochAndMissesNothing() {
    var first = client.subscribe(NEWS).position().orElseThrow().epoch();
    publish("a", "b");
    broker.failOver(NEWS, 0);
    client.hear();
    publish("c", "d");

    var heard = client.hear();
    assertThat(heard).hasSize(3);
    var moved = (Subscribed) heard.getFirst();
    assertThat(moved.id()).isEqualTo(Command.NO_ID);
    assertThat(moved.recovery()).isEqualTo(Recovery.COMPLETE);
    assertThat(moved.position().orElseThrow().offset()).isEqualTo(2);
    assertThat(moved.position().orElseThrow().epoch()).isNotEqualTo(first);
    assertThat(client.messages(NEWS)).containsExactly("a", "b", "c", "d");
    var ack = new Command.AckChannel(client.nextId(), NEWS, moved.position().get().at(4));
    assertThat(client.say(ack)).hasOnlyElementsOfType(Acked.class);
  }

  @Test
  void aLiveSubscriberThatSawWhatIsLostIsToldSo() {
    client.subscribe(NEWS);
    publish("a", "b");
    broker.failOver(NEWS, 1);
    client.hear();
    publish("c");

    var missed = TestClient.only(Missed.class, client.hear());
    assertThat(missed.reason()).isEqualTo(Gap.DIVERGED);
    assertThat(missed.position().orElseThrow().offset()).isEqualTo(1);
    publish("d");
    assertThat(client.messages(NEWS)).containsExactly("a", "b", "c", "d");
  }

  @Test
  void whoComesBackReadsOnIntoTheNewEpoch() {
    var epoch = client.subscribe(NEWS).position().orElseThrow().epoch();
    publish("a", "b");
    client.cut();
    broker.failOver(NEWS, 1);
    publish("c");

    var heard = client.resume(session, Map.of(NEWS, new Position(epoch, 1)));

    var subscribed = TestClient.all(Subscribed.class, heard);
    assertThat(subscribed)
        .extracting(Subscribed::recovery)
        .containsExactly(Recovery.COMPLETE, Recovery.COMPLETE);
    assertThat(subscribed).extracting(Subscribed::missed).containsExactly(0, 1);
    assertThat(subscribed).extracting(s -> offset(s.position())).containsExactly(1L, 2L);
    assertThat(subscribed).extracting(s -> s.position().get().epoch()).doesNotContain(epoch);
    assertThat(data(heard)).containsExactly("\"c\"");
  }

  @Test
  void whoComesBackWithWhatIsLostIsToldSo() {
    var epoch = client.subscribe(NEWS).position().orElseThrow().epoch();
    publish("a", "b");
    client.cut();
    broker.failOver(NEWS, 1);
    publish("c");

    var heard = client.resume(session, Map.of(NEWS, new Position(epoch, 2)));

    var subscribed = TestClient.only(Subscribed.class, heard);
    assertThat(subscribed.recovery()).isEqualTo(new Recovery.Lost(Gap.DIVERGED));
    assertThat(subscribed.missed()).isZero();
    assertThat(offset(subscribed.position())).isEqualTo(1);
    assertThat(subscribed.position().orElseThrow().epoch()).isNotEqualTo(epoch);
    assertThat(data(heard)).containsExactly("\"c\"");
  }

  @Test
  void whoSubscribesWithWhatIsLostHearsWhatFollowed() {
    var epoch = client.subscribe(NEWS).position().orElseThrow().epoch();
    publish("a", "b", "c");
    broker.failOver(NEWS, 2);
    publish("d", "e");

    var late = node.connected("carl");
    var from = Optional.of(new Position(epoch, 3));
    var heard = late.say(new Command.Subscribe(late.nextId(), NEWS, from));

    var subscribed = TestClient.only(Subscribed.class, heard);
    assertThat(subscribed.recovery()).isEqualTo(new Recovery.Lost(Gap.DIVERGED));
    assertThat(offset(subscribed.position())).isEqualTo(1);
    assertThat(data(heard)).containsExactly("\"d\"", "\"e\"");
  }

  @Test
  void whoSawMuchMoreThanWasPublishedSinceMissesNothingOfThat() {
    client.subscribe(NEWS);
    for (int i = 1; i <= 40; i++) {
      publish("old" + i);
    }
    client.hear();
    broker.failOver(NEWS, 30);
    for (int i = 1; i <= 10; i++) {
      publish("new" + i);
    }

    var missed = TestClient.only(Missed.class, client.hear());
    assertThat(missed.reason()).isEqualTo(Gap.DIVERGED);
    assertThat(missed.position().orElseThrow().offset()).isEqualTo(10);
    var since = client.messages(NEWS);
    assertThat(since.subList(40, since.size()))
        .containsExactly(
            "new1", "new2", "new3", "new4", "new5", "new6", "new7", "new8", "new9", "new10");
  }

  @Test
  void aFeedThatIsAheadOfWhatSurvivedFindsOutWhenSomebodyJoins() {
    var epoch = client.subscribe(NEWS).position().orElseThrow().epoch();
    publish("a", "b");
    client.hear();
    broker.failOver(NEWS, 1); // and nobody publishes

    var late = node.connected("carl");
    var from = Optional.of(new Position(epoch, 0));
    var heard = late.say(new Command.Subscribe(late.nextId(), NEWS, from));

    var subscribed = TestClient.only(Subscribed.class, heard);
    assertThat(subscribed.recovery()).isEqualTo(Recovery.COMPLETE);
    assertThat(offset(subscribed.position())).isEqualTo(1);
    assertThat(data(heard)).containsExactly("\"a\"");
    assertThat(TestClient.only(Missed.class, client.hear()).reason()).isEqualTo(Gap.DIVERGED);
  }

  private void publish(String... data) {
    for (var each : data) {
      publisher.publish(NEWS, each, each);
    }
  }

  private static long offset(Optional<Position> position) {
    return position.orElseThrow().offset();
  }

  private static List<String> data(List<ServerMessage> heard) {
    return TestClient.all(Message.class, heard).stream()
        .map(message -> message.item().data().toString())
        .toList();
  }
}
