package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.operations.Answer;
import io.byssus.core.operations.Control;
import io.byssus.core.operations.Control.Touched;
import io.byssus.core.operations.Grants;
import io.byssus.core.operations.Principal;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestCluster;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage.Attributes;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Message;
import io.byssus.protocol.ServerMessage.Subscribed;
import io.byssus.protocol.ServerMessage.Unsubscribed;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sessions are on the first node; what is asked of them is asked of the second. */
class OperatorsChangeSessionsTest {
  private static final Principal OPERATOR = new Principal.Operator();
  private static final Map<String, Json> NAMED = Map.of("name", TestClient.text("Ann"));

  private final TestCluster cluster = new TestCluster(61);
  private final FailingSteps engine = new FailingSteps();
  private final HeldSteps held = new HeldSteps("set");
  private final TestNode one =
      cluster.prepare(
          "n1",
          "1",
          new UserPolicy.Unlimited(),
          NodeObserver.NONE,
          e -> held.around(engine.around(e)));
  private final TestNode two = cluster.start("n2");
  private final Control control = two.node.control();
  private final TestClient client = one.client();

  private final Connected session;

  OperatorsChangeSessionsTest() {
    one.node.join();
    cluster.lanes.settle();
    session = client.connect("ann", Set.of("old", "kept"), Map.of());
  }

  // Attributes and tags.

  @Test
  void whatIsChangedIsToldStoredAndListed() {
    client.hear();
    var name = Map.of("name", TestClient.text("Ann"));

    assertThat(done(control.change(OPERATOR, id(), name, Optional.of(Set.of("kept", "new")))))
        .isEqualTo(new Touched(id(), true));

    var told = TestClient.only(Attributes.class, client.hear());
    assertThat(told.id()).isEqualTo(Command.NO_ID);
    assertThat(told.attributes()).isEqualTo(name);
    assertThat(told.tags()).containsExactlyInAnyOrder("kept", "new");
    assertThat(listed("new")).containsExactly(id());
    assertThat(listed("old")).isEmpty();
    client.resume(session, Map.of());
    assertThat(attributes()).isEqualTo(name);
  }

  @Test
  void aSessionThatNobodyHoldsIsChangedInTheEngine() {
    client.cut();
    cluster.lanes.settle();
    var name = Map.of("name", TestClient.text("Ann"));

    assertThat(done(control.change(OPERATOR, id(), name, Optional.of(Set.of("new")))))
        .isEqualTo(new Touched(id(), false));

    assertThat(listed("new")).containsExactly(id());
    assertThat(listed("old")).isEmpty();
    client.resume(session, Map.of());
    assertThat(attributes()).isEqualTo(name);
  }

  @Test
  void boundsHoldForOperatorsToo() {
    var many = new HashMap<String, Json>();
    IntStream.rangeClosed(0, Limits.DEFAULTS.attributes())
        .forEach(i -> many.put("a" + i, Json.of("1")));

    for (var attached : List.of(true, false)) {
      if (!attached) {
        client.cut();
        cluster.lanes.settle();
      }
      assertThat(refusal(control.change(OPERATOR, id(), many, Optional.empty())))
          .isEqualTo(ErrorCode.TOO_MANY_ATTRIBUTES);
      assertThat(refusal(control.subscribe(OPERATOR, id(), "a\nb", Optional.empty())))
          .isEqualTo(ErrorCode.BAD_CHANNEL);
    }
  }

  @Test
  void aChangeWaitsForTheCommandsThatHoldOthersBack() {
    client.hear();
    held.hold();
    client.post(set("a", "1"));
    cluster.lanes.settle();
    var changed =
        control.change(OPERATOR, id(), Map.of("a", TestClient.text("2")), Optional.empty());
    client.post(set("b", "3"));
    cluster.lanes.settle();
    assertThat(held.waiting()).isEqualTo(1);
    held.letGo();

    done(changed);

    assertThat(attributes())
        .isEqualTo(Map.of("a", TestClient.text("2"), "b", TestClient.text("3")));
    var told = TestClient.all(Attributes.class, client.everything());
    assertThat(told.getLast().attributes()).isEqualTo(attributes());
  }

  // Subscriptions by the server.

