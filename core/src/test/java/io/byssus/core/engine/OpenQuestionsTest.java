package io.byssus.core.engine;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.byssus.core.NotDoneException;
import io.byssus.core.engine.ClusterBus.Reply;
import io.byssus.core.session.Owner;
import io.byssus.core.testing.SteppedLanes;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A question ends once, whatever comes of it. */
class OpenQuestionsTest {
  private static final Owner ASKED = new Owner("n2", "i");
  private static final Owner OTHER = new Owner("n3", "i");
  private static final Duration WITHIN = Duration.ofSeconds(5);
  private static final Reply DONE = new Reply.Done();

  private final SteppedLanes lanes = new SteppedLanes(1, new SplittableRandom(1));
  private final OpenQuestions questions = new OpenQuestions();
  private long number;

  private CompletableFuture<Optional<Reply>> ask(CompletionStage<Boolean> sent) {
    var asked =
        questions
            .ask(
                lanes.lane(0),
                ASKED,
                WITHIN,
                given -> {
                  number = given;
                  return sent;
                })
            .toCompletableFuture();
    lanes.settle();
    return asked;
  }

  private CompletableFuture<Optional<Reply>> ask() {
    return ask(completedFuture(true));
  }

  @Test
  void itIsAnswered() {
    var reply = ask();
    assertThat(reply).isNotDone();
    questions.answered(number, ASKED, DONE);
    assertThat(reply).isCompletedWithValue(Optional.of(DONE));
    lanes.advance(WITHIN);
    assertThat(reply).isCompletedWithValue(Optional.of(DONE));
  }

  @Test
  void whatIsNeverAnsweredEndsInItsTime() {
    var reply = ask();
    lanes.advance(WITHIN.minusMillis(1));
    assertThat(reply).isNotDone();
    lanes.advance(Duration.ofMillis(1));
    assertThat(reply).isCompletedWithValue(Optional.empty());
  }

  @Test
  void whatComesLateOrTwiceOrFromAnotherIsNobodys() {
    var late = ask();
    lanes.advance(WITHIN);
    questions.answered(number, ASKED, DONE);
    assertThat(late).isCompletedWithValue(Optional.empty());

    var answered = ask();
    questions.answered(number, OTHER, new Reply.Lost());
    assertThat(answered).isNotDone();
    questions.answered(number, ASKED, DONE);
    questions.answered(number, ASKED, new Reply.Lost());
    assertThat(answered).isCompletedWithValue(Optional.of(DONE));

    var next = ask();
    questions.answered(number - 1, ASKED, DONE);
    assertThat(next).isNotDone();
  }

  @Test
  void whatNobodyHearsEndsAtOnce() {
    assertThat(ask(completedFuture(false))).isCompletedWithValue(Optional.empty());
  }

  @Test
  void whatSurelyWasNotAskedFails() {
    assertThatThrownBy(() -> ask(failedFuture(new NotDoneException("away"))).join())
        .hasCauseInstanceOf(NotDoneException.class);
  }

  @Test
  void whatMayHaveBeenAskedWaitsForItsReply() {
    var reply = ask(failedFuture(new IllegalStateException("no answer from the engine")));
    assertThat(reply).isNotDone();
    questions.answered(number, ASKED, DONE);
    assertThat(reply).isCompletedWithValue(Optional.of(DONE));
  }

  @Test
  void withTooManyOpenNobodyIsAsked() {
    for (var i = 0; i < OpenQuestions.OPEN_MAX; i++) {
      ask();
    }
    assertThatThrownBy(() -> ask().join()).hasCauseInstanceOf(NotDoneException.class);
    lanes.advance(WITHIN);
    assertThat(ask()).isNotDone();
  }
}
