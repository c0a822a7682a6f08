package io.byssus.core.node;

import io.byssus.core.NotDoneException;
import io.byssus.core.engine.Engine;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.lane.Stages;
import io.byssus.core.presence.PresenceStore;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.core.session.SessionStore;
import io.byssus.core.session.StoredSession;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What one lane owes the engine: steps by which a session is let go, and which an outage or a lost
 * answer has left undone, or nobody knows. Without them a session stays attached to this node that
 * nobody here holds, and stands in the way of its own user. Confined to the lane.
 *
 * <p>A step that fails is kept and done again: at the end of an outage, before the node is ready,
 * and else after a while. Each is tied to a lease, or looks first, so that it may be late or done
 * twice: whoever has the session by then is not harmed.
 *
 * <p>There is room for {@link #MOST}. What is beyond is forgotten here, and found by {@link
 * StraySearch}.
 */
@LaneConfined
final class Debts {
  static final int MOST = 100_000;

  private static final int PAID_AT_ONCE = 100;
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_RETRY = Duration.ofSeconds(30);

  private final SessionStore sessions;
  private final PresenceStore presence;
  private final Lane lane;
  private final EndedSessions ended;
  private final Strays strays;
  private final NodeStatus status;
  private final RandomSource random;
  private final FailureLog failures;
  private final long restorableNs;
  private final LinkedHashSet<Debt> owed = new LinkedHashSet<>();
  private Duration retry = FIRST_RETRY;
  private long payAt;
  private boolean paying;

  /**
   * @param restorableFor how long after a lease was last known to hold its session may be restored
   */
  Debts(
      Engine engine,
      Lane lane,
      EndedSessions ended,
      Strays strays,
      NodeStatus status,
      RandomSource random,
      FailureLog failures,
      Duration restorableFor) {
    this.sessions = engine.sessions();
    this.presence = engine.presence();
    this.lane = lane;
    this.ended = ended;
    this.strays = strays;
    this.status = status;
    this.random = random;
    this.failures = failures;
    this.restorableNs = restorableFor.toNanos();
  }

  private sealed interface Debt {
    /** The session is detached. */
    record Release(Lease lease) implements Debt {}

    /**
     * The engine may have forgotten the session: it is written anew, and detached. What came for it
     * since its connection ended nobody knows.
     *
     * @param untilNs later it could have been taken over and have ended, and nobody know of it
     */
    record Restore(Lease lease, StoredSession known, long sent, long untilNs) implements Debt {}

    /** The session is removed. */
    record End(Lease lease) implements Debt {}

    /** The session is not in the channel any more. */
    record Leave(String channel, Lease lease) implements Debt {}

    /** A claim of this node was not answered: if it was granted, the session is detached. */
    record Claim(String session) implements Debt {}
  }

  void release(Lease lease) {
    settle(new Debt.Release(lease));
  }

  /**
   * As {@link #release}, for a session of which all is known: if the engine has forgotten it, it is
   * written anew first, when other nodes have said which sessions are not to be.
   */
  void release(Lease lease, StoredSession known, long sent) {
    lane.check();
    var untilNs = lane.nanoTime() + restorableNs;
    var debt = new Debt.Restore(lease, known, sent, untilNs);
    lane.ask(
        () -> sessions.release(lease),
        (fence, failure) -> {
          if (fence == null) {
            failures.engineFailed("release", failure);
            owe(new Debt.Release(lease));
          } else if (fence == Fence.LOST) {
            restoreIfForgotten(debt);
          }
        });
  }

  /** Others may have taken the session: then it must not be seen again as it was before. */
  private void restoreIfForgotten(Debt.Restore debt) {
    lane.ask(
        () -> sessions.renew(List.of(debt.lease)),
        (renewal, failure) -> {
          if (renewal == null) {
            failures.engineFailed("renew", failure);
            owe(new Debt.Release(debt.lease));
          } else if (!renewal.forgotten().isEmpty()) {
            lane.schedule(EndedSessions.TOLD_NS, () -> settle(debt));
          }
        });
  }

  void end(Lease lease) {
    settle(new Debt.End(lease));
  }

  void leave(String channel, Lease lease) {
    settle(new Debt.Leave(channel, lease));
  }