  @Test
  void aSubscriptionByTheServerIsToldAndTheClientCannotEndIt() {
    client.hear();

    done(control.subscribe(OPERATOR, id(), "closed.offers", Optional.empty()));

    var told = TestClient.only(Subscribed.class, client.hear());
    assertThat(told.id()).isEqualTo(Command.NO_ID);
    assertThat(told.byServer()).isTrue();
    assertThat(told.position()).isPresent();
    publish("closed.offers", "half price");
    assertThat(client.messages("closed.offers")).containsExactly("half price");
    var refused = client.say(new Command.Unsubscribe(client.nextId(), "closed.offers"));
    assertThat(TestClient.error(refused)).isEqualTo(ErrorCode.FORBIDDEN);
    publish("closed.offers", "sold out");
    assertThat(client.messages("closed.offers")).containsExactly("half price", "sold out");
  }

  @Test
  void itIsToldOnceHoweverOftenItIsMade() {
    client.hear();

    done(control.subscribe(OPERATOR, id(), "kept.a", Optional.empty()));
    done(control.subscribe(OPERATOR, id(), "kept.a", Optional.empty()));

    assertThat(TestClient.all(Subscribed.class, client.hear())).hasSize(1);
  }

  @Test
  void itGoesOnOverResumesAndTakeoversWithWhatWasMissed() {
    done(control.subscribe(OPERATOR, id(), "closed.offers", Optional.empty()));
    client.cut();
    cluster.lanes.settle();
    publish("closed.offers", "a");

    var heard = client.resume(session, Map.of());
    assertThat(TestClient.only(Subscribed.class, heard).byServer()).isTrue();
    assertThat(client.messages("closed.offers")).containsExactly("a");

    var there = two.client();
    var taken = there.resume(TestClient.only(Connected.class, heard), Map.of());
    assertThat(TestClient.only(Subscribed.class, taken).byServer()).isTrue();
    var refused = there.say(new Command.Unsubscribe(there.nextId(), "closed.offers"));
    assertThat(TestClient.error(refused)).isEqualTo(ErrorCode.FORBIDDEN);
  }

  @Test
  void itIsThereWhenItWasMadeWhileTheSessionWasAway() {
    publish("closed.offers", "before");
    client.cut();
    cluster.lanes.settle();

    assertThat(done(control.subscribe(OPERATOR, id(), "closed.offers", Optional.empty())))
        .isEqualTo(new Touched(id(), false));
    publish("closed.offers", "a");

    var told = TestClient.only(Subscribed.class, client.resume(session, Map.of()));
    assertThat(told.byServer()).isTrue();
    assertThat(told.recovery()).isInstanceOf(Recovery.Complete.class);
    assertThat(client.messages("closed.offers")).containsExactly("a");
  }

  @Test
  void itBeginsInAChannelThatIsNotThereYet() {
    client.cut();
    cluster.lanes.settle();

    done(control.subscribe(OPERATOR, id(), "kept.fresh", Optional.empty()));
    publish("kept.fresh", "a");

    var told = TestClient.only(Subscribed.class, client.resume(session, Map.of()));
    assertThat(told.recovery()).isInstanceOf(Recovery.Complete.class);
    assertThat(client.messages("kept.fresh")).containsExactly("a");
  }

  @Test
  void aClientThatSubscribesToItIsToldWhoMadeItAndGoesOnFromWhereItWants() {
    done(control.subscribe(OPERATOR, id(), "closed.offers", Optional.empty()));
    var from = TestClient.only(Subscribed.class, client.everything()).position();
    publish("closed.offers", "a");
    client.hear();

    var heard = client.say(new Command.Subscribe(client.nextId(), "closed.offers", from));

    var told = TestClient.only(Subscribed.class, heard);
    assertThat(told.byServer()).isTrue();
    assertThat(told.missed()).isEqualTo(1);
    assertThat(TestClient.all(Message.class, heard)).hasSize(1);
    publish("closed.offers", "b");
    assertThat(client.messages("closed.offers")).containsExactly("a", "a", "b");
    assertThat(done(control.unsubscribe(OPERATOR, id(), "closed.offers")).attached()).isTrue();
    assertThat(TestClient.only(Unsubscribed.class, client.hear()).id()).isEqualTo(Command.NO_ID);
  }

  @Test
  void oneThatTheClientMadeBecomesTheServersWhereItIs() {
    client.subscribe("kept.a");
    publish("kept.a", "a");
    client.hear();

    done(control.subscribe(OPERATOR, id(), "kept.a", Optional.empty()));

    var told = TestClient.only(Subscribed.class, client.hear());
    assertThat(told.byServer()).isTrue();
    assertThat(told.position()).isEmpty();
    publish("kept.a", "b");
    assertThat(client.messages("kept.a")).containsExactly("a", "b");
    var refused = client.say(new Command.Unsubscribe(client.nextId(), "kept.a"));
    assertThat(TestClient.error(refused)).isEqualTo(ErrorCode.FORBIDDEN);
  }

