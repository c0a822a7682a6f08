package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.NodeObserver;
import io.byssus.core.channel.Retention;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.memory.EngineInside;
import io.byssus.core.operations.Principal;
import io.byssus.core.session.Lease;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestCluster;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage;
import io.byssus.protocol.ServerMessage.Attributes;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Missed;
import io.byssus.protocol.ServerMessage.Subscribed;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The engine loses its memory: what is attached to the nodes is written anew. */
class NodesHealTheEngineTest {
  private static final Duration NOTICED = Duration.ofNanos(EndedSessions.TOLD_NS);
  private static final Duration HEALED = NOTICED.plusSeconds(3);

  private final TestCluster cluster = new TestCluster(71);
  private final TestNode one = cluster.start("n1");
  private final TestNode two = cluster.start("n2");
  private final TestClient ann = one.client();
  private Connected connected;
  private String session;

  @BeforeEach
  void connect() {
    connected = ann.connect("ann");
    session = connected.session();
    ann.say(
        new Command.SetAttributes(
            ann.nextId(), Map.of("name", TestClient.text("Ann")), Optional.of(Set.of("beta"))));
    ann.subscribe("seen.room");
    ann.subscribe("kept.*");
  }

  private void forget() {
    EngineInside.forget(cluster.engine());
  }

  private void forgetAndTell() {
    forget();
    tell();
  }

  private void tell() {
    cluster.bus(one).forgot();
    cluster.bus(two).forgot();
  }

  private void pass(Duration time) {
    cluster.lanes.advance(time);
  }

  /** Long, while the client goes on answering. */
  private void pass(Duration time, TestClient answering) {
    for (long left = time.toSeconds() + 1; left > 0; left -= 5) {
      cluster.lanes.advance(Duration.ofSeconds(5));
      answering.heartbeat();
    }
  }

  @Test
  void aSubscriptionByTheServerIsWrittenAnewAsThat() {
    var asked =
        two.node
            .control()
            .subscribe(new Principal.Operator(), session, "closed.offers", Optional.empty());
    cluster.lanes.settle();
    assertThat(asked.toCompletableFuture()).isCompleted();

    forgetAndTell();
    pass(HEALED);

    var found = cluster.engine().sessions().find(session).toCompletableFuture().join();
    assertThat(found.orElseThrow().byServer()).containsExactly("closed.offers");
  }

  private Optional<Lease> holder(String id) {
    return cluster.engine().sessions().holder(id).toCompletableFuture().join().flatMap(l -> l);
  }

  private long send(Target to) {
    var bob = two.connected("bob");
    var heard = bob.say(new Command.Send(bob.nextId(), to, TestClient.text("hello")));
    bob.cut();
    return heard.stream().filter(ServerMessage.Sent.class::isInstance).count();
  }

  @Test
  void anAttachedSessionIsBackWithEverythingAndItsClientNoticesNothing() {
    var heardBefore = ann.everything().size();

    forgetAndTell();
    assertThat(holder(session)).isEmpty();
    pass(HEALED);

    assertThat(holder(session).map(lease -> lease.owner().node())).contains("n1");
    assertThat(one.present("seen.room")).containsExactly("ann");
    assertThat(send(new Target.ToUser("ann"))).isEqualTo(1);
    assertThat(send(new Target.ToTag("beta"))).isEqualTo(1);
    assertThat(ann.directs()).hasSize(2);
    assertThat(ann.everything().subList(heardBefore, ann.everything().size()))
        .allMatch(ServerMessage.Direct.class::isInstance);
    assertThat(ann.socket().closed()).isEmpty();
    ann.cut();
    var resumed = two.client().resume(connected, Map.of());
    assertThat(TestClient.all(Subscribed.class, resumed))
        .extracting(Subscribed::channel)
        .containsExactlyInAnyOrder("seen.room", "kept.*");
  }

  @Test
  void attributesAndPositionsAreThoseThatTheStoreHad() {
    ann.publish("seen.room", "hello");
    ann.say(new Command.AckChannel(ann.nextId(), "seen.room", position()));
    forgetAndTell();
    pass(HEALED);
    ann.cut();

    var back = two.client();
    back.resume(connected, Map.of());
    var attributes =
        TestClient.only(Attributes.class, back.say(new Command.GetAttributes(back.nextId())));

    assertThat(attributes.attributes()).containsEntry("name", TestClient.text("Ann"));
    assertThat(attributes.tags()).containsExactly("beta");
    assertThat(TestClient.all(ServerMessage.Message.class, back.everything())).isEmpty();
  }

  private Position position() {
    var page =
        cluster
            .engine()
            .broker()
            .history(
                "seen.room",
                Optional.empty(),
                Bounds.NOTHING,
                new Retention(50, Duration.ofMinutes(10)))
            .toCompletableFuture()
            .join();
    return page.top();
  }

  @Test
  void oneLostKeyIsFoundByTheNextRenewal() {
    forget();
    pass(EngineSettings.DEFAULTS.sessionTtl().dividedBy(3).plus(HEALED), ann);
    assertThat(holder(session)).isPresent();
    assertThat(send(new Target.ToUser("ann"))).isEqualTo(1);
    assertThat(ann.socket().closed()).isEmpty();
  }

