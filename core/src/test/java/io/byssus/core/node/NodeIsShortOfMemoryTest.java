package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Budget;
import io.byssus.core.Budgets;
import io.byssus.core.NodeObserver;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Json;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Published;
import io.byssus.protocol.ServerMessage.Subscribed;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What clients hold together has a bound with a consequence, and all of it is given back. */
class NodeIsShortOfMemoryTest {
  private static final String KILOBYTE = "x".repeat(1_000);
  private static final long PLENTY = 100 << 20;

  private final Map<String, Integer> told = new HashMap<>();

  private Budget budget(String kind, long max) {
    return new Budget(
        kind,
        max,
        new NodeObserver() {
          @Override
          public void memoryShort(String which) {
            told.merge(which, 1, Integer::sum);
          }
        });
  }

  private Budgets budgets(long sending, long sessions, long histories, long inboxes) {
    return new Budgets(
        budget("sending", sending),
        budget("sessions", sessions),
        budget("histories", histories),
        budget("inboxes", inboxes));
  }

  /** Lets in as many as there is room for. */
  private static List<TestClient> fill(TestNode node) {
    var clients = new ArrayList<TestClient>();
    while (true) {
      var client = node.client();
      if (refused(client.say(TestClient.newcomer(1, "")))) {
        return clients;
      }
      clients.add(client);
      assertThat(clients).hasSizeLessThan(1_000);
    }
  }

  private static boolean refused(List<ServerMessage> heard) {
    return TestClient.all(ServerMessage.Failed.class, heard).stream()
        .anyMatch(failed -> failed.code() == ErrorCode.UNAVAILABLE);
  }

  @Test
  void newcomersAreRefusedAndWhoWasHereComesBack() {
    var budgets = budgets(PLENTY, 100_000, PLENTY, PLENTY);
    var node = new TestNode(1, budgets);
    var ann = node.client();
    var session = ann.connect("ann");
    assertThat(node.node.ready()).isTrue();

    fill(node);

    assertThat(node.node.ready()).isFalse();
    assertThat(budgets.sessions().taken()).isLessThan(budgets.sessions().max());
    assertThat(told).containsKey("sessions");
    ann.cut();
    assertThat(ann.resume(session, Map.of()))
        .anyMatch(message -> message instanceof Connected connected && connected.resumed());
  }

  @Test
  void sessionsThatNobodyHasMakeRoomTheOldestAndThoseOfNobodyFirst() {
    var budgets = budgets(PLENTY, 100_000, PLENTY, PLENTY);
    var node = new TestNode(2, budgets);
    var ann = node.client();
    var session = ann.connect("ann");
    var others = fill(node);
    ann.cut();
    others.forEach(TestClient::cut);
    // Those who have gone still have their sessions: some are kept, and some make room.
    fill(node).forEach(TestClient::cut);
    node.lanes.advance(Duration.ofSeconds(3));

    assertThat(node.node.ready()).isTrue();
    assertThat(ann.resume(session, Map.of()))
        .anyMatch(message -> message instanceof Connected connected && connected.resumed());
  }

  @Test
  void whatWouldMakeASessionLargerIsRefusedAndNotDone() {
    var budgets = budgets(PLENTY, 100_000, PLENTY, PLENTY);
    var node = new TestNode(3, budgets);
    var client = node.connected("ann");
    var value = TestClient.text("v".repeat(14_000));
    var heard = List.<ServerMessage>of();
    var others = new ArrayList<TestClient>();
    for (var i = 0; i < 10; i++) {
      others.add(node.connected("u" + i));
    }
    for (var i = 0; i < 10 && !refused(heard); i++) {
      heard = others.get(i).say(new Command.SetAttributes(2, Map.of("a", value), Optional.empty()));
    }
    assertThat(refused(heard)).isTrue();
    assertThat(budgets.sessions().taken()).isLessThan(budgets.sessions().max());

    var subscribed = 0;
    do {
      heard =
          client.say(
              new Command.Subscribe(
                  client.nextId(), "c".repeat(190) + subscribed, Optional.empty()));
      node.lanes.advance(Duration.ofMillis(50));
    } while (!refused(heard) && ++subscribed < 128);
    assertThat(subscribed).isLessThan(128);
    assertThat(client.publish("c", "still here")).isNotEmpty();
  }

  @Test
  void oneSlowReaderHasAPartOfWhatIsLeft() {
    var budgets = budgets(1_000_000, PLENTY, PLENTY, PLENTY);
    var node = new TestNode(4, budgets);
    var publisher = node.connected("pub");
    var slow = new ArrayList<TestClient>();
    for (var i = 0; i < 20; i++) {
      var reader = node.connected("slow" + i);
      reader.subscribe("own" + i);
      reader.socket().stopReading();
      slow.add(reader);
    }
    for (var i = 0; i < 900; i++) {
      for (var reader = 0; reader < 20; reader++) {
        publisher.post(
            new Command.Publish(
                0, "own" + reader, TestClient.text(KILOBYTE), "", Durability.ACCEPTED));
      }
      node.lanes.advance(Duration.ofMillis(200));
      publisher.heartbeat();
      assertThat(budgets.sending().taken()).isLessThanOrEqualTo(budgets.sending().max());
    }
    assertThat(slow)
        .allMatch(reader -> reader.socket().closed().equals(Optional.of(CloseCode.SLOW_CONSUMER)));
    assertThat(budgets.sending().taken()).isZero();
    assertThat(told).containsKey("sending");
    assertThat(node.wire.unreleased()).isZero();
  }

