package io.byssus.core.node;

import io.byssus.core.RateLimit;

/**
 * The rate limit of a connection's commands, with a verdict on each. Pure: the connection keeps one
 * number, the time up to which it has <em>paid</em>, and time comes in.
 */
final class CommandRate {
  private final long nsPerToken;
  private final long burstNs;

  CommandRate(int perSecond, int burst) {
    this.nsPerToken = RateLimit.costNs(perSecond);
    this.burstNs = nsPerToken * burst;
  }

  enum Taken {
    YES,
    /** Over the limit. */
    NO,
    /** Over it by a whole burst: the client does not listen. */
    ABUSE
  }

  /** Up to when is paid once one more is taken. */
  long take(long paidUntil, long now) {
    return RateLimit.spend(paidUntil, now, nsPerToken);
  }

  /** Whether what was {@link #take taken} last was within the limit. */
  Taken judge(long paidUntil, long now) {
    var debt = paidUntil - now;
    if (debt <= burstNs) {
      return Taken.YES;
    }
    return debt <= 2 * burstNs ? Taken.NO : Taken.ABUSE;
  }

  /** What was taken has turned out to cost more; never so much that the next one is abuse. */
  long spend(long paidUntil, int tokens, long now) {
    var most = Math.max(paidUntil, now + burstNs);
    return Math.min(RateLimit.spend(paidUntil, now, nsPerToken * tokens), most);
  }
}
