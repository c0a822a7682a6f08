package io.byssus.core.node;

import io.byssus.core.NodeObserver;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Writes sessions anew that are attached here and that the engine has forgotten, or may have.
 * Confined to one lane.
 *
 * <p>Not at once: nodes that know which sessions were ended or taken over say that first ({@link
 * EndedSessions#tellAll}), so that nobody brings back one of those. Then some at a time, that a
 * server which has lost all is not met by all of them at once; the more there are, the more at a
 * time, so that it takes about {@link #WITHIN_STEPS} steps however many there are.
 */
@LaneConfined
final class Healing {
  private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final int WITHIN_STEPS = 800;
  private static final int LEAST_A_STEP = 2;

  private final Lane lane;
  private final Outages outages;
  private final NodeObserver observer;
  private final long restorableNs;
  private final ArrayDeque<Forgotten> waiting = new ArrayDeque<>();
  private boolean working;
  private int aStep;
  private int underWay;
  private int healed;

  private record Forgotten(Holder holder, long untilNs) {}

  /** Who holds a session here that the engine has forgotten. On the lane. */
  interface Holder {
    /** Writes the session anew, as it is here, if it is held still. */
    void restore(Consumer<Outcome> done);

    /** It is too late for that. */
    void lost();
  }

  /**
   * @param restorableFor how long after that was noticed a session may be written anew
   */
  Healing(Lane lane, Outages outages, Duration restorableFor, NodeObserver observer) {
    this.lane = lane;
    this.outages = outages;
    this.restorableNs = restorableFor.toNanos();
    this.observer = observer;
  }

  /** The engine does not know the session, or knows less of it than its holder. */
  void add(Holder holder) {
    lane.check();
    waiting.add(new Forgotten(holder, lane.nanoTime() + restorableNs));
    if (!working) {
      working = true;
      lane.schedule(EndedSessions.TOLD_NS, this::begin);
    }
  }

  private void begin() {
    aStep = Math.max(LEAST_A_STEP, Math.ceilDiv(waiting.size(), WITHIN_STEPS));
    step();
  }

  /** The next ones, once the engine has answered for those before. */
  private void step() {
    if (outages.lasting() || underWay > 0) {
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
      each.holder.restore(done -> restored(each, done));
    } else {
      each.holder.lost();
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
      observer.sessionsHealed(healed);
      healed = 0;
    }
  }
}
