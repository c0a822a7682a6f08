package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage.Failed;
import io.byssus.protocol.ServerMessage.History;
import io.byssus.protocol.ServerMessage.Member;
import io.byssus.protocol.ServerMessage.Message;
import io.byssus.protocol.ServerMessage.Presence;
import io.byssus.protocol.ServerMessage.Published;
import io.byssus.protocol.ServerMessage.Subscribed;
import io.byssus.protocol.ServerMessage.Unsubscribed;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChannelsFollowTheirRulesTest {
  private final TestNode node = new TestNode(11);
  private final TestClient ann = node.connected("ann");
  private final TestClient bob = node.connected("bob");

  @Test
  void aPublicationReachesEverySubscriberAndTheSubscriberWhoPublished() {
    ann.subscribe("kept.news");
    bob.subscribe("kept.news");

    var published = TestClient.only(Published.class, ann.publish("kept.news", "x"));

    assertThat(published.position().orElseThrow().offset()).isEqualTo(1);
    assertThat(published.level()).isEqualTo(Durability.ACCEPTED);
    assertThat(ann.messages("kept.news")).containsExactly("x");
    assertThat(bob.messages("kept.news")).containsExactly("x");
  }

  @Test
  void subscribePublishSeesItsOwnPublication() {
    for (int i = 0; i < 50; i++) {
      var client = node.connected("c" + i);
      client.post(new Command.Subscribe(client.nextId(), "passing", Optional.empty()));
      client.post(publication(client.nextId(), "passing", "own" + i));
      node.lanes.settle();
      assertThat(client.messages("passing")).containsExactly("own" + i);
    }
  }

  @Test
  void whoUnsubscribesHearsNoMore() {
    ann.subscribe("kept.news");
    var heard = ann.say(new Command.Unsubscribe(ann.nextId(), "kept.news"));
    bob.publish("kept.news", "x");

    assertThat(TestClient.all(Unsubscribed.class, heard)).hasSize(1);
    assertThat(ann.messages("kept.news")).isEmpty();
  }

  @Test
  void aRepeatedDedupeIdPublishesOnceAndAnswersTheFirstPosition() {
    ann.subscribe("kept.news");
    var first = TestClient.only(Published.class, bob.publish("kept.news", "x", "d1"));
    var again = TestClient.only(Published.class, bob.publish("kept.news", "x", "d1"));
    var other = TestClient.only(Published.class, ann.publish("kept.news", "y", "d1"));

    assertThat(again.duplicate()).isTrue();
    assertThat(again.position()).isEqualTo(first.position());
    assertThat(other.duplicate()).isFalse(); // an id belongs to its publisher
    assertThat(ann.messages("kept.news")).containsExactly("x", "y");
  }

  @Test
  void aPatternHearsAllChannelsWithItsPrefix() {
    ann.subscribe("kept.*");
    bob.publish("kept.a", "1");
    bob.publish("kept.b", "2");
    bob.publish("other", "3");

    var heard = TestClient.all(Message.class, ann.everything());
    assertThat(heard).extracting(Message::channel).containsExactlyInAnyOrder("kept.a", "kept.b");
    assertThat(heard).extracting(Message::pattern).containsOnly("kept.*");
  }

  @Test
  void subscribingWithAPositionReadsOnFromIt() {
    var start = bob.subscribe("kept.news").position().orElseThrow();
    bob.publish("kept.news", "1");
    bob.publish("kept.news", "2");

    var heard = ann.say(new Command.Subscribe(ann.nextId(), "kept.news", Optional.of(start.at(1))));

    var subscribed = TestClient.only(Subscribed.class, heard);
    assertThat(subscribed.recovery()).isEqualTo(Recovery.COMPLETE);
    assertThat(subscribed.position()).contains(start.at(2));
    assertThat(ann.messages("kept.news")).containsExactly("2");
  }

  @Test
  void tenPublicationsOfOneTurnAreOneWrite() {
    ann.subscribe("kept.news");
    var before = ann.socket().writes();
    var encoded = node.wire.encoded();
    var feedLane = node.lanes.lanes().of("kept.news");
    feedLane.execute(() -> {
      for (int i = 0; i < 10; i++) {
        node.engine
            .broker()
            .publish(
                "kept.news",
                new io.byssus.core.channel.Broker.Draft(
                    TestClient.text("m" + i), Optional.empty(), "", Durability.ACCEPTED),
                new io.byssus.core.channel.Retention(50, Duration.ofMinutes(10)));
      }
    });
    node.lanes.settle();

    assertThat(ann.messages("kept.news")).hasSize(10);
    // The stepped lanes end a turn after at most four tasks, so ten arrive in a few blocks, not in
    // ten.
    assertThat(ann.socket().writes() - before).isLessThan(10);
    assertThat(node.wire.encoded() - encoded).isEqualTo(10);
  }

  @Test
  void aPublicationIsEncodedOnceForAllSubscribersOfAllLanes() {
    for (int i = 0; i < 20; i++) {
      node.connected("s" + i).subscribe("passing");
    }
    var encoded = node.wire.encoded();
    bob.publish("passing", "x");

    assertThat(node.wire.encoded() - encoded).isEqualTo(2); // the message, and the reply to bob
  }

  @Test
  void namespacesSayWhoMayPublishAndSubscribe() {
    var anonymous = node.connected("");

    assertThat(subscribeError(anonymous, "users.lounge")).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(TestClient.error(anonymous.publish("users.lounge", "x")))
        .isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(subscribeError(ann, "closed.x")).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(TestClient.error(ann.publish("closed.x", "x"))).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(TestClient.error(ann.say(history(ann, "closed.x", Optional.empty(), 10))))
        .isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(ann.subscribe("users.lounge").channel()).isEqualTo("users.lounge");
  }

  @Test
  void aPatternIsRefusedWhenItCouldReachAForbiddenChannel() {
    var anonymous = node.connected("");

    assertThat(subscribeError(anonymous, "us*")).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(subscribeError(ann, "c*")).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(subscribeError(ann, "closed.a*")).isEqualTo(ErrorCode.FORBIDDEN);
  }

  @Test
  void namesThatAreNoNamesAreRefused() {
    for (var name : List.of("", "*", "a*b", "a\nb", "a\u0000", "x".repeat(201), "a\u202eb")) {
      assertThat(subscribeError(ann, name)).as(name).isEqualTo(ErrorCode.BAD_CHANNEL);
      assertThat(TestClient.error(ann.publish(name, "x"))).isEqualTo(ErrorCode.BAD_CHANNEL);
    }
  }

  @Test
  void errorNamesTheRuleThatANameBreaks() {
    var rules =
        Map.of(
            "",
            "is empty",
            "*",
            "* alone is no pattern",
            "a*b",
            "character 2 of the channel name is *, which may only end a pattern",
            "a\nb",
            "character 2 of the channel name is a control character",
            "\uD83D\uDE00\u202eb",
            "character 2 of the channel name is an invisible format character",
            "a\u2028",
            "character 2 of the channel name is a line separator",
            "x".repeat(201),
            "has 201 bytes of UTF-8; at most 200",
            "\u20ac".repeat(67),
            "has 201 bytes of UTF-8; at most 200");
    rules.forEach(
        (name, rule) -> assertThat(subscribeFailure(ann, name).message()).as(name).contains(rule));
    assertThat(((Failed) ann.publish("news.*", "x").getFirst()).message())
        .contains("a pattern, with * at its end, can only be subscribed to");
  }

  /** Persian, Hindi and Sinhala join or part letters by them, and emoji are made of several. */
  @Test
  void joinersOfLettersArePartsOfNames() {
    for (var name :
        List.of(
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0915\u094d\u200d\u0937",
            "\u0dc1\u0dca\u200d\u0dbb\u0dd3",
            "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67")) {
      assertThat(ann.subscribe("kept." + name).channel()).isEqualTo("kept." + name);
    }
  }

  @Test
  void historyIsReadPageByPage() {
    for (int i = 1; i <= 5; i++) {
      bob.publish("kept.news", "m" + i);
    }
    var newest = page(ann.say(history(ann, "kept.news", Optional.empty(), 2)));
    var start = newest.top().at(0);
    var first = page(ann.say(history(ann, "kept.news", Optional.of(start), 3)));
    var second = page(ann.say(history(ann, "kept.news", Optional.of(start.at(3)), 3)));

    assertThat(newest.items()).extracting(item -> item.offset()).containsExactly(4L, 5L);
    assertThat(first.items()).extracting(item -> item.offset()).containsExactly(1L, 2L, 3L);
    assertThat(second.items()).extracting(item -> item.offset()).containsExactly(4L, 5L);
    assertThat(first.top().offset()).isEqualTo(5);
    var lost = page(ann.say(history(ann, "kept.news", Optional.of(new Position("old", 1)), 3)));
    assertThat(lost.recovery()).isEqualTo(new Recovery.Lost(Gap.EPOCH));
    assertThat(TestClient.error(ann.say(history(ann, "passing", Optional.empty(), 1))))
        .isEqualTo(ErrorCode.NO_HISTORY);
  }

  @Test
  void presenceShowsWhoIsAttachedWithTheShownAttributesOnly() {
    var carl = node.client();
    carl.connect(
        "carl", Set.of(), Map.of("name", TestClient.text("Carl"), "secret", TestClient.text("x")));
    carl.subscribe("seen.room");
    ann.subscribe("seen.room");

    var members = presence(bob, "seen.room").members();
    assertThat(members).extracting(m -> m.user()).containsExactlyInAnyOrder("ann", "carl");
    var shown = members.stream().filter(m -> m.user().equals("carl")).findFirst().orElseThrow();
    assertThat(shown.attributes()).isEqualTo(Map.of("name", TestClient.text("Carl")));

    carl.say(
        new Command.SetAttributes(
            carl.nextId(), Map.of("name", TestClient.text("Karl")), Optional.empty()));
    assertThat(presence(bob, "seen.room").members())
        .anyMatch(m -> m.attributes().containsValue(TestClient.text("Karl")));

    carl.cut();
    assertThat(presence(bob, "seen.room").members())
        .extracting(m -> m.user())
        .containsExactly("ann");
    for (int i = 0; i < 10; i++) {
      node.lanes.advance(Duration.ofSeconds(20));
      ann.heartbeat();
      bob.heartbeat();
    }
    assertThat(presence(bob, "seen.room").members()).hasSize(1);
    assertThat(TestClient.error(bob.say(new Command.GetPresence(bob.nextId(), "kept.news"))))
        .isEqualTo(ErrorCode.NO_PRESENCE);
  }

  @Test
  void presenceSaysHowManyThereAreThoughTheReplyIsCut() {
    for (int i = 0; i < 1_003; i++) {
      node.connected("").subscribe("seen.room");
    }
    var page = presence(bob, "seen.room");
    assertThat(page.total()).isEqualTo(1_003);
    assertThat(page.members())
        .hasSize(1_000)
        .isSortedAccordingTo(Comparator.comparing(Member::session));
    assertThat(presence(bob, "seen.room").members()).isEqualTo(page.members());
  }

  private static Presence presence(TestClient client, String channel) {
    return TestClient.only(
        Presence.class, client.say(new Command.GetPresence(client.nextId(), channel)));
  }

  private static Command history(
      TestClient client, String channel, Optional<Position> after, int limit) {
    return new Command.GetHistory(client.nextId(), channel, after, limit);
  }

  private static History page(List<io.byssus.protocol.ServerMessage> heard) {
    return TestClient.only(History.class, heard);
  }

  private static Command publication(long id, String channel, String data) {
    return new Command.Publish(id, channel, TestClient.text(data), "", Durability.ACCEPTED);
  }

  private static ErrorCode subscribeError(TestClient client, String channel) {
    return subscribeFailure(client, channel).code();
  }

  private static Failed subscribeFailure(TestClient client, String channel) {
    return TestClient.only(
        Failed.class,
        client.say(new Command.Subscribe(client.nextId(), channel, Optional.empty())));
  }
}
