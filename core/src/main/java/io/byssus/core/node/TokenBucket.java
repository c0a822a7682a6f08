package io.byssus.core.node;

import io.byssus.core.RateLimit;

/** The rate limit of one connection's commands, with a verdict on each. Time comes in. */
final class TokenBucket {
  private final long nsPerToken;
  private final long burstNs;

  /** The time at which the bucket was, or will be, full to the brim minus what was taken. */
  private long paidUntil;

  TokenBucket(int perSecond, int burst, long now) {
    this.nsPerToken = RateLimit.costNs(perSecond);
    this.burstNs = nsPerToken * burst;
    this.paidUntil = now;
  }

  enum Taken {
    YES,
    /** Over the limit. */
    NO,
    /** Over it by a whole burst: the client does not listen. */
    ABUSE
  }

  Taken take(long now) {
    paidUntil = RateLimit.spend(paidUntil, now, nsPerToken);
    var debt = paidUntil - now;
    if (debt <= burstNs) {
      return Taken.YES;
    }
    return debt <= 2 * burstNs ? Taken.NO : Taken.ABUSE;
  }

  /** What was taken has turned out to cost more; never so much that the next one is abuse. */
  void spend(int tokens, long now) {
    var most = Math.max(paidUntil, now + burstNs);
    paidUntil = Math.min(RateLimit.spend(paidUntil, now, nsPerToken * tokens), most);
  }
}