  @Test
  void theyCountAmongTheSubscriptionsOfASession() {
    for (int i = 0; i < Limits.DEFAULTS.subscriptions() - 1; i++) {
      client.post(new Command.Subscribe(client.nextId(), "c" + i, Optional.empty()));
    }
    cluster.lanes.settle();
    done(control.subscribe(OPERATOR, id(), "last", Optional.empty()));

    assertThat(refusal(control.subscribe(OPERATOR, id(), "more", Optional.empty())))
        .isEqualTo(ErrorCode.TOO_MANY_SUBSCRIPTIONS);
    client.hear();
    var refused = client.say(new Command.Subscribe(client.nextId(), "more", Optional.empty()));
    assertThat(TestClient.error(refused)).isEqualTo(ErrorCode.TOO_MANY_SUBSCRIPTIONS);
  }

  @Test
  void whatTheServerEndsIsGoneAfterAResume() {
    client.subscribe("kept.a");
    client.hear();

    done(control.unsubscribe(OPERATOR, id(), "kept.a"));

    assertThat(TestClient.only(Unsubscribed.class, client.hear()).id()).isEqualTo(Command.NO_ID);
    var heard = client.resume(session, Map.of());
    assertThat(TestClient.all(Subscribed.class, heard)).isEmpty();
  }

  // Ends.

  @Test
  void whoIsDisconnectedComesBackOrStaysAway() {
    assertThat(done(control.disconnect(OPERATOR, id(), false))).isEqualTo(new Touched(id(), true));
    assertThat(client.socket().closed().orElseThrow().reconnect()).isTrue();

    var heard = client.resume(session, Map.of());
    assertThat(TestClient.only(Connected.class, heard).resumed()).isTrue();
    done(control.disconnect(OPERATOR, id(), true));
    assertThat(client.socket().closed()).contains(CloseCode.DISCONNECTED);
    assertThat(done(control.disconnect(OPERATOR, id(), true)).attached()).isFalse();

    var again = client.resume(TestClient.only(Connected.class, heard), Map.of());
    assertThat(TestClient.only(Connected.class, again).resumed()).isTrue();
  }

  @Test
  void allSessionsOfAUserAreDisconnected() {
    var other = two.connected("ann");
    var stranger = two.connected("bob");

    assertThat(done(control.disconnectUser(OPERATOR, "ann", false))).isEqualTo(2);

    assertThat(client.socket().closed()).isPresent();
    assertThat(other.socket().closed()).isPresent();
    assertThat(stranger.socket().closed()).isEmpty();
  }

