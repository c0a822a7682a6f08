package io.byssus.core.node;

import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.session.Lease;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Writes sessions anew that are attached here and that the engine has forgotten: those of which it
 * says so, and all, when it may have lost anything. Confined to one lane.
 *
 * <p>Not at once: nodes that know which sessions were ended or taken over say that first ({@link
 * Node#forgot}), so that nobody brings back one of those. Then some at a time, that a server which
 * has lost all is not met by all of them at once; the more there are, the more at a time, so that
 * it takes about {@link #WITHIN_STEPS} steps however many there are.
 */
@LaneConfined
final class Healing {
  /** Others have noticed by then, and have said whom they know to be ended or taken over. */
  static final long WAIT_NS = TimeUnit.MILLISECONDS.toNanos(2_500);

  private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final int WITHIN_STEPS = 800;
  private static final int LEAST_A_STEP = 2;

  private final Node node;
  private final Lane lane;
  private final Watch watch;
  private final ArrayDeque<Forgotten> waiting = new ArrayDeque<>();
  private boolean working;
  private int aStep;
  private int underWay;
  private int healed;

  private record Forgotten(CommandDispatcher dispatcher, Lease lease, long untilNs) {}

  Healing(Node node, Lane lane, Watch watch) {
    this.node = node;
    this.lane = lane;
    this.watch = watch;
  }

  /** The engine may have lost anything: all that is attached here is written anew. */
  void all() {
    lane.check();
    lane.schedule(
        WAIT_NS,
        () -> {
          List.copyOf(watch.dispatchers()).forEach(CommandDispatcher::mayBeForgotten);
          watch.touchPresence();
          watch.listSessions();
        });
  }

  /** The engine does not know the session, or knows less of it than its holder. */
  void add(CommandDispatcher dispatcher, Lease lease) {
    lane.check();
    var untilNs = lane.nanoTime() + node.restorableFor().toNanos();
    waiting.add(new Forgotten(dispatcher, lease, untilNs));
    if (!working) {
      working = true;
      lane.schedule(WAIT_NS, this::begin);
    }
  }

  private void begin() {
    aStep = Math.max(LEAST_A_STEP, Math.ceilDiv(waiting.size(), WITHIN_STEPS));
    step();
  }

  /** The next ones, once the engine has answered for those before. */
  private void step() {
    if (watch.outages().lasting() || underWay > 0) {
      lane.schedule(STEP_NS, this::step);
      return;
    }
    var some = new ArrayList<Forgotten>(aStep);
    while (some.size() < aStep && !waiting.isEmpty()) {
      some.add(waiting.poll());
    }
    for (var each : some) {
      underWay++;
      try {
        restore(each);
      } catch (Throwable failure) {
        lane.failed(failure); // the others are not to wait for this one
        restored(each, Outcome.OVER);
      }
    }
    if (waiting.isEmpty() && underWay == 0) {
      ended();
    } else {
      lane.schedule(STEP_NS, this::step);
    }
  }

  private void restore(Forgotten each) {
    if (lane.nanoTime() - each.untilNs < 0) {
      each.dispatcher.restore(each.lease, done -> restored(each, done));
    } else {
      each.dispatcher.lost(each.lease);
      restored(each, Outcome.OVER);
    }
  }

  /** What came of one try to write a session anew. */
  enum Outcome {
    HEALED,
    /** It is not to be: it has ended, or others have it. */
    OVER,
    /** Nobody knows, or something else is under way for the session. */
    AGAIN
  }

  private void restored(Forgotten each, Outcome outcome) {
    underWay--;
    switch (outcome) {
      case HEALED -> healed++;
      case OVER -> {}
      case AGAIN -> waiting.add(each);
    }
  }

  private void ended() {
    working = false;
    if (healed > 0) {
      node.observer.sessionsHealed(healed);
      healed = 0;
    }
  }
}