  /** The session has been asked for, and nobody knows whether it was granted. */
  void claimed(String session) {
    lane.check();
    owe(new Debt.Claim(session));
  }

  /** The session was made under this lease, or was not. */
  void made(Lease lease) {
    lane.check();
    owe(new Debt.End(lease));
  }

  private void settle(Debt debt) {
    lane.check();
    lane.ask(
        () -> step(debt),
        (done, failure) -> {
          if (failure != null) {
            failures.engineFailed(name(debt), failure);
            owe(debt);
          }
        });
  }

  private void owe(Debt debt) {
    if (owed.isEmpty()) {
      retry = FIRST_RETRY;
      payLater();
    }
    if (owed.size() < MOST) {
      owed.add(debt);
    }
  }

  private void payLater() {
    payAt = lane.nanoTime() + retry.toNanos() + random.upTo(retry).toNanos();
  }

  private static String name(Debt debt) {
    return switch (debt) {
      case Debt.Release _ -> "release";
      case Debt.Restore _ -> "restore";
      case Debt.End _ -> "remove";
      case Debt.Leave _ -> "presence";
      case Debt.Claim _ -> "holder";
    };
  }

  private CompletionStage<?> step(Debt owing) {
    return switch (owing) {
      case Debt.Release(var lease) -> sessions.release(lease);
      case Debt.Restore debt when lane.nanoTime() - debt.untilNs >= 0 ->
          sessions.release(debt.lease);
      case Debt.Restore debt ->
          lane.then(
              sessions.renew(List.of(debt.lease)),
              renewal ->
                  renewal.forgotten().isEmpty() || ended.knowsLater(debt.lease)
                      ? sessions.release(debt.lease)
                      : restore(debt));
      case Debt.End(var lease) ->
          sessions.end(lease).thenAccept(gone -> gone.ifPresent(ended::ended));
      case Debt.Leave(var channel, var lease) -> presence.leave(channel, lease);
      case Debt.Claim(var session) -> strays.release(session);
    };
  }

  private CompletionStage<Fence> restore(Debt.Restore debt) {
    return lane.then(
        sessions.restore(debt.lease, debt.known, debt.sent, true),
        fence ->
            fence == Fence.HELD
                ? lane.then(sessions.release(debt.lease), Debts::unlessForgotten)
                : CompletableFuture.completedFuture(fence));
  }

  private static CompletionStage<Fence> unlessForgotten(Fence fence) {
    return fence == Fence.HELD
        ? CompletableFuture.completedFuture(fence)
        : CompletableFuture.failedFuture(new NotDoneException("forgotten again at once"));
  }

  int size() {
    return owed.size();
  }

  /** Pays what is due, in quiet times. */
  void tick(long now) {
    if (!owed.isEmpty() && !paying && status.reachable() && now - payAt >= 0) {
      pay(() -> {});
    }
  }

  /**
   * Does once all that is owed.
   *
   * @param done when that was tried; what failed again stays owed
   */
  void pay(Runnable done) {
    lane.check();
    paying = true;
    pay(new ArrayDeque<>(owed), done);
  }

  private void pay(ArrayDeque<Debt> round, Runnable done) {
    if (round.isEmpty()) {
      paid(done);
      return;
    }
    var steps = new ArrayList<CompletableFuture<?>>();
    while (steps.size() < PAID_AT_ONCE && !round.isEmpty()) {
      steps.add(pay(round.poll()));
    }
    lane.when(Stages.all(steps), (none, failure) -> pay(round, done));
  }

  /** Done, without a failure, when it was tried. */
  private CompletableFuture<Void> pay(Debt debt) {
    var tried = new CompletableFuture<Void>();
    lane.ask(
        () -> step(debt),
        (done, failure) -> {
          if (failure == null) {
            owed.remove(debt);
          } else {
            failures.engineFailed(name(debt), failure);
          }
          tried.complete(null);
        });
    return tried;
  }

  private void paid(Runnable done) {
    paying = false;
    var doubled = retry.multipliedBy(2);
    retry = doubled.compareTo(LAST_RETRY) < 0 ? doubled : LAST_RETRY;
    payLater();
    done.run();
  }
}
