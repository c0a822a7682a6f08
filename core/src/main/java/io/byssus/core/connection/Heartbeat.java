package io.byssus.core.connection;

import java.time.Duration;

/**
 * When to ping a silent peer and when to give it up: pure policy, time comes in. Any inbound frame
 * counts as life, so a busy peer is never pinged.
 *
 * @param interval of silence after which a ping is sent
 * @param timeout how long to wait for any sign of life after the ping
 * @param adaptiveMin the shortest interval that a client may ask for
 * @param adaptiveMax the longest one
 */
public record Heartbeat(
    Duration interval, Duration timeout, Duration adaptiveMin, Duration adaptiveMax) {
  public static final Heartbeat DEFAULTS =
      new Heartbeat(
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(240));

  public Heartbeat {
    if (!interval.isPositive() || !timeout.isPositive() || adaptiveMin.compareTo(adaptiveMax) > 0) {
      throw new IllegalArgumentException(
          "not a heartbeat: every " + interval + ", time-out " + timeout);
    }
  }

  /** What to do now. */
  public enum Verdict {
    WAIT,
    PING,
    DEAD
  }

  /** The interval for a client that asks for {@code wishSeconds}; 0: it has no wish. */
  public Duration intervalFor(int wishSeconds) {
    if (wishSeconds == 0) {
      return interval;
    }
    var wish = Duration.ofSeconds(wishSeconds);
    if (wish.compareTo(adaptiveMin) < 0) {
      return adaptiveMin;
    }
    return wish.compareTo(adaptiveMax) > 0 ? adaptiveMax : wish;
  }

  /**
   * All times in ns of one ticker.
   *
   * @param heardAt when the peer was last heard
   * @param pingDueAt when silence has lasted long enough
   * @param pingedAt when the ping that is unanswered was sent; before {@code heardAt}: none is
   * @param judgeFrom before this nobody is dead: the node itself was not listening
   */
  public Verdict judge(long now, long heardAt, long pingDueAt, long pingedAt, long judgeFrom) {
    if (pingedAt - heardAt > 0) {
      var dead = now - pingedAt >= timeout.toNanos() && now - judgeFrom >= 0;
      return dead ? Verdict.DEAD : Verdict.WAIT;
    }
    return now - pingDueAt >= 0 ? Verdict.PING : Verdict.WAIT;
  }
}
