package io.byssus.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.Command;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Section 8 of the protocol: what each thing that is heard does to a subscription. */
class SubscriptionGoesOnTest {
  private final ScriptedServer server = ScriptedServer.start();
  private final List<Long> heard = new ArrayList<>();
  private final List<StreamEvent> told = new ArrayList<>();
  private final Subscription news = server.client().subscribe("news");

  private ScriptedServer.Line subscribed() {
    news.on(StreamEvent.class, told::add);
    news.onMessage(message -> heard.add(message.offset()));
    return server.connected().subscribed("news", "q7", 4);
  }

  private Optional<Position> resumesFrom() {
    server.line().breaks();
    server.comesBack();
    var connect = server.line().opened().last(Command.Connect.class);
    return Optional.ofNullable(connect.positions().get("news"));
  }

  @Test
  void theSameChannelIsTheSameObject() {
    assertThat(server.client().subscribe("news")).isSameAs(news);
    news.unsubscribe();
    assertThat(server.client().subscribe("news")).isNotSameAs(news);
  }

  @Test
  void duplicatesAreDropped() {
    subscribed().message("news", 5).message("news", 5).message("news", 4).message("news", 6);
    assertThat(heard).containsExactly(5L, 6L);
    server.line().breaks();
    server.resumed().restored("news", "q7", 7, 2).message("news", 6).message("news", 7);
    assertThat(heard).containsExactly(5L, 6L, 7L);
    assertThat(news.position()).contains(new Position("q7", 7));
  }

  @Test
  void missedOnesAreMarkedAndRecoveryIsToldBehindThem() {
    subscribed().breaks();
    told.clear();
    server.resumed().restored("news", "q7", 6, 2).message("news", 5).message("news", 6);
    server.line().message("news", 7);
    assertThat(told)
        .extracting(event ->
            event instanceof Message m ? m.offset() + (m.missed() ? " missed" : "") : event)
        .containsExactly(
            new StreamEvent.Subscribed(Optional.of(new Position("q7", 6))),
            "5 missed",
            "6 missed",
            new StreamEvent.Recovered(true, Optional.empty(), 2),
            "7");
  }

  @Test
  void thePositionDoesNotLeapBeforeTheMissedOnesHaveCome() {
    subscribed().breaks();
    server.resumed().restored("news", "q7", 6, 2).message("news", 5);
    assertThat(resumesFrom()).contains(new Position("q7", 5));
  }

  @Test
  void aNewEpochIsTakenWithTheSameOffset() {
    subscribed().message("news", 5).restored("news", "r2", 5, 0).message("news", 6);
    assertThat(heard).containsExactly(5L, 6L);
    assertThat(resumesFrom()).contains(new Position("r2", 6));
  }

  @Test
  void aPositionThatDivergedIsGivenUp() {
    subscribed().breaks();
    server
        .resumed()
        .says(
            "{'type':'subscribed','channel':'news','position':{'epoch':'r2','offset':2},"
                + "'recovered':false,'reason':'diverged'}")
        .message("news", 3);
    assertThat(heard).containsExactly(3L);
    assertThat(told).contains(new StreamEvent.Recovered(false, Optional.of(Gap.DIVERGED), 0));
    assertThat(resumesFrom()).contains(new Position("r2", 3));
  }

  @Test
  void aGapIsToldInItsPlaceAndMovesThePosition() {
    subscribed()
        .message("news", 5)
        .says(
            "{'type':'gap','channel':'news','reason':'trimmed','position':{'epoch':'q7','offset':90}}");
    assertThat(told).last().isEqualTo(new StreamEvent.Lost("trimmed"));
    assertThat(news.position()).contains(new Position("q7", 90));
    server.line().says("{'type':'gap','channel':'news','reason':'overflow'}").message("news", 99);
    assertThat(news.position()).contains(new Position("q7", 99));
    assertThat(heard).containsExactly(5L, 99L);
  }

  @Test
  void aGapAmongTheMissedEndsThem() {
    subscribed().breaks();
    server.resumed().restored("news", "q7", 9, 5).message("news", 5);
    server
        .line()
        .says(
            "{'type':'gap','channel':'news','reason':'trimmed','position':{'epoch':'q7','offset':8}}")
        .message("news", 9)
        .message("news", 10);
    assertThat(told)
        .containsOnlyOnce(new StreamEvent.Recovered(false, Optional.of(Gap.TRIMMED), 1))
        .noneMatch(
            event -> event instanceof StreamEvent.Recovered recovered && recovered.recovered());
    assertThat(heard).containsExactly(5L, 9L, 10L);
  }

