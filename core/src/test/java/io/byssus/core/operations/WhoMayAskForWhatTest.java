package io.byssus.core.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.byssus.core.Bounds;
import io.byssus.core.Limits;
import io.byssus.core.NotDoneException;
import io.byssus.core.channel.Access;
import io.byssus.core.channel.AfterLoss;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.Broker.Outcome.Stored;
import io.byssus.core.channel.Namespace;
import io.byssus.core.channel.Namespaces;
import io.byssus.core.channel.Retention;
import io.byssus.core.connection.Overflow;
import io.byssus.core.delivery.Router;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.memory.MemoryEngine;
import io.byssus.core.presence.PresenceStore;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.Sender;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** The same checks, whoever asks; and one of three answers. */
final class WhoMayAskForWhatTest {
  private static final Principal ANN = new Principal.Client(new Sender("ann", "s1"));
  private static final Principal OPERATOR = new Principal.Operator();
  private static final Json DATA = Json.of("{\"a\":1}");

  private static final Namespaces NAMESPACES =
      new Namespaces(
          List.of(
              namespace("", true, Access.EVERYONE, new Retention(100, Duration.ofMinutes(5))),
              namespace("news.", false, Access.NOBODY, new Retention(100, Duration.ofMinutes(5))),
              namespace("ticks.", false, Access.EVERYONE, Retention.EPHEMERAL)));

  private final Broker broker;
  private final Operations operations;

  WhoMayAskForWhatTest() {
    var engine = MemoryEngine.create(EngineSettings.DEFAULTS, System::nanoTime, new Random(1));
    broker = engine.broker();
    operations =
        operations(broker, new Router(engine.directory(), engine.inboxes()), engine.presence());
  }

  private static Operations operations(Broker broker, Router router, PresenceStore presence) {
    return new Operations(NAMESPACES, Limits.DEFAULTS, broker, router, presence);
  }

  private static Namespace namespace(
      String prefix, boolean presence, Access access, Retention retention) {
    return new Namespace(
        prefix,
        retention,
        AfterLoss.FROM_OLDEST,
        presence,
        List.of(),
        access,
        access,
        Overflow.DISCONNECT);
  }

  private static Principal key(String... scopes) {
    return new Principal.Key("backend", Grants.of(List.of(scopes)));
  }

  @Test
  void aKeyPublishesWhereItsScopesSayWhateverClientsMay() {
    var news = key("publish:news.*");
    assertThat(publish(news, "news.today")).isInstanceOf(Answer.Done.class);
    assertThat(code(publish(news, "chat"))).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(code(publish(news, "news"))).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(code(publish(key("publish:news."), "news.today"))).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(publish(key("publish:*"), "chat")).isInstanceOf(Answer.Done.class);
    assertThat(code(publish(key("history:*", "send"), "chat"))).isEqualTo(ErrorCode.FORBIDDEN);
  }

  @Test
  void aClientPublishesWhereItsNamespaceSays() {
    assertThat(publish(ANN, "chat")).isInstanceOf(Answer.Done.class);
    assertThat(code(publish(ANN, "news.today"))).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(publish(OPERATOR, "news.today")).isInstanceOf(Answer.Done.class);
  }

  @Test
  void whatAClientSaysIsSignedAndWhatAProgramSaysIsNot() {
    publish(ANN, "chat");
    publish(key("*"), "chat");
    var items =
        operations
            .history(OPERATOR, "chat", Optional.empty(), Bounds.most(10))
            .toCompletableFuture()
            .join()
            .items();
    assertThat(items)
        .extracting(item -> item.from())
        .containsExactly(Optional.of(new Sender("ann", "s1")), Optional.empty());
  }

  @Test
  void keysShareOneSpaceOfDedupeIdsAndNoClientReachesIt() {
    assertThat(duplicate(publish(key("*"), "chat", "1"))).isFalse();
    assertThat(duplicate(publish(key("publish:chat"), "chat", "1"))).isTrue();
    assertThat(duplicate(publish(OPERATOR, "chat", "1"))).isTrue();
    assertThat(duplicate(publish(ANN, "chat", "1"))).isFalse();
    assertThat(duplicate(publish(ANN, "chat", "1"))).isTrue();
    assertThat(duplicate(publish(key("*"), "other", "1"))).isFalse();
  }