  @Test
  void historiesGoThatHoldTheMostAndAreUsedTheLeast() {
    var budgets = budgets(PLENTY, PLENTY, 400_000, PLENTY);
    var node = new TestNode(5, budgets);
    var ann = node.client();
    var session = ann.connect("ann");
    var position = ann.subscribe("kept.mine").position().orElseThrow();
    var old = ann.subscribe("kept.old").position().orElseThrow();
    ann.cut();
    var publisher = node.connected("pub");
    for (var i = 0; i < 20; i++) {
      publisher.publish("kept.mine", "m" + i);
      publisher.publish("kept.old", KILOBYTE);
    }
    for (var i = 0; i < 1_000; i++) {
      var heard = publisher.publish("kept.strange" + i % 100, KILOBYTE);
      assertThat(TestClient.all(Published.class, heard)).hasSize(1);
      assertThat(budgets.histories().taken()).isLessThan(410_000);
      node.lanes.advance(Duration.ofMillis(100));
      if (i % 20 == 0) {
        publisher.heartbeat();
        publisher.say(new Command.GetHistory(publisher.nextId(), "kept.mine", Optional.empty(), 1));
      }
    }
    assertThat(told).containsKey("histories");
    var heard = ann.resume(session, Map.of("kept.mine", position, "kept.old", old));
    assertThat(recovery(heard, "kept.mine")).isEqualTo(Recovery.COMPLETE);
    // Its history has gone, and perhaps the channel after it.
    assertThat(recovery(heard, "kept.old"))
        .isIn(new Recovery.Lost(Gap.TRIMMED), new Recovery.Lost(Gap.EPOCH));
  }

  private static Recovery recovery(List<ServerMessage> heard, String channel) {
    return TestClient.all(Subscribed.class, heard).stream()
        .filter(subscribed -> subscribed.channel().equals(channel))
        .findFirst()
        .orElseThrow()
        .recovery();
  }

  @Test
  void nobodyFillsAllInboxesAlone() {
    var budgets = budgets(PLENTY, PLENTY, PLENTY, 200_000);
    var node = new TestNode(6, budgets);
    var stranger = node.connected("stranger");
    var absent = new ArrayList<String>();
    for (var i = 0; i < 10; i++) {
      var victim = node.client();
      absent.add(victim.connect("v" + i).session());
      victim.cut();
    }
    var full = 0;
    for (var i = 0; i < 500; i++) {
      var heard = stranger.send(new Target.ToSession(absent.get(i % 10)), KILOBYTE);
      if (!TestClient.all(ServerMessage.Failed.class, heard).isEmpty()) {
        assertThat(TestClient.error(heard)).isEqualTo(ErrorCode.INBOX_FULL);
        full++;
      }
      node.lanes.advance(Duration.ofMillis(20));
      stranger.heartbeat();
    }
    assertThat(full).isPositive();
    assertThat(budgets.inboxes().taken()).isLessThan(budgets.inboxes().max());
    var bob = node.connected("bob");
    stranger.send(new Target.ToUser("bob"), "there is room for you");
    assertThat(bob.directs()).containsExactly("there is room for you");
  }

  @Test
  void nobodyFillsTheMemoryForDedupeIdsAlone() {
    var node = new TestNode(7, budgets(PLENTY, PLENTY, 4 << 20, PLENTY));
    var stranger = node.connected("stranger");
    var refusals = 0;
    for (var i = 0; i < 4_000; i++) {
      var heard = stranger.publish("kept.ids", "1", "id" + i);
      refusals += TestClient.all(ServerMessage.Failed.class, heard).size();
      node.lanes.advance(Duration.ofMillis(20));
      stranger.heartbeat();
    }
    assertThat(refusals).isPositive();
    assertThat(TestClient.all(Published.class, node.connected("ann").publish("kept.ids", "1", "a")))
        .hasSize(1);
  }

  @Test
  void nothingIsCountedForWhoIsGone() {
    var budgets = budgets(PLENTY, PLENTY, PLENTY, PLENTY);
    var node = new TestNode(8, budgets);
    for (var i = 0; i < 20; i++) {
      var client = node.client();
      client.connect("u" + i, Set.of("t" + i), Map.of("name", TestClient.text("n" + i)));
      client.subscribe("kept.c" + i);
      client.subscribe("c" + i);
      client.say(
          new Command.SetAttributes(
              client.nextId(), Map.of("b", Json.of("1")), Optional.of(Set.of())));
      client.say(new Command.Unsubscribe(client.nextId(), "c" + i));
      client.publish("kept.c" + i, KILOBYTE, "id");
      client.send(new Target.ToUser("u" + i), KILOBYTE);
      if (i % 2 == 0) {
        client.say(new Command.End(client.nextId()));
      } else {
        client.cut();
      }
    }
    node.lanes.advance(Duration.ofHours(5));
    assertThat(budgets.all())
        .allSatisfy(budget -> assertThat(budget.taken()).as(budget.name()).isZero());
  }
}
