package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage;
import io.byssus.protocol.ServerMessage.Acked;
import io.byssus.protocol.ServerMessage.Attributes;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Direct;
import io.byssus.protocol.ServerMessage.Ended;
import io.byssus.protocol.ServerMessage.Member;
import io.byssus.protocol.ServerMessage.Presence;
import io.byssus.protocol.ServerMessage.Sent;
import io.byssus.protocol.ServerMessage.Subscribed;
import io.byssus.protocol.ServerMessage.Unsubscribed;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Store first, then the copy here: what failed can be said again, and is then done as a whole. */
class FailedCommandLeavesTheSessionAsItWasTest {
  private final FailingSteps steps = new FailingSteps();
  private final TestNode node =
      new TestNode(
          41, Limits.DEFAULTS, new UserPolicy.Unlimited(), NodeObserver.NONE, steps::around);
  private final TestClient client = node.client();
  private final TestClient other = node.connected("bob");
  private Connected session;
  private Position top;

  @BeforeEach
  void oneIsConnected() {
    session = client.connect("ann", Set.of("old"), Map.of("name", TestClient.text("Ann")));
    other.publish("kept.room", "before");
    top = client.subscribe("kept.room").position().orElseThrow();
  }

  // What is told.

  @Test
  void whatIsSurelyNotDoneIsUnavailable() {
    other.send(new Target.ToUser("ann"), "hello");
    client.hear();
    steps.failAll(FailingSteps.How.NOT_DONE);

    var from = Optional.of(top);
    for (var command :
        List.<Command>of(
            new Command.Subscribe(client.nextId(), "kept.other", from),
            new Command.Subscribe(client.nextId(), "kept.other", Optional.empty()),
            new Command.Subscribe(client.nextId(), "kept.*", Optional.empty()),
            new Command.Unsubscribe(client.nextId(), "kept.room"),
            new Command.Send(client.nextId(), new Target.ToUser("bob"), TestClient.text("x")),
            new Command.AckInbox(client.nextId(), 1),
            new Command.AckChannel(client.nextId(), "kept.room", top),
            set("new", "Eve"),
            new Command.GetHistory(client.nextId(), "kept.room", Optional.empty(), 1),
            new Command.GetPresence(client.nextId(), "seen.room"),
            publication(),
            new Command.End(client.nextId()))) {
      assertThat(TestClient.error(client.say(command)))
          .as("%s", command)
          .isEqualTo(ErrorCode.UNAVAILABLE);
    }
  }

  @Test
  void whatMayBeDoneIsUnknown() {
    other.send(new Target.ToUser("ann"), "hello");
    client.hear();
    for (var step :
        List.of("subscribe", "unsubscribe", "append", "acknowledge", "set", "publish", "end")) {
      steps.fail(step, FailingSteps.How.LOST);
    }

    for (var command :
        List.<Command>of(
            new Command.Subscribe(client.nextId(), "kept.other", Optional.of(top)),
            new Command.Unsubscribe(client.nextId(), "kept.room"),
            new Command.Send(client.nextId(), new Target.ToUser("bob"), TestClient.text("x")),
            new Command.AckInbox(client.nextId(), 1),
            new Command.AckChannel(client.nextId(), "kept.room", top),
            set("new", "Eve"),
            publication(),
            new Command.End(client.nextId()))) {
      assertThat(TestClient.error(client.say(command)))
          .as("%s", command)
          .isEqualTo(ErrorCode.UNKNOWN);
    }
  }

  /** Of two inboxes one has it: it must not be said that nobody does. */
  @Test
  void aMessageThatSomeHaveIsUnknown() {
    var second = node.connected("ann");
    steps.fail("append", 1, FailingSteps.How.NOT_DONE);

    assertThat(TestClient.error(other.send(new Target.ToUser("ann"), "hello")))
        .isEqualTo(ErrorCode.UNKNOWN);

    client.hear();
    assertThat(client.directs().size() + second.directs().size()).isOne();
  }

  private Command publication() {
    return new Command.Publish(
        client.nextId(), "kept.room", TestClient.text("x"), "", Durability.ACCEPTED);
  }

  // What is left.

  @ParameterizedTest
  @EnumSource
  void afterASetThatFailedGetShowsWhatIsStored(FailingSteps.How how) {
    steps.fail("set", how);
    client.say(set("new", "Eve"));
    steps.mend();

    var shown = shown(client.say(new Command.GetAttributes(client.nextId())));
    assertThat(shown.tags()).containsExactly("old");
    assertThat(shown.attributes()).containsEntry("name", TestClient.text("Ann"));
  }

  @ParameterizedTest
  @EnumSource
  void whatGetShowsAfterASetThatFailedIsThereAfterAResume(FailingSteps.How how) {
    steps.fail("set", how);
    client.say(set("new", "Eve"));
    steps.mend();
    node.lanes.advance(Duration.ofSeconds(1));

    client.resume(session, Map.of());

    var shown = shown(client.say(new Command.GetAttributes(client.nextId())));
    assertThat(shown.tags()).containsExactly("old");
    assertThat(shown.attributes()).containsEntry("name", TestClient.text("Ann"));
  }

  @ParameterizedTest
  @EnumSource
  void aSetThatIsRepeatedIsDoneAsAWhole(FailingSteps.How how) {
    for (var step : List.of("set", "add", "remove")) {
      steps.fail(step, how);
      client.say(set("new", "Eve"));
      steps.mend();

      var shown = shown(client.say(set("new", "Eve")));
      assertThat(shown.tags()).containsExactly("new");
      assertThat(shown.attributes()).containsEntry("name", TestClient.text("Eve"));
      assertThat(sessionsThatTake("new")).as("with the tag, %s failed", step).isEqualTo(1);
      assertThat(sessionsThatTake("old")).as("without the tag, %s failed", step).isZero();
      client.say(set("old", "Ann"));
    }
  }

