package io.byssus.core.node;

import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What one lane does while the engine cannot be reached, and when it can again. Confined to the
 * lane; only {@link #checkedAfter} is read elsewhere.
 *
 * <p>Connections stay, and are told. Meanwhile others may have taken the sessions, or detached them
 * because this node was not heard, and whatever the engine said was missed. So at the end all
 * leases are checked first, in one call, and what could not be done meanwhile is done ({@link
 * Debts}), which is when the node is ready; then the sessions catch up a few at a time, that the
 * engine is not met by all of them in its first second.
 */
@LaneConfined
final class Outages {
  private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(50);

  /** From one catching up after the same outage to the next. */
  private static final long AGAIN_NS = TimeUnit.SECONDS.toNanos(1);

  private static final int SESSIONS_A_STEP = 100;

  private final NodeStatus status;
  private final Lane lane;
  private final Debts debts;
  private final Sessions sessions;
  private boolean lasting;
  private boolean catchingUp;
  private boolean again;
  private long since;
  private long begunAt;
  private volatile long checkedAfter;

  /** All that is attached on the lane. */
  interface Sessions {
    /** Tells each that the engine cannot be reached. */
    void degrade();

    /** Renews all leases, and closes those that are lost; whether the engine has answered. */
    void renew(Consumer<Boolean> then);

    /** What each of them does to catch up. */
    ArrayDeque<Runnable> revivals();
  }

  Outages(NodeStatus status, Lane lane, Debts debts, Sessions sessions) {
    this.status = status;
    this.lane = lane;
    this.debts = debts;
    this.sessions = sessions;
  }

  boolean lasting() {
    return lasting;
  }

  /** The number of the last outage after which all leases were checked. From any thread. */
  long checkedAfter() {
    return checkedAfter;
  }

  void begin() {
    lane.check();
    lasting = true;
    sessions.degrade();
  }

  /**
   * Catches up. While that is under way after the same outage, it is done once more when it is
   * over, however often this is called meanwhile: an engine that says many times that something may
   * have been missed is not asked for everything as often.
   *
   * @param outage its number, which is the node's as long as no other has begun
   */
  void end(long outage) {
    lane.check();
    lasting = false;
    if (catchingUp && since == outage) {
      again = true;
    } else {
      catchUp(outage); // what goes on for an older outage finds that it is over, and ends
    }
  }

  private void catchUp(long outage) {
    catchingUp = true;
    again = false;
    since = outage;
    begunAt = lane.nanoTime();
    check(outage);
  }

  private void check(long outage) {
    sessions.renew(answered -> {
      if (outage != status.outages()) {
        return; // the end of the newer one will check
      }
      if (answered) {
        debts.pay(() -> checked(outage));
      } else {
        lane.schedule(RETRY_NS, () -> check(outage));
      }
    });
  }

  private void checked(long outage) {
    if (outage == status.outages()) {
      checkedAfter = outage;
      revive(outage, sessions.revivals());
    }
  }

  private void revive(long outage, ArrayDeque<Runnable> waiting) {
    if (outage != status.outages()) {
      return;
    }
    for (int i = 0; i < SESSIONS_A_STEP && !waiting.isEmpty(); i++) {
      lane.attempt(waiting.poll());
    }
    if (!waiting.isEmpty()) {
      lane.schedule(STEP_NS, () -> revive(outage, waiting));
    } else if (again) {
      var later = Math.max(0, AGAIN_NS - (lane.nanoTime() - begunAt));
      lane.schedule(
          later,
          () -> {
            if (outage == status.outages()) {
              catchUp(outage);
            }
          });
    } else {
      catchingUp = false;
    }
  }
}
