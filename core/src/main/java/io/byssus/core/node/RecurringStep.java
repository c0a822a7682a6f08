package io.byssus.core.node;

import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Something that is asked of the engine again and again, but not while too much of it is still
 * unanswered: what is never answered is given up after a while, so that the round goes on and does
 * not pile up. Confined to the lane.
 */
@LaneConfined
final class RecurringStep {
  private final Lane lane;
  private final int most;
  private final long patienceNs;
  private int unanswered;
  private long askedAt;
  private long givenUp;

  /**
   * @param most how many may be unanswered at once
   * @param patienceNs after so long without an answer to the last, all are given up
   */
  RecurringStep(Lane lane, int most, long patienceNs) {
    this.lane = lane;
    this.most = most;
    this.patienceNs = patienceNs;
  }

  /** Asks, unless the engine has too much to answer yet. */
  <T> void take(
      Supplier<? extends CompletionStage<T>> step,
      BiConsumer<@Nullable T, @Nullable Throwable> then) {
    lane.check();
    var now = lane.nanoTime();
    if (unanswered == most) {
      if (now - askedAt < patienceNs) {
        return;
      }
      unanswered = 0;
      givenUp++;
    }
    unanswered++;
    askedAt = now;
    var mine = givenUp;
    lane.ask(
        step,
        (value, failure) -> {
          if (mine == givenUp) {
            unanswered--;
          }
          then.accept(value, failure);
        });
  }
}