  @Test
  void presenceThatMissedASetShowsItSoon() {
    client.subscribe("seen.room");
    steps.fail("enter", FailingSteps.How.LOST);
    client.say(set("new", "Eve"));
    steps.mend();

    node.lanes.advance(Duration.ofSeconds(1));

    var heard = client.say(new Command.GetPresence(client.nextId(), "seen.room"));
    assertThat(TestClient.only(Presence.class, heard).members())
        .extracting(Member::attributes)
        .containsExactly(Map.of("name", TestClient.text("Eve")));
  }

  @Test
  void aGetBehindASetShowsIt() {
    client.post(set("new", "Eve"));
    var heard = client.say(new Command.GetAttributes(client.nextId()));
    assertThat(TestClient.all(Attributes.class, heard))
        .hasSize(2)
        .allSatisfy(shown -> assertThat(shown.tags()).containsExactly("new"));
  }

  @ParameterizedTest
  @EnumSource
  void anUnsubscribeThatFailedLeavesTheSubscriptionAndCanBeRepeated(FailingSteps.How how) {
    steps.fail("unsubscribe", how);
    client.say(new Command.Unsubscribe(client.nextId(), "kept.room"));
    steps.mend();
    other.publish("kept.room", "still heard");
    assertThat(client.messages("kept.room")).containsExactly("still heard");

    var again = client.say(new Command.Unsubscribe(client.nextId(), "kept.room"));
    assertThat(TestClient.only(Unsubscribed.class, again).channel()).isEqualTo("kept.room");

    assertThat(TestClient.all(Subscribed.class, client.resume(session, Map.of()))).isEmpty();
    other.publish("kept.room", "not heard");
    assertThat(client.messages("kept.room")).containsExactly("still heard");
  }

  @ParameterizedTest
  @EnumSource
  void whoStaysAfterAnUnsubscribeThatFailedIsStillSubscribedAfterAResume(FailingSteps.How how) {
    steps.fail("unsubscribe", how);
    client.say(new Command.Unsubscribe(client.nextId(), "kept.room"));
    steps.mend();

    client.subscribe("kept.room");

    assertThat(TestClient.all(Subscribed.class, client.resume(session, Map.of())))
        .extracting(Subscribed::channel)
        .containsExactly("kept.room");
    other.publish("kept.room", "heard");
    assertThat(client.messages("kept.room")).containsExactly("heard");
  }

  @ParameterizedTest
  @EnumSource
  void aSubscribeThatFailedCanBeRepeated(FailingSteps.How how) {
    steps.fail("subscribe", how);
    client.say(new Command.Subscribe(client.nextId(), "kept.other", Optional.of(top)));
    steps.mend();

    client.subscribe("kept.other");
    other.publish("kept.other", "heard");
    assertThat(client.messages("kept.other")).containsExactly("heard");
  }

  /** It may be in the store: who leaves it must not find it there after a resume. */
  @ParameterizedTest
  @EnumSource
  void aSubscribeThatFailedCanBeTakenBack(FailingSteps.How how) {
    steps.fail("subscribe", how);
    client.say(new Command.Subscribe(client.nextId(), "kept.other", Optional.empty()));
    steps.mend();

    client.say(new Command.Unsubscribe(client.nextId(), "kept.other"));

    assertThat(TestClient.all(Subscribed.class, client.resume(session, Map.of())))
        .extracting(Subscribed::channel)
        .containsExactly("kept.room");
  }

  @ParameterizedTest
  @EnumSource
  void anAckThatFailedCanBeRepeated(FailingSteps.How how) {
    other.send(new Target.ToUser("ann"), "hello");
    client.hear();
    steps.fail("acknowledge", how);
    client.say(new Command.AckInbox(client.nextId(), 1));
    steps.mend();

    TestClient.only(Acked.class, client.say(new Command.AckInbox(client.nextId(), 1)));

    assertThat(TestClient.all(Direct.class, client.resume(session, Map.of()))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void anEndThatFailedCanBeRepeated(FailingSteps.How how) {
    steps.fail("end", how);
    client.say(new Command.End(client.nextId()));
    steps.mend();
    assertThat(client.socket().closed()).isEmpty();

    TestClient.only(Ended.class, client.say(new Command.End(client.nextId())));

    assertThat(client.socket().closed()).contains(CloseCode.ENDED);
    assertThat(node.engine.directory().sessions(new Target.ToUser("ann")).toCompletableFuture())
        .isCompletedWithValue(List.of());
  }

  @Test
  void whoMayHaveEndedItsSessionIsToldSoonThatItIsGone() {
    steps.fail("end", FailingSteps.How.UNHEARD);
    assertThat(TestClient.error(client.say(new Command.End(client.nextId()))))
        .isEqualTo(ErrorCode.UNKNOWN);

    node.lanes.advance(Duration.ofSeconds(1));

    assertThat(client.socket().closed()).contains(CloseCode.SESSION_LOST);
  }

  private Command.SetAttributes set(String tag, String name) {
    return new Command.SetAttributes(
        client.nextId(), Map.of("name", TestClient.text(name)), Optional.of(Set.of(tag)));
  }

  private static Attributes shown(List<ServerMessage> heard) {
    return TestClient.only(Attributes.class, heard);
  }

  private int sessionsThatTake(String tag) {
    var heard = other.send(new Target.ToTag(tag), "hello");
    return TestClient.all(Sent.class, heard).stream().mapToInt(Sent::sessions).sum();
  }
}