  @Test
  void namesAndLengthsAreCheckedBeforeTheEngineIsAsked() {
    assertThat(code(publish(OPERATOR, ""))).isEqualTo(ErrorCode.BAD_CHANNEL);
    assertThat(code(publish(OPERATOR, "news.*"))).isEqualTo(ErrorCode.BAD_CHANNEL);
    assertThat(code(publish(OPERATOR, "chat", "x".repeat(129)))).isEqualTo(ErrorCode.MALFORMED);
    var long1 = Json.of("\"" + "x".repeat(Limits.DEFAULTS.messageBytes()) + "\"");
    var stage = operations.publish(OPERATOR, "chat", long1, "", Durability.ACCEPTED);
    assertThat(code(end(stage, Answer::published))).isEqualTo(ErrorCode.TOO_LARGE);
    var sent = operations.send(OPERATOR, new Target.ToUser("ann"), long1, "");
    assertThat(code(end(sent, Answer::sent))).isEqualTo(ErrorCode.TOO_LARGE);
  }

  @Test
  void historyAndPresenceNeedTheirRightAndTheirChannel() {
    assertThat(code(history(key("publish:*"), "chat"))).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(history(key("history:chat"), "chat")).isInstanceOf(Answer.Done.class);
    assertThat(code(history(OPERATOR, "ticks.a"))).isEqualTo(ErrorCode.NO_HISTORY);
    assertThat(code(history(ANN, "news.today"))).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(code(presence(key("history:*"), "chat"))).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(presence(key("presence:*"), "chat")).isInstanceOf(Answer.Done.class);
    assertThat(code(presence(OPERATOR, "ticks.a"))).isEqualTo(ErrorCode.NO_PRESENCE);
    assertThat(code(presence(OPERATOR, "a*"))).isEqualTo(ErrorCode.BAD_CHANNEL);
  }

  @Test
  void sendingNeedsItsRightAndSomebodyWhoTakesIt() {
    var to = new Target.ToUser("nobody");
    assertThat(code(end(operations.send(key("publish:*"), to, DATA, ""), Answer::sent)))
        .isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(code(end(operations.send(key("send"), to, DATA, ""), Answer::sent)))
        .isEqualTo(ErrorCode.NO_RECIPIENT);
  }

  @Test
  void anEngineThatFailsLeavesTheOutcomeOpenUnlessItSaysOtherwise() {
    assertThat(Answer.of(null, new IllegalStateException())).isInstanceOf(Answer.Unknown.class);
    assertThat(code(Answer.of(null, new NotDoneException("full"))))
        .isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(code(Answer.ofRead(null, new IllegalStateException())))
        .isEqualTo(ErrorCode.UNAVAILABLE);
    CompletionStage<String> wrapped =
        RejectedException.<String>stage(ErrorCode.FORBIDDEN, "no").thenApply(text -> text + "!");
    assertThat(code(end(wrapped, Answer::of))).isEqualTo(ErrorCode.FORBIDDEN);
  }

  @Test
  void whatIsNoScopeIsRefusedInWords() {
    for (var wrong :
        List.of("publsh:*", "publish", "publish:", "send:*", "publish:a*b", "sessions", "")) {
      assertThatThrownBy(() -> Grants.of(List.of(wrong)))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(Grants.ALL.allow(Right.NODES_DRAIN)).isTrue();
    assertThat(Grants.of(List.of("nodes:read")).allow(Right.NODES_DRAIN)).isFalse();
    assertThat(ANN.may(Right.SESSIONS_READ)).isFalse();
    assertThat(OPERATOR.may(Right.SESSIONS_READ)).isTrue();
  }

  private Answer<Stored> publish(Principal by, String channel) {
    return publish(by, channel, "");
  }

  private Answer<Stored> publish(Principal by, String channel, String dedupe) {
    return end(
        operations.publish(by, channel, DATA, dedupe, Durability.ACCEPTED), Answer::published);
  }

  private Answer<Broker.Page> history(Principal by, String channel) {
    return end(operations.history(by, channel, Optional.empty(), Bounds.most(10)), Answer::ofRead);
  }

  private Answer<PresenceStore.Page> presence(Principal by, String channel) {
    return end(operations.presence(by, channel, Bounds.most(10)), Answer::ofRead);
  }

  private interface Ending<T, A> {
    Answer<A> of(T value, Throwable failure);
  }

  private static <T, A> Answer<A> end(CompletionStage<T> stage, Ending<T, A> ending) {
    CompletableFuture<Answer<A>> answer = stage.<Answer<A>>handle(ending::of).toCompletableFuture();
    return answer.join();
  }

  private static ErrorCode code(Answer<?> answer) {
    return answer instanceof Answer.Rejected<?>(var code, var _) ? code : null;
  }

  private static boolean duplicate(Answer<Stored> answer) {
    return answer instanceof Answer.Done<Stored>(var stored) && stored.duplicate();
  }
}
