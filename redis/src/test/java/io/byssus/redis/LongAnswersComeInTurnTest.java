package io.byssus.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * However much is asked for, only so much is on its way at once, and all is answered in the end.
 */
class LongAnswersComeInTurnTest {
  private static final long MEGABYTE = 1 << 20;

  private final Reads reads = new Reads();
  private final List<CompletableFuture<Integer>> begun = new ArrayList<>();

  private Supplier<CompletionStage<Integer>> read() {
    return () -> {
      var answer = new CompletableFuture<Integer>();
      begun.add(answer);
      return answer;
    };
  }

  @Test
  void readsThatFindNoRoomWaitInLineAndFailForNothing() {
    var asked =
        IntStream.range(0, 100)
            .mapToObj(_ -> reads.inTurn(MEGABYTE, read()).toCompletableFuture())
            .toList();
    assertThat(begun).hasSize(8);

    for (int i = 0; i < 100; i++) {
      begun.get(i).complete(i);
      assertThat(begun.size()).isEqualTo(Math.min(100, i + 9));
    }
    for (int i = 0; i < 100; i++) {
      assertThat(asked.get(i)).isCompletedWithValue(i);
    }
  }

  @Test
  void oneThatCannotBeAskedForFailsAloneAndTakesNoRoom() {
    Supplier<CompletionStage<Integer>> broken =
        () -> {
          throw new IllegalStateException("on purpose");
        };
    var first = reads.inTurn(8 * MEGABYTE, read());
    var failed =
        IntStream.range(0, 3)
            .mapToObj(_ -> reads.inTurn(8 * MEGABYTE, broken).toCompletableFuture())
            .toList();
    var last = reads.inTurn(8 * MEGABYTE, read()).toCompletableFuture();
    begun.getFirst().complete(1);
    assertThat(first.toCompletableFuture()).isCompletedWithValue(1);

    assertThat(failed).allMatch(CompletableFuture::isCompletedExceptionally);
    assertThat(begun).hasSize(2);
    begun.getLast().complete(2);
    assertThat(last).isCompletedWithValue(2);
  }

  @Test
  void oneThatIsLongerThanAllTogetherIsReadAlone() {
    reads.inTurn(1, read());
    var longest = reads.inTurn(Long.MAX_VALUE, read()).toCompletableFuture();
    reads.inTurn(1, read());
    assertThat(begun).hasSize(1);
    begun.get(0).complete(0);
    assertThat(begun).hasSize(2);
    begun.get(1).completeExceptionally(new IllegalStateException("on purpose"));
    assertThat(longest).isCompletedExceptionally();
    assertThat(begun).hasSize(3);
  }
}