  @Test
  void aGapMayLeadBackAndWhatFollowsItIsHeard() {
    subscribed()
        .message("news", 5)
        .message("news", 6)
        .says(
            "{'type':'gap','channel':'news','reason':'diverged','position':{'epoch':'r2','offset':4}}")
        .message("news", 5);
    assertThat(told).contains(new StreamEvent.Lost("diverged"));
    assertThat(heard).containsExactly(5L, 6L, 5L);
    assertThat(resumesFrom()).contains(new Position("r2", 5));
  }

  @Test
  void anOffsetThatLeapsUnannouncedIsAHole() {
    subscribed().message("news", 5).message("news", 9);
    assertThat(told).contains(new StreamEvent.Lost("hole"));
    assertThat(heard).containsExactly(5L, 9L);
    told.clear();
    server.line().says("{'type':'gap','channel':'news','reason':'overflow'}").message("news", 20);
    assertThat(told).containsOnlyOnce(new StreamEvent.Lost("overflow")).hasSize(2);
  }

  @Test
  void whatComesBeforeSubscribedBelongsToAnEarlierOne() {
    subscribed().breaks();
    server.resumed().message("news", 5).restored("news", "q7", 5, 1).message("news", 5);
    assertThat(heard).containsExactly(5L);
  }

  @Test
  void aSubscriptionThatNobodyWantsIsGivenBack() {
    var line = server.connected();
    line.restored("old", "q7", 5, 0);
    assertThat(line.last(Command.Unsubscribe.class).channel()).isEqualTo("old");
  }

  @Test
  void aPatternHasNoPosition() {
    var sport = server.client().subscribe("news.*");
    var channels = new ArrayList<String>();
    sport.onMessage(message -> channels.add(message.channel() + message.position()));
    var line = server.connected();
    line.says("{'type':'subscribed','channel':'news.*'}");
    line.says(
        "{'type':'message','channel':'news.a','pattern':'news.*','offset':7,'data':1}\n"
            + "{'type':'message','channel':'news.b','pattern':'news.*','offset':3,'data':1}");
    assertThat(channels).containsExactly("news.aOptional.empty", "news.bOptional.empty");
    line.breaks();
    server.comesBack();
    assertThat(server.line().opened().last(Command.Connect.class).positions()).isEmpty();
  }

  @Test
  void aRefusedSubscriptionIsToldAndAskedForByANewSession() {
    subscribed();
    var secret = server.client().subscribe("secret");
    var refused = new ArrayList<String>();
    secret.on(StreamEvent.Refused.class, event -> refused.add(event.why().code()));
    server.lane.settle();
    var line = server.line();
    line.error(line.last(Command.Subscribe.class).id(), "forbidden", false);
    assertThat(refused).containsExactly("forbidden");
    line.breaks();
    server.comesBack();
    line = server.line().opened();
    line.error(line.last(Command.Connect.class).id(), "session_expired", false)
        .connected("s2", "x", false);
    assertThat(line.all(Command.Subscribe.class))
        .extracting(Command.Subscribe::channel)
        .containsExactlyInAnyOrder("news", "secret");
  }

  @Test
  void aSubscriptionThatCannotBeNowIsAskedForAgain() {
    server.lane.settle();
    var line = server.connected();
    line.error(line.last(Command.Subscribe.class).id(), "unavailable", true);
    server.passes(java.time.Duration.ofMillis(250));
    assertThat(line.all(Command.Subscribe.class)).hasSize(2);
    line.error(line.last(Command.Subscribe.class).id(), "already_subscribed", false);
    server.passes(java.time.Duration.ofSeconds(5));
    assertThat(line.all(Command.Subscribe.class)).hasSize(2);
  }

  @Test
  void aWishMadeWhileAwayIsSaidAfterTheResumeAndOneTakenBackIsUnsaid() {
    subscribed().breaks();
    server.client().subscribe("game");
    news.unsubscribe();
    var line = server.resumed();
    assertThat(line.last(Command.Subscribe.class).channel()).isEqualTo("game");
    assertThat(line.last(Command.Unsubscribe.class).channel()).isEqualTo("news");
    line.restored("news", "q7", 4, 0).message("news", 5);
    assertThat(heard).isEmpty();
  }

