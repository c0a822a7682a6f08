package io.byssus.client;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.byssus.protocol.Command;
import io.byssus.protocol.Position;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class CallsHaveADeadlineTest {
  private final ScriptedServer server = ScriptedServer.start();
  private final Calls soon = server.client().within(ofSeconds(3));

  private List<CompletableFuture<?>> calls() {
    List<CompletableFuture<?>> calls =
        List.of(
            soon.publish("news", "1"),
            soon.send(Target.user("7"), "1"),
            soon.presence("news"),
            soon.history("news", 10),
            soon.history("news", new Position("q7", 1), 10),
            soon.set(Map.of("a", "1")),
            soon.set(Map.of("a", "1"), Set.of("t")),
            soon.refresh());
    server.lane.settle();
    return calls;
  }

  private static ByssusException failure(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return (ByssusException) future.exceptionNow();
  }

  @Test
  void withoutAConnectionEachFailsInTimeAndIsNotSentAfterwards() {
    var calls = calls();
    server.passes(ofMillis(2_999));
    assertThat(calls).noneMatch(CompletableFuture::isDone);
    server.passes(ofMillis(1));
    assertThat(calls).allSatisfy(call -> assertThat(failure(call).code()).isEqualTo("timeout"));
    assertThat(calls).allSatisfy(call -> assertThat(failure(call).retryable()).isTrue());
    var line = server.connected();
    assertThat(line.all(Command.class)).hasOnlyElementsOfType(Command.Connect.class);
  }

  @Test
  void whatIsUnderWayThenIsUnknownAndNotRepeated() {
    server.connected();
    var published = soon.publish("news", "1");
    var sent = soon.send(Target.user("7"), "1");
    server.lane.settle();
    server.passes(ofSeconds(3));
    assertThat(failure(published).code()).isEqualTo(ByssusException.UNKNOWN);
    assertThat(failure(sent).code()).isEqualTo(ByssusException.UNKNOWN);
    server.line().breaks();
    var line = server.resumed();
    assertThat(line.all(Command.Publish.class)).isEmpty();
    assertThat(line.all(Command.Send.class)).isEmpty();
  }

  @Test
  void aLongOneDoesNotRepeatAMessageBeyondWhatTheServerRemembers() {
    var published = server.client().within(ofMinutes(60)).publish("news", "1");
    server.lane.settle();
    server.connected();
    for (var second = 0; second < 239; second++) {
      server.passes(ofSeconds(1));
      server.line().lives();
    }
    assertThat(published).isNotDone();
    server.passes(ofSeconds(1));
    assertThat(failure(published).code()).isEqualTo(ByssusException.UNKNOWN);
  }

  @Test
  void aLongOneWaitsForAConnectionForAllOfIt() {
    var published = server.client().within(ofMinutes(10)).publish("news", "1");
    server.lane.settle();
    server.passes(ofMinutes(9));
    assertThat(published).isNotDone();
    server.passes(ofMinutes(1));
    assertThat(failure(published).code()).isEqualTo("timeout");
  }

  @Test
  void oneThatIsOverIsRefusedOnTheSpot() {
    assertThatThrownBy(() -> server.client().within(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
