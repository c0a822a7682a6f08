package io.byssus.core.simulation;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** What must hold, each with the name under which a run says that it does not. */
enum Check {
  /** What a client hears is in order, without holes and single, and all of it comes. */
  DELIVERY,
  /** Who has gone on healthy can come back. */
  COMES_BACK,
  /** Every command is answered. */
  ANSWERED,
  /** While all is well nothing is unavailable or unknown. */
  WELL,
  /** What was surely not done is not told as unknown. */
  SURELY_NOT_DONE,
  /** What was refused has changed nothing; what was confirmed is there. */
  OUTCOME,
  /** A channel that was left is not joined by a resume. */
  LEFT,
  /** A subscriber of a channel that keeps the latest ends with the latest. */
  LATEST,
  /** Nobody who answers is given up as silent. */
  NOT_SILENT,
  /** Nobody is closed as slow for what it reads of the past. */
  NOT_SLOW,
  /** Every node is ready when all is well: its lanes deliver, and its leases are checked. */
  READY,
  /** Nobody is degraded when the engine is back. */
  DEGRADED,
  /** Who lost a session to another connection is closed. */
  GHOST,
  /** A user whose sessions are all gone may come again. */
  TOO_MANY_SESSIONS,
  /** The directory lists the sessions by user and tags. */
  DIRECTORY,
  /** Presence shows who is attached and subscribed. */
  PRESENCE,
  /** A session that is attached in the store is held by a node. */
  ATTACHED_TO_NOBODY,
  /** What is attached outlives the engine's memory. */
  HEALED,
  /** The store knows the subscriptions that the client has. */
  SUBSCRIPTIONS,
  /** What a client makes the store remember is bounded and true. */
  NONSENSE,
  /** The end of an outage costs each session few reads. */
  CATCH_UP,
  /** Sessions whose time has passed are gone soon, however many. */
  SWEEP,
  /** Whatever is thrown on a lane is told. */
  SWALLOWED,
  /** Nothing fails on a lane but what a misfortune throws. */
  FAILED_TASK,
  /** Nobody listens to a channel that nobody is subscribed to. */
  LISTENERS,
  /** No feed, audience, gate, dispatcher or attachment is left. */
  LEFT_BEHIND,
  /** All frames are released. */
  FRAMES,
  /** The periodic timers, and no others, are left. */
  TIMERS;

  /** Not demanded yet. */
  private static final Set<Check> NOT_YET = named(EnumSet.noneOf(Check.class));

  boolean demanded() {
    return !NOT_YET.contains(this);
  }

  private static Set<Check> named(Set<Check> otherwise) {
    var names = System.getProperty("byssus.unchecked");
    if (names == null) {
      return otherwise;
    }
    var named = EnumSet.noneOf(Check.class);
    Arrays.stream(names.split(","))
        .filter(n -> !n.isEmpty())
        .map(Check::valueOf)
        .forEach(named::add);
    return named;
  }

  /** Thrown by a run in which it does not hold. */
  static final class Broken extends AssertionError {
    private static final long serialVersionUID = 1;
    private final Check check;

    Broken(Check check, String how) {
      super(check + ": " + how);
      this.check = check;
    }

    Check check() {
      return check;
    }
  }
}
