package io.byssus.core;

import java.util.List;

/**
 * What a node holds for its clients in all, by kind.
 *
 * @param sending what waits for slow readers, in outboxes and in the transport, and messages that
 *     have not come in as a whole; the slowest are let go of
 * @param sessions connections and sessions with all that they carry, and commands that wait;
 *     newcomers are refused, then what would make a session larger: unavailable
 * @param histories channels and what is kept of them, by the memory engine; those go that hold the
 *     most and are used the least
 * @param inboxes directed messages, in the memory engine; error inbox_full
 */
public record Budgets(Budget sending, Budget sessions, Budget histories, Budget inboxes) {
  /** A connection without a session; what the transport has for it, it counts itself. */
  public static final int CONNECTION_BYTES = 1_024;

  public static Budgets unbounded() {
    return new Budgets(
        Budget.unbounded("sending"),
        Budget.unbounded("sessions"),
        Budget.unbounded("histories"),
        Budget.unbounded("inboxes"));
  }

  public List<Budget> all() {
    return List.of(sending, sessions, histories, inboxes);
  }

  /** Whether there is room for somebody who is not here yet. */
  public boolean welcome() {
    return !sending.exceeded() && sessions.offersNewcomer(CONNECTION_BYTES);
  }
}
