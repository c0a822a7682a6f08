package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.engine.Engine;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.SessionStore;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.ServerMessage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Something throws that must not: whoever has nothing to do with it notices nothing. */
class OneFailureEndsNothingElseTest {
  private final List<Throwable> told = new ArrayList<>();

  /** While it is there, the step of the store with this name does as it says. */
  private String failing = "";

  private StoreFailure failure = () -> CompletableFuture.completedFuture(null);
  private final AtomicInteger asked = new AtomicInteger();
  private boolean observerThrows;

  private final TestNode node =
      new TestNode(
          3, Limits.DEFAULTS, new UserPolicy.Unlimited(), new Grumbler(), this::unreliable);

  @FunctionalInterface
  private interface StoreFailure {
    CompletionStage<?> answer();
  }

  private final class Grumbler implements NodeObserver {
    @Override
    public void taskFailed(Throwable failure) {
      told.add(failure);
    }

    @Override
    public void delivered(String channel, int messages, int connections) {
      grumble();
    }

    @Override
    public void published(String channel) {
      grumble();
    }

    @Override
    public void connectionClosed(CloseCode code) {
      grumble();
    }

    private void grumble() {
      if (observerThrows) {
        throw new IllegalStateException("planted");
      }
    }
  }

  private Engine unreliable(Engine engine) {
    var store = engine.sessions();
    var sessions =
        (SessionStore)
            Proxy.newProxyInstance(
                SessionStore.class.getClassLoader(),
                new Class<?>[] {SessionStore.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals(failing)) {
                    asked.incrementAndGet();
                    return failure.answer();
                  }
                  try {
                    return method.invoke(store, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    return new Engine(
        sessions,
        engine.broker(),
        engine.inboxes(),
        engine.directory(),
        engine.presence(),
        engine.bus());
  }

  // A fan-out.

  @Test
  void whomAPublicationCannotBeWrittenToIsClosedAndReadsItAfterItsResume() {
    var publisher = node.connected("pub");
    var client = node.client();
    var session = client.connect("ann");
    var from = client.subscribe("kept.poisoned").position().orElseThrow();
    node.lanes.expectFailures();
    node.wire.refuseToFrame(holds("poison"));

    publisher.publish("kept.poisoned", "poison");
    assertThat(client.socket().closed()).contains(CloseCode.INTERNAL_ERROR);
    assertThat(publisher.socket().closed()).isEmpty();
    assertThat(node.lanes.takeFailures()).hasSize(1);

    node.wire.refuseToFrame(messages -> false);
    client.resume(session, Map.of("kept.poisoned", from));
    assertThat(client.messages("kept.poisoned")).containsExactly("poison");
  }

  @Test
  void everyOtherChannelOfTheLaneGoesOn() {
    var publisher = node.connected("pub");
    var poisoned = new ArrayList<TestClient>();
    var healthy = new ArrayList<TestClient>();
    for (int i = 0; i < 12; i++) { // on all lanes
      poisoned.add(subscriber("poisoned"));
      healthy.add(subscriber("healthy"));
    }
    node.lanes.expectFailures();
    node.wire.refuseToFrame(holds("poison"));

    publisher.publish("poisoned", "poison");
    publisher.publish("healthy", "one");
    publisher.publish("healthy", "two");

    assertThat(healthy)
        .allSatisfy(client -> assertThat(client.messages("healthy")).containsExactly("one", "two"));
    assertThat(poisoned)
        .allSatisfy(
            client -> assertThat(client.socket().closed()).contains(CloseCode.INTERNAL_ERROR));
    assertThat(node.lanes.takeFailures()).hasSize(3).doesNotHaveDuplicates();
    assertThat(node.wire.unreleased()).isZero();
  }

  private TestClient subscriber(String channel) {
    var client = node.connected("ann");
    client.subscribe(channel);
    return client;
  }

  private static Predicate<List<ServerMessage>> holds(String data) {
    return messages ->
        TestClient.all(ServerMessage.Message.class, messages).stream()
            .anyMatch(message -> message.item().data().equals(TestClient.text(data)));
  }

  // A connection.

  @Test
  void aPingWithoutMemoryIsTriedAgainAndTheOthersGetTheirs() {
    var crowd = new ArrayList<TestClient>();
    for (int i = 0; i < 12; i++) {
      crowd.add(node.connected("u" + i));
    }
    node.lanes.expectFailures();
    crowd.getLast().socket().refusePings(true);
    node.lanes.advance(Duration.ofSeconds(31));

    assertThat(crowd.subList(0, 11))
        .allSatisfy(client -> assertThat(client.socket().pings()).isEqualTo(1));
    assertThat(node.lanes.takeFailures()).isNotEmpty();

    crowd.getLast().socket().refusePings(false);
    node.lanes.advance(Duration.ofSeconds(1));
    assertThat(crowd.getLast().socket().pings()).isEqualTo(1);
    node.lanes.advance(Duration.ofSeconds(11));
    assertThat(crowd)
        .allSatisfy(
            client -> assertThat(client.socket().closed()).contains(CloseCode.HEARTBEAT_TIMEOUT));
  }

  @Test
  void anAnswerThatCannotBeWrittenEndsTheConnectionAndNotTheSession() {
    var client = node.client();
    var session = client.connect("ann");
    node.lanes.expectFailures();
    node.wire.refuseToFrame(messages -> messages.getFirst() instanceof ServerMessage.Subscribed);

    client.say(new Command.Subscribe(client.nextId(), "kept.x", Optional.empty()));
    assertThat(client.socket().closed()).contains(CloseCode.INTERNAL_ERROR);

    node.wire.refuseToFrame(messages -> false);
    client.resume(session, Map.of());
    node.connected("pub").publish("kept.x", "heard");
    assertThat(client.messages("kept.x")).containsExactly("heard");
  }

  // The engine.

  @Test
  void aConnectWhoseStepThrowsLeavesItsPlaceToTheNext() {
    node.lanes.expectFailures();
    failing = "create";
    failure =
        () -> {
          throw new IllegalStateException("planted");
        };
    for (int i = 0; i < Limits.DEFAULTS.connectsAtOnce() + 1; i++) {
      var client = node.client();
      client.say(TestClient.newcomer(client.nextId(), "ann"));
      assertThat(client.socket().closed()).contains(CloseCode.INTERNAL_ERROR);
    }
    failing = "";

    assertThat(node.connected("ann").socket().closed()).isEmpty();
  }

  @Test
  void aConnectWhoseAnswerCannotBeWrittenLeavesItsPlaceToTheNext() {
    node.lanes.expectFailures();
    node.wire.refuseToFrame(messages -> messages.getFirst() instanceof ServerMessage.Connected);
    for (int i = 0; i < Limits.DEFAULTS.connectsAtOnce() + 1; i++) {
      var client = node.client();
      client.say(TestClient.newcomer(client.nextId(), "ann"));
      assertThat(client.socket().closed()).contains(CloseCode.INTERNAL_ERROR);
    }
    node.wire.refuseToFrame(messages -> false);

    assertThat(node.connected("ann").socket().closed()).isEmpty();
  }

  @Test
  void aSweepThatThrowsIsFollowedByTheNext() {
    failing = "sweep";
    failure =
        () -> {
          throw new IllegalStateException("planted");
        };
    node.lanes.advance(Duration.ofSeconds(5));
    assertThat(asked.get()).isGreaterThanOrEqualTo(4);
  }

  @Test
  void aSweepThatIsNeverAnsweredIsFollowedByAnotherAndDoesNotPileUp() {
    failing = "sweep";
    failure = CompletableFuture::new;
    node.lanes.advance(Duration.ofMinutes(5));
    assertThat(asked.get()).isBetween(2, 11);
  }

  @Test
  void renewalsThatThrowComeAgain() {
    var client = node.connected("ann");
    failing = "renew";
    failure =
        () -> {
          throw new IllegalStateException("planted");
        };
    var ttl = EngineSettings.DEFAULTS.sessionTtl();
    for (var left = ttl; left.isPositive(); left = left.minusSeconds(10)) {
      node.lanes.advance(Duration.ofSeconds(10));
      client.heartbeat();
    }
    assertThat(asked.get()).isBetween(2, 3);
  }

  // An observer.

  @Test
  void anObserverThatThrowsIsHarmlessAndTold() {
    var publisher = node.connected("pub");
    var client = subscriber("kept.x");
    observerThrows = true;

    publisher.publish("kept.x", "one");
    publisher.publish("kept.x", "two");
    client.cut();

    assertThat(client.messages("kept.x")).containsExactly("one", "two");
    assertThat(told).hasSize(5);
    assertThat(node.node.connections()).isEqualTo(1);
  }

  // The lane.

  @Test
  void whatAContinuationThrowsIsSeen() {
    var lane = node.lanes.lane(0);
    node.lanes.expectFailures();
    var thrown = new IllegalStateException("planted");
    node.lanes.on(
        lane,
        () ->
            lane.when(
                CompletableFuture.completedFuture("known"),
                (value, none) -> {
                  throw thrown;
                }));
    assertThat(node.lanes.takeFailures()).containsExactly(thrown);
  }

  @Test
  void aTouchFromAnotherLaneFailsTheTestThatSeesIt() {
    var lane = node.lanes.lane(0);
    assertThatThrownBy(() ->
            node.lanes.on(
                node.lanes.lane(1),
                () ->
                    node.lanes
                        .lane(1)
                        .when(
                            CompletableFuture.completedFuture(""), (value, none) -> lane.check())))
        .isInstanceOf(AssertionError.class)
        .hasRootCauseInstanceOf(IllegalStateException.class);
  }

  // Whether clients are sent here.

  @Test
  void aLaneWhoseFanOutDoesNotComeToItsEndMakesTheNodeUnready() {
    assertThat(node.node.ready()).isTrue();
    node.lanes.advance(Duration.ofMinutes(1));
    assertThat(node.node.ready()).isTrue();

    node.lanes.stopTurns(1); // its timers run, and what is put after a turn does not
    node.lanes.advance(Duration.ofSeconds(7));

    assertThat(node.node.ready()).isFalse();
  }
}
