package io.byssus.core.node;

import io.byssus.core.lane.Lane;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What one lane does while the engine cannot be reached, and when it can again. Confined to the
 * lane; only {@link #checkedAfter} is read elsewhere.
 *
 * <p>Connections stay, and are told. Meanwhile others may have taken the sessions, or detached them
 * because this node was not heard, and whatever the engine said was missed. So at the end all
 * leases are checked first, in one call; then the sessions catch up a few at a time, that the
 * engine is not met by all of them in its first second.
 */
final class Outages {
  private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int SESSIONS_A_STEP = 100;

  private final Node node;
  private final Lane lane;
  private final Watch watch;
  private boolean lasting;
  private volatile long checkedAfter;

  Outages(Node node, Lane lane, Watch watch) {
    this.node = node;
    this.lane = lane;
    this.watch = watch;
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
    List.copyOf(watch.dispatchers()).forEach(CommandDispatcher::degrade);
  }

  /**
   * @param outage its number, which is the node's as long as no other has begun
   */
  void end(long outage) {
    lane.check();
    lasting = false;
    check(outage);
  }

  private void check(long outage) {
    watch.renewSessions(answered -> {
      if (outage != node.outages()) {
        return; // the end of the newer one will check
      }
      if (answered) {
        checkedAfter = outage;
        revive(outage, new ArrayDeque<>(watch.dispatchers()));
      } else {
        lane.schedule(RETRY_NS, () -> check(outage));
      }
    });
  }

  private void revive(long outage, ArrayDeque<CommandDispatcher> waiting) {
    if (outage != node.outages()) {
      return;
    }
    for (int i = 0; i < SESSIONS_A_STEP && !waiting.isEmpty(); i++) {
      waiting.poll().revive();
    }
    if (!waiting.isEmpty()) {
      lane.schedule(STEP_NS, () -> revive(outage, waiting));
    }
  }
}
