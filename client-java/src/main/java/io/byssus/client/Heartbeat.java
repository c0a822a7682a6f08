package io.byssus.client;

/**
 * When to ask for a sign of life, and when a connection counts as dead: nothing heard for an
 * interval, ask; nothing heard for a timeout after that, dead. Knows no clock: times are {@link
 * Lane#nanoTime}.
 */
final class Heartbeat {
  /** What is to be done now. */
  enum Due {
    WAIT,
    PING,
    DEAD
  }

  /** Whoever looks so late did not listen either: an answer may be there and not be read yet. */
  private static final long LATE_NS = 1_000_000_000;

  private final long timeoutNs;
  private long intervalNs;
  private long heardNs;
  private long askedNs;
  private boolean asked;

  Heartbeat(long intervalNs, long timeoutNs, long nowNs) {
    this.intervalNs = intervalNs;
    this.timeoutNs = timeoutNs;
    this.heardNs = nowNs;
  }

  /** Returns whether this answered a question. */
  boolean heard(long nowNs) {
    var answer = asked;
    heardNs = nowNs;
    asked = false;
    return answer;
  }

  /** From the next silence on. */
  void interval(long newIntervalNs) {
    intervalNs = newIntervalNs;
  }

  /** After {@link Due#PING} it counts as asked. */
  Due due(long nowNs) {
    if (asked) {
      var lateNs = nowNs - askedNs - timeoutNs;
      if (lateNs < LATE_NS) {
        return lateNs >= 0 ? Due.DEAD : Due.WAIT;
      }
      asked = false;
      return ask(nowNs);
    }
    if (nowNs - heardNs < intervalNs) {
      return Due.WAIT;
    }
    return ask(nowNs);
  }

  /** Asks now, without waiting for the interval. */
  Due ask(long nowNs) {
    if (asked) {
      return Due.WAIT;
    }
    asked = true;
    askedNs = nowNs;
    return Due.PING;
  }

  /** How long nothing has been heard. */
  long silentNs(long nowNs) {
    return nowNs - heardNs;
  }

  /** When {@link #due} has something else to say than WAIT, if nothing is heard. */
  long nextNs() {
    return asked ? askedNs + timeoutNs : heardNs + intervalNs;
  }
}
