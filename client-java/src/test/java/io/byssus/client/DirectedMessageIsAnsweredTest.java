package io.byssus.client;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.byssus.protocol.Command;
import io.byssus.protocol.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class DirectedMessageIsAnsweredTest {
  private final ScriptedServer server = ScriptedServer.start();

  private CompletableFuture<Sent> send(String json) {
    var future = server.client().send(Target.user("7"), json);
    server.lane.settle();
    return future;
  }

  private void answer(String more) {
    var line = server.line();
    line.says(
        "{'type':'sent','id':%d,'sessions':2%s}"
            .formatted(line.last(Command.Send.class).id(), more));
  }

  private static String code(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return ((ByssusException) future.exceptionNow()).code();
  }

  @Test
  void tellsHowManyHaveItAndHowManyHadNoRoom() {
    var sent = send("1");
    server.connected();
    answer(",'full':1");
    assertThat(sent.join()).isEqualTo(new Sent(2, 1, false));
  }

  @Test
  void goesAgainAfterAResumeWithTheSameDedupe() {
    server.connected();
    var first = send("1");
    var second = send("2");
    var before = server.line().all(Command.Send.class);
    server.line().breaks();
    var again = server.resumed().all(Command.Send.class);
    assertThat(again).extracting(Command.Send::dedupe).doesNotContain("").doesNotHaveDuplicates();
    assertThat(again)
        .extracting(Command.Send::dedupe)
        .isEqualTo(before.stream().map(Command.Send::dedupe).toList());
    assertThat(again).extracting(command -> command.data().toString()).containsExactly("1", "2");
    assertThat(first).isNotDone();
    answer(",'duplicate':true");
    assertThat(second.join().duplicate()).isTrue();
  }

  @Test
  void theProgramsOwnDedupeIsSaid() {
    server.connected();
    var unused = server.client().send(Target.tag("beta"), "1", SendOptions.dedupe("mine"));
    server.lane.settle();
    assertThat(server.line().last(Command.Send.class))
        .extracting(Command.Send::to, Command.Send::dedupe)
        .containsExactly(new Target.ToTag("beta"), "mine");
    assertThatThrownBy(() -> SendOptions.dedupe("x".repeat(129)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void isUnknownInANewSession() {
    server.connected();
    var sent = send("1");
    server.line().breaks();
    server.comesBack();
    var line = server.line().opened();
    line.error(line.last(Command.Connect.class).id(), "session_expired", false);
    line.connected("s2", "r9", false);
    assertThat(code(sent)).isEqualTo(ByssusException.UNKNOWN);
    assertThat(line.all(Command.Send.class)).isEmpty();
  }

  @Test
  void whatTheServerRefusesForGoodHasItsCode() {
    server.connected();
    var nobody = send("1");
    server.line().error(server.line().last(Command.Send.class).id(), "no_recipient", false);
    assertThat(code(nobody)).isEqualTo("no_recipient");
  }

  @Test
  void aFullInboxIsToldAndHoldsUpNothing() {
    server.connected();
    var full = send("1");
    server.line().error(server.line().last(Command.Send.class).id(), "inbox_full", true);
    assertThat(code(full)).isEqualTo("inbox_full");
    var next = send("2");
    answer("");
    assertThat(next).isCompleted();
    assertThat(server.line().all(Command.Send.class)).hasSize(2);
  }

  @Test
  void noneOfManyIsLostWhenTheServerAsksForPatience() {
    server.connected();
    var all = new ArrayList<CompletableFuture<Sent>>();
    for (var number = 0; number < 900; number++) {
      all.add(send(Integer.toString(number)));
    }
    var seen = new HashSet<Long>();
    var refused = new HashSet<String>();
    for (var round = 0; !all.stream().allMatch(CompletableFuture::isDone); round++) {
      assertThat(round).as("it goes on").isLessThan(2_000);
      var line = server.line();
      for (var command : List.copyOf(line.all(Command.Send.class))) {
        if (seen.add(command.id())) {
          if (refused.add(command.data().toString())) {
            line.error(command.id(), "rate_limited", true);
          } else {
            line.says("{'type':'sent','id':%d,'sessions':1}".formatted(command.id()));
          }
        }
      }
      server.line().lives();
      server.passes(ofSeconds(1));
    }
    assertThat(all).allSatisfy(sent -> assertThat(sent).isCompleted());
    assertThat(all).allSatisfy(sent -> assertThat(sent.isCompletedExceptionally()).isFalse());
  }

  @Test
  void aValueIsSentAsTheCodecWritesIt() {
    var client = ScriptedServer.start(builder -> builder.codec(new Numbers()));
    client.connected();
    var unused = client.client().sendValue(Target.session("s9"), 42);
    client.lane.settle();
    assertThat(client.line().last(Command.Send.class).data()).hasToString("42");
  }

  private static final class Numbers implements DataCodec {
    @Override
    public String toJson(Object value) {
      return value.toString();
    }

    @Override
    public <T> T fromJson(String json, Class<T> type) {
      return type.cast(Integer.valueOf(json));
    }
  }
}