  @Test
  void aWriteThatFindsTheSessionForgottenIsDoneOnceItIsBack() {
    forget();

    var id = ann.nextId();
    ann.say(
        new Command.SetAttributes(id, Map.of("name", TestClient.text("Anna")), Optional.empty()));
    assertThat(TestClient.all(Attributes.class, ann.everything())).hasSize(1); // of connect()
    pass(HEALED);
    ann.hear();

    var attributes = TestClient.all(Attributes.class, ann.everything()).getLast();
    assertThat(attributes.id()).isEqualTo(id);
    assertThat(attributes.attributes()).containsEntry("name", TestClient.text("Anna"));
    assertThat(holder(session)).isPresent();
  }

  @Test
  void whoseConnectionBreaksMeanwhileCanComeBack() {
    forget();
    ann.cut();
    assertThat(holder(session)).isEmpty();
    pass(HEALED);

    var back = two.client();
    var heard = back.resume(connected, Map.of());

    assertThat(TestClient.all(Connected.class, heard)).hasSize(1);
    var attributes =
        TestClient.only(Attributes.class, back.say(new Command.GetAttributes(back.nextId())));
    assertThat(attributes.attributes()).containsEntry("name", TestClient.text("Ann"));
  }

  @Test
  void aSessionThatHasEndedIsNotBroughtBackByWhoMissedIt() {
    // Ann's session is taken to n2 and ended there, and n1 never hears of it.
    var old = holder(session).orElseThrow();
    cluster.bus(one).pull(false);
    var there = two.client();
    there.resume(connected, Map.of());
    there.say(new Command.End(there.nextId()));
    assertThat(ann.socket().closed()).isEmpty();
    cluster.bus(one).plugIn(false);

    forgetAndTell();
    pass(HEALED);

    assertThat(holder(session)).isEmpty();
    assertThat(ann.socket().closed()).contains(CloseCode.SESSION_LOST);
    assertThat(cluster.engine().sessions().end(old).toCompletableFuture().join())
        .isEqualTo(Optional.<Gone>empty());
  }

  @Test
  void aSessionThatWasTakenOverAndLeftIsNotBroughtBackByWhoMissedIt() {
    cluster.bus(one).pull(false);
    var there = two.client();
    there.resume(connected, Map.of());
    there.cut();
    assertThat(ann.socket().closed()).isEmpty();
    cluster.bus(one).plugIn(false);

    forgetAndTell();
    pass(HEALED);

    assertThat(holder(session)).isEmpty();
    assertThat(ann.socket().closed()).contains(CloseCode.SESSION_LOST);
  }

  @Test
  void ofTwoWhoBelieveToHoldItTheLaterOneHasIt() {
    cluster.bus(one).pull(false);
    var there = two.client();
    there.resume(connected, Map.of());
    cluster.bus(one).plugIn(false);

    forgetAndTell();
    pass(HEALED);

    assertThat(holder(session).map(lease -> lease.owner().node())).contains("n2");
    assertThat(ann.socket().closed()).contains(CloseCode.TAKEN_OVER);
    assertThat(there.socket().closed()).isEmpty();
  }

  @Test
  void whoWasReplacedIsNotBroughtBack() {
    var strict = cluster.start("n3", new UserPolicy.NewestWins());
    cluster.bus(one).pull(false);
    strict.connected("ann");
    cluster.bus(one).plugIn(false);

    forgetAndTell();
    cluster.bus(strict).forgot();
    pass(HEALED);

    assertThat(holder(session)).isEmpty();
    assertThat(ann.socket().closed()).contains(CloseCode.SESSION_LOST);
  }

  @Test
  void whatWaitedUnreadIsLostAndTold() {
    ann.socket().stopReading();
    for (int i = 0; i < 40; i++) {
      cluster
          .engine()
          .inboxes()
          .append(session, TestClient.text("x".repeat(60_000)), Optional.empty());
    }
    cluster.lanes.settle();
    forgetAndTell();
    pass(HEALED);
    ann.readAgain();
    ann.hear();

    assertThat(TestClient.all(Missed.class, ann.everything())).isNotEmpty();
    assertThat(send(new Target.ToUser("ann"))).isEqualTo(1);
    assertThat(holder(session)).isPresent();
  }

  @Test
  void whoIsNotHeardForTheTimeToLiveBringsNothingBack() {
    var steps = new FailingSteps();
    var cut =
        cluster.prepare("n4", "1", new UserPolicy.Unlimited(), NodeObserver.NONE, steps::around);
    cut.node.join();
    cluster.lanes.settle();
    var eve = cut.client();
    var hers = eve.connect("eve").session();
    steps.fail("renew", FailingSteps.How.UNHEARD);
    pass(EngineSettings.DEFAULTS.sessionTtl().plusSeconds(1), eve);
    forget();
    steps.mend();
    pass(EngineSettings.DEFAULTS.sessionTtl(), eve);
    assertThat(holder(hers)).isEmpty();
    assertThat(eve.socket().closed()).contains(CloseCode.SESSION_LOST);
  }

  @Test
  void manyAreHealedInTheTimeOfFew() {
    var clients =
        IntStream.range(0, 2_000)
            .mapToObj(i -> {
              var client = one.client();
              return Map.entry(client.connect("user" + i).session(), client);
            })
            .toList();
    forgetAndTell();
    pass(Duration.ofSeconds(15));
    assertThat(clients).allMatch(each -> holder(each.getKey()).isPresent());
    assertThat(clients).allMatch(each -> each.getValue().socket().closed().isEmpty());
    assertThat(TestClient.all(Connected.class, ann.everything())).hasSize(1);
  }
}
