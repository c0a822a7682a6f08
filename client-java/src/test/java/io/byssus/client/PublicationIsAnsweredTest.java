package io.byssus.client;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.byssus.protocol.Command;
import io.byssus.protocol.Durability;
import io.byssus.protocol.Target;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A publication succeeds when the server says so, and fails with what is known of it. */
class PublicationIsAnsweredTest {
  private final ScriptedServer server = ScriptedServer.start(builder -> builder.outboxMax(3));

  private CompletableFuture<Published> publish(String json) {
    var future = server.client().publish("news", json);
    server.lane.settle();
    return future;
  }

  private void answer() {
    var line = server.line();
    line.says(
        "{'type':'published','id':%d,'position':{'epoch':'q7','offset':1},'level':'replicated'}"
            .formatted(line.last(Command.Publish.class).id()));
  }

  private void refuse(String code, boolean retryable) {
    server.line().error(server.line().last(Command.Publish.class).id(), code, retryable);
  }

  private static String code(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return ((ByssusException) future.exceptionNow()).code();
  }

  @Test
  void waitsForTheConnectionAndForTheAnswer() {
    var future = publish("{\"a\":1}");
    server.connected();
    assertThat(server.line().last(Command.Publish.class).data()).hasToString("{\"a\":1}");
    assertThat(future).isNotDone();
    answer();
    assertThat(future.join().level()).isEqualTo(Durability.REPLICATED);
    assertThat(future.join().position().orElseThrow().offset()).isEqualTo(1);
  }

  @Test
  void isSaidAgainAfterAResumeWithTheSameDedupe() {
    var first = publish("1");
    var second = publish("2");
    var before = server.connected().all(Command.Publish.class);
    server.line().breaks();
    var after = server.resumed().all(Command.Publish.class);
    assertThat(after)
        .extracting(Command.Publish::dedupe)
        .doesNotContain("")
        .doesNotHaveDuplicates();
    assertThat(after)
        .extracting(Command.Publish::dedupe)
        .containsExactlyElementsOf(before.stream().map(Command.Publish::dedupe).toList());
    answer();
    assertThat(first).isNotDone();
    assertThat(second).isCompleted();
  }

  @ParameterizedTest
  @ValueSource(strings = {"unavailable", "unknown", "rate_limited", "draining", "internal"})
  void isSaidAgainWhenItMaySucceedLater(String code) {
    var future = publish("1");
    server.connected();
    refuse(code, true);
    server.passes(ofMillis(749)); // half a second, and half of another by chance
    assertThat(server.line().all(Command.Publish.class)).hasSize(1);
    server.passes(ofMillis(1));
    var tries = server.line().all(Command.Publish.class);
    assertThat(tries).hasSize(2);
    assertThat(tries.get(1).dedupe()).isEqualTo(tries.get(0).dedupe());
    answer();
    assertThat(future).isCompleted();
  }

  @Test
  void isRefusedAtOnceWhenItNeverWill() {
    var future = publish("1");
    server.connected();
    refuse("forbidden", false);
    assertThat(code(future)).isEqualTo("forbidden");
  }

  @Test
  void aRefusalOfTheRepetitionSaysNothingOfTheFirstTry() {
    var future = publish("1");
    server.connected().breaks();
    server.resumed();
    refuse("forbidden", false);
    assertThat(code(future)).isEqualTo(ByssusException.UNKNOWN);
  }

  @Test
  void whatIsLongerThanTheServerTakesIsRefusedHere() {
    var tooLong = '"' + "é".repeat(33_000) + '"'; // in bytes, not in characters
    var line = server.connected();
    var published = publish(tooLong);
    var sent = server.client().send(new Target.ToUser("7"), tooLong);
    server.lane.settle();
    assertThat(code(published)).isEqualTo("too_large");
    assertThat(published.exceptionNow()).hasMessageContaining("the server takes 65536");
    assertThat(code(sent)).isEqualTo("too_large");
    assertThat(line.all(Command.Publish.class)).isEmpty();

    var next = publish('"' + "e".repeat(33_000) + '"');
    answer();
    assertThat(next).isCompleted();
  }

  @Test
  void surelyNotStoredAfterFourMinutes() {
    var future = publish("1");
    server.connected();
    var line = server.line();
    server.random = 0;
    for (int i = 0; i < 600 && !future.isDone(); i++) {
      refuse("unavailable", true);
      line.lives();
      server.passes(ofMillis(500));
    }
    assertThat(code(future)).isEqualTo(ByssusException.TIMEOUT);
  }

  @Test
  void perhapsStoredAfterFourMinutes() {
    var future = publish("1");
    server.connected();
    refuse("unknown", true);
    server.line().breaks();
    server.passes(ofMinutes(3));
    assertThat(future).isNotDone();
    server.passes(ofMinutes(1));
    assertThat(code(future)).isEqualTo(ByssusException.UNKNOWN);
  }

  @Test
  void whatWasNeverTriedWaitsAsLongAsItTakes() {
    var future = publish("1");
    server.passes(ofMinutes(30));
    assertThat(future).isNotDone();
  }

