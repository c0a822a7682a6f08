package io.byssus.core;

/**
 * A rate limit whose state is one number, the time at which the budget is full again (the generic
 * cell rate algorithm). The limit is shared; whoever is limited keeps the number. Time comes in.
 *
 * @param costNs of one event
 * @param budgetNs what may be spent at once
 */
public record RateLimit(long costNs, long budgetNs) {
  private static final long SECOND_NS = 1_000_000_000;

  /**
   * @param perSecond how many, on average
   * @param burst how many at once
   */
  public static RateLimit of(int perSecond, int burst) {
    var cost = costNs(perSecond);
    return new RateLimit(cost, cost * burst);
  }

  /** What one of so many a second costs. */
  public static long costNs(int perSecond) {
    return SECOND_NS / perSecond;
  }

  /** The new number after something that costs {@code costNs} at {@code now}. */
  public static long spend(long fullAt, long now, long costNs) {
    return (fullAt - now > 0 ? fullAt : now) + costNs;
  }

  /** The new number after one more event at {@code now}. */
  public long spend(long fullAt, long now) {
    return spend(fullAt, now, costNs);
  }

  public boolean exceeded(long fullAt, long now) {
    return fullAt - now > budgetNs;
  }
}
