package io.byssus.transport;

/**
 * A rate limit whose state is one number, the time at which the budget is full again (the generic
 * cell rate algorithm). The limit is shared; whoever is limited keeps the number.
 */
record Rate(long costNs, long budgetNs) {
  static Rate of(int perSecond, int burst) {
    var cost = 1_000_000_000L / perSecond;
    return new Rate(cost, cost * burst);
  }

  /** The new number after one more event at {@code now}. */
  long spend(long fullAt, long now) {
    return (fullAt - now > 0 ? fullAt : now) + costNs;
  }

  boolean exceeded(long fullAt, long now) {
    return fullAt - now > budgetNs;
  }
}
