package io.byssus.core.node;

import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.lane.Stages;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Releases {@link Strays} when they are met, and looks for them slowly: the whole of what this node
 * has, once in a third of the time to live. Confined to one lane.
 */
@LaneConfined
final class StraySearch {
  private static final int ROUNDS = 3;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

  /** A look releases no more than so many; the others are there at the next. */
  private static final int RELEASED_A_LOOK = 500;

  private final Owner self;
  private final SessionStore sessions;
  private final Strays strays;
  private final Attachments<?> attachments;
  private final Debts debts;
  private final NodeStatus status;
  private final FailureLog failures;
  private final Lane lane;
  private final Duration sessionTtl;
  private final RecurringStep looking;
  private int part;

  /**
   * @param debts of the lane
   */
  StraySearch(
      Owner self,
      SessionStore sessions,
      Strays strays,
      Attachments<?> attachments,
      Debts debts,
      NodeStatus status,
      FailureLog failures,
      Lane lane,
      Duration sessionTtl) {
    this.self = self;
    this.sessions = sessions;
    this.strays = strays;
    this.attachments = attachments;
    this.debts = debts;
    this.status = status;
    this.failures = failures;
    this.lane = lane;
    this.sessionTtl = sessionTtl;
    this.looking = new RecurringStep(lane, 1, PATIENCE_NS);
  }

  /** From any thread. */
  void release(Lease stray) {
    lane.execute(() -> debts.release(stray));
  }

  void start() {
    lane.check();
    lane.every(sessionTtl.toNanos() / ROUNDS / SessionStore.HELD_PARTS, this::look);
  }

  private void look() {
    if (status.reachable()) {
      looking.take(
          this::lookOnce,
          (done, failure) -> {
            if (failure != null) {
              failures.engineFailed("held", failure);
            }
          });
    }
  }

  private CompletionStage<Void> lookOnce() {
    return lane.then(
        sessions.heldBy(self, part),
        held -> {
          part = (part + 1) % SessionStore.HELD_PARTS;
          return releaseUnknown(held);
        });
  }

  private CompletionStage<Void> releaseUnknown(List<String> held) {
    return Stages.all(
        held.stream()
            .filter(session -> !attachments.has(session))
            .limit(RELEASED_A_LOOK)
            .map(session -> failures.logFailure("release", strays.release(session)))
            .toList());
  }
}