  @Test
  void aSessionThatIsEndedIsGoneAndItsClientHearsSoAtOnce() {
    assertThat(done(control.end(OPERATOR, id()))).isEqualTo(new Touched(id(), true));

    assertThat(client.socket().closed()).contains(CloseCode.ENDED);
    assertThat(listed("kept")).isEmpty();
    assertThat(TestClient.error(client.resume(session, Map.of())))
        .isEqualTo(ErrorCode.SESSION_EXPIRED);
    assertThat(refusal(control.end(OPERATOR, id()))).isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void aSessionOfThisNodeIsEndedAtOnceToo() {
    done(one.node.control().end(OPERATOR, id()));

    assertThat(client.socket().closed()).contains(CloseCode.ENDED);
  }

  // Three answers.

  @Test
  void whatIsNotThereIsNotFound() {
    assertThat(refusal(control.change(OPERATOR, "none", Map.of(), Optional.empty())))
        .isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(refusal(control.disconnect(OPERATOR, "none", false))).isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void whatASilentHolderDidIsUnknown() {
    cluster.bus(one).pull(false);

    var asked = control.subscribe(OPERATOR, id(), "kept.a", Optional.empty());
    cluster.lanes.settle();
    assertThat(asked.toCompletableFuture()).isNotDone();
    cluster.lanes.advance(Duration.ofSeconds(5));

    assertThat(answer(asked)).isInstanceOf(Answer.Unknown.class);
  }

  @Test
  void whatTheEngineSurelyDidNotTakeIsRefusedAndNothingIsChanged() {
    client.hear();
    engine.fail("set", FailingSteps.How.NOT_DONE);
    engine.fail("subscribe", FailingSteps.How.NOT_DONE);

    assertThat(refusal(control.change(OPERATOR, id(), NAMED, Optional.empty())))
        .isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(refusal(control.subscribe(OPERATOR, id(), "kept.a", Optional.empty())))
        .isEqualTo(ErrorCode.UNAVAILABLE);

    engine.mend();
    assertThat(client.hear()).isEmpty();
    assertThat(attributes()).isEmpty();
    done(control.subscribe(OPERATOR, id(), "kept.a", Optional.empty()));
  }

  @Test
  void whatNobodyKnowsIsUnknownAndIsMadeWhole() {
    engine.fail("set", 1, FailingSteps.How.UNHEARD);

    var asked = control.change(OPERATOR, id(), NAMED, Optional.empty());
    cluster.lanes.settle();
    assertThat(attributes()).isEmpty();
    cluster.lanes.advance(Duration.ofSeconds(5));

    assertThat(answer(asked)).isInstanceOf(Answer.Unknown.class);
    client.resume(session, Map.of());
    assertThat(attributes()).isEmpty();
    done(control.change(OPERATOR, id(), NAMED, Optional.empty()));
    assertThat(attributes()).isEqualTo(NAMED);
  }

  @Test
  void whoseHolderLetsGoMeanwhileIsChangedWhereItIs() {
    var asked = control.change(OPERATOR, id(), NAMED, Optional.empty());
    client.cut();
    cluster.lanes.advance(Duration.ofSeconds(1));

    assertThat(answer(asked)).isInstanceOf(Answer.Done.class);
    client.resume(session, Map.of());
    assertThat(attributes()).isEqualTo(NAMED);
  }

  @Test
  void whatWaitsBehindACommandIsAnsweredWhenItsClientGoes() {
    held.hold();
    client.post(set("a", "1"));
    cluster.lanes.settle();
    var asked = control.change(OPERATOR, id(), NAMED, Optional.empty());
    cluster.lanes.settle();
    assertThat(held.waiting()).isEqualTo(1);
    assertThat(asked.toCompletableFuture()).isNotDone();
    client.cut();
    held.letGo();
    cluster.lanes.advance(Duration.ofSeconds(1));

    assertThat(answer(asked)).isInstanceOf(Answer.Done.class);
    client.resume(session, Map.of());
    assertThat(attributes()).containsAllEntriesOf(NAMED);
  }

  @Test
  void aKeyNeedsTheRight() {
    var reader = new Principal.Key("reader", Grants.of(List.of("sessions:read")));

    assertThat(refusal(control.end(reader, id()))).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(refusal(control.disconnect(reader, id(), true))).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(refusal(control.change(reader, id(), Map.of(), Optional.empty())))
        .isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(refusal(control.disconnectUser(reader, "ann", true))).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(refusal(control.drain(reader, one.owner()))).isEqualTo(ErrorCode.FORBIDDEN);
  }

  @Test
  void aNodeIsDrainedByAnother() {
    assertThat(refusal(control.drain(OPERATOR, one.owner()))).isEqualTo(ErrorCode.UNSUPPORTED);
    var asked = new int[1];
    one.node.onLeave(() -> asked[0]++);

    assertThat(done(control.drain(OPERATOR, one.owner()))).isEqualTo(one.owner());

    assertThat(asked[0]).isEqualTo(1);
  }

  private String id() {
    return session.session();
  }

  private Command set(String name, String value) {
    return new Command.SetAttributes(
        client.nextId(), Map.of(name, TestClient.text(value)), Optional.empty());
  }

  private Map<String, Json> attributes() {
    client.hear();
    var heard = client.say(new Command.GetAttributes(client.nextId()));
    return TestClient.only(Attributes.class, heard).attributes();
  }

  private List<String> listed(String tag) {
    return cluster
        .engine()
        .directory()
        .sessions(new Target.ToTag(tag))
        .toCompletableFuture()
        .join();
  }

  /** As an operator does. */
  private void publish(String channel, String data) {
    done(
        two.node
            .operations()
            .publish(OPERATOR, channel, TestClient.text(data), "", Durability.ACCEPTED));
  }

  private <T> T done(CompletionStage<T> stage) {
    if (answer(stage) instanceof Answer.Done<T>(var value)) {
      return value;
    }
    throw new AssertionError(answer(stage));
  }

  private ErrorCode refusal(CompletionStage<?> stage) {
    if (answer(stage) instanceof Answer.Rejected<?>(var code, var _)) {
      return code;
    }
    throw new AssertionError(answer(stage));
  }

  private <T> Answer<T> answer(CompletionStage<T> stage) {
    cluster.lanes.settle();
    assertThat(stage.toCompletableFuture()).isDone();
    return stage.handle(Answer::of).toCompletableFuture().join();
  }
}