  @Test
  void aNewSessionMakesUnknownWhatMayBeStored() {
    var tried = publish("1");
    server.connected().breaks();
    var fresh = publish("2");
    server.comesBack();
    var line = server.line().opened();
    line.error(line.last(Command.Connect.class).id(), "session_expired", false)
        .connected("s2", "x", false);
    assertThat(code(tried)).isEqualTo(ByssusException.UNKNOWN);
    answer();
    assertThat(fresh).isCompleted();
    assertThat(line.all(Command.Publish.class)).hasSize(1);
  }

  @Test
  void aFullOutboxTakesNoMore() {
    for (int i = 0; i < 3; i++) {
      assertThat(publish("1")).isNotDone();
    }
    assertThat(code(publish("1"))).isEqualTo(ByssusException.OUTBOX_FULL);
  }

  @Test
  void closingTellsWhatWasNotSentFromWhatMayHaveBeen() {
    var tried = publish("1");
    server.connected().breaks();
    var fresh = publish("2");
    server.client().close();
    server.lane.settle();
    assertThat(code(tried)).isEqualTo(ByssusException.UNKNOWN);
    assertThat(code(fresh)).isEqualTo(ByssusException.NOT_SENT);
  }

  @Test
  void aServerThatAsksForPatienceGetsIt() {
    server.random = 0;
    publish("1");
    server.connected();
    for (int tries = 2; tries < 6; tries++) {
      refuse("rate_limited", true);
      server.passes(ofMillis(499));
      assertThat(server.line().all(Command.Publish.class)).hasSize(tries - 1);
      server.passes(ofMillis(1));
      assertThat(server.line().all(Command.Publish.class)).hasSize(tries);
    }
    server.random = 1;
    for (int tries = 6; tries < 12; tries++) {
      refuse("rate_limited", true);
      server.passes(ofMillis(10_500));
      assertThat(server.line().all(Command.Publish.class)).hasSize(tries);
      server.line().lives();
    }
  }

  @Test
  void aDirectedMessageWithoutAnAnswerIsUnknownInTheEnd() {
    var sent = server.client().send(new Target.ToUser("7"), "1");
    server.lane.settle();
    var line = server.connected();
    for (int i = 0; i < 240; i++) {
      assertThat(sent).isNotDone();
      server.passes(ofSeconds(1));
      line.lives();
    }
    assertThat(code(sent)).isEqualTo(ByssusException.UNKNOWN);
  }

  @Test
  @SuppressWarnings("NullAway") // what a program may do all the same
  void whatIsNoCommandIsRefusedOnTheSpotAndHoldsUpNothing() {
    server.connected();
    var client = server.client();
    assertThatThrownBy(() -> client.publish(null, "1")).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> client.subscribe(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> client.send(null, "1")).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> client.presence(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> client.history(null, 1)).isInstanceOf(NullPointerException.class);
    var future = publish("1");
    answer();
    assertThat(future).isCompleted();
  }

  @Test
  void readsAreRepeatedAfterAResumeAndTimeOut() {
    var history = server.client().history("news", 10);
    server.lane.settle();
    server.connected().breaks();
    var line = server.resumed();
    line.says(
        ("{'type':'history','id':%d,'channel':'news','top':{'epoch':'q7','offset':1},"
                + "'items':[{'offset':1,'data':'x'}]}")
            .formatted(line.last(Command.GetHistory.class).id()));
    assertThat(history.join().items()).extracting(Message::data).containsExactly("\"x\"");

    var presence = server.client().presence("news");
    server.passes(ofSeconds(10));
    assertThat(code(presence)).isEqualTo(ByssusException.TIMEOUT);
  }

  @Test
  void presenceSaysHowManyThereAre() {
    server.connected();
    assertThat(present("'total':1500,").total()).isEqualTo(1500);
    assertThat(present("'total':1500,"))
        .containsExactly(new Member("s1", "42", Map.of("name", "\"Ann\"")));
    assertThat(present("").total()).as("of a server that does not count").isEqualTo(1);
  }

  private Members present(String total) {
    var presence = server.client().presence("news");
    server.lane.settle();
    server
        .line()
        .says(
            ("{'type':'presence','id':%d,'channel':'news',%s"
                    + "'members':[{'session':'s1','user':'42','attributes':{'name':'Ann'}}]}")
                .formatted(server.line().last(Command.GetPresence.class).id(), total));
    return presence.join();
  }

  @Test
  void attributesAreWhatTheServerSays() {
    server.connected();
    var set = server.client().session().set(Map.of("a", "1"));
    server.lane.settle();
    server
        .line()
        .says(
            "{'type':'attributes','id':%d,'attributes':{'a':1,'b':2},'tags':['t']}"
                .formatted(server.line().last(Command.SetAttributes.class).id()));
    assertThat(set.join().attributes()).containsEntry("b", "2");
    assertThat(server.client().session().tags()).containsExactly("t");
  }

  @Test
  void whatIsNotJsonIsRefusedOnTheSpot() {
    assertThatThrownBy(() -> server.client().publish("news", "hello"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Byssus.text");
    assertThat(Byssus.text("he said \"hi\"\n")).isEqualTo("\"he said \\\"hi\\\"\\n\"");
  }
}