  private Subscription subscribeAgain() {
    news.unsubscribe();
    var again = server.client().subscribe("news");
    again.onMessage(message -> heard.add(message.offset() * 100));
    server.lane.settle();
    return again;
  }

  @Test
  void aChannelThatIsLeftAndWishedForAtOnceIsLeftFirst() {
    var line = subscribed();
    subscribeAgain();
    assertThat(line.all(Command.Subscribe.class)).as("already subscribed").hasSize(1);
    line.message("news", 5).unsubscribed("news");
    assertThat(line.all(Command.Subscribe.class)).hasSize(2);
    assertThat(line.last(Command.Subscribe.class).position()).as("from now on").isEmpty();
    line.subscribed("news", "q7", 7).message("news", 8);
    assertThat(heard).containsExactly(800L);
  }

  @Test
  void aChannelThatIsLeftAndWishedForWhileAwayBeginsAnew() {
    subscribed().breaks();
    subscribeAgain();
    var line = server.resumed();
    line.restored("news", "q7", 5, 1).message("news", 5);
    line.says("{'type':'gap','channel':'news','reason':'overflow'}");
    assertThat(heard).as("of the one that was left").isEmpty();
    line.unsubscribed("news").subscribed("news", "q7", 7).message("news", 8);
    assertThat(heard).containsExactly(800L);
  }

  @Test
  void anUnsubscribeThatCannotBeNowIsSaidAgainAndTheNewWishWaits() {
    var line = subscribed();
    var again = subscribeAgain();
    line.error(line.last(Command.Unsubscribe.class).id(), "unavailable", true);
    server.passes(java.time.Duration.ofSeconds(1));
    assertThat(line.all(Command.Unsubscribe.class)).hasSize(2);
    line.error(line.last(Command.Unsubscribe.class).id(), "not_subscribed", false);
    line.subscribed("news", "q7", 7).message("news", 8);
    assertThat(heard).containsExactly(800L);
    assertThat(again.position()).contains(new Position("q7", 8));
  }

  @Test
  void unsubscribingTwiceEndsOne() {
    var line = subscribed();
    subscribeAgain();
    line.unsubscribed("news").subscribed("news", "q7", 7);
    news.unsubscribe();
    server.lane.settle();
    assertThat(line.all(Command.Unsubscribe.class)).hasSize(1);
    line.message("news", 8);
    assertThat(heard).containsExactly(800L);
  }

  @Test
  void aWishThatWasNeverSaidIsNotUnsaid() {
    news.unsubscribe();
    server.lane.settle();
    var line = server.connected();
    assertThat(line.all(Command.Subscribe.class)).isEmpty();
    assertThat(line.all(Command.Unsubscribe.class)).isEmpty();
  }

  @Test
  void wishesAreSaidInTheOrderInWhichTheyWereMade() {
    for (int i = 0; i < 20; i++) {
      server.client().subscribe("c" + i);
    }
    assertThat(server.connected().all(Command.Subscribe.class))
        .extracting(Command.Subscribe::channel)
        .startsWith("news", "c0", "c1", "c2")
        .endsWith("c18", "c19");
  }

  @Test
  void aSubscriptionWhoseAnswerWasLostKnowsItsPlaceFromTheFirstMessage() {
    news.onMessage(message -> heard.add(message.offset()));
    server.connected().breaks(); // the server has heard subscribe
    server.resumed().restored("news", "q7", 46, 2).message("news", 45).message("news", 46);
    server.line().message("news", 46).message("news", 47);
    assertThat(heard).containsExactly(45L, 46L, 47L);
    assertThat(news.position()).contains(new Position("q7", 47));
    assertThat(resumesFrom()).contains(new Position("q7", 47));
  }

  @Test
  void aSubscriptionThatIsThereAndWasNeverToldOfBeginsAnew() {
    news.onMessage(message -> heard.add(message.offset()));
    var line = server.connected();
    line.error(line.last(Command.Subscribe.class).id(), "unknown", true);
    server.passes(java.time.Duration.ofSeconds(1));
    line.error(line.last(Command.Subscribe.class).id(), "already_subscribed", false);
    line.unsubscribed("news").subscribed("news", "q7", 7).message("news", 8);
    assertThat(heard).containsExactly(8L);
  }

  @Test
  void theServerEndsASubscription() {
    subscribed().message("news", 5).says("{'type':'unsubscribed','channel':'news'}");
    assertThat(told).last().isEqualTo(new StreamEvent.Unsubscribed());
    assertThat(server.client().subscribe("news")).isNotSameAs(news);
  }
}
