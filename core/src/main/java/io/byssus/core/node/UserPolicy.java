package io.byssus.core.node;

/** How many sessions one user may have. Anonymous sessions are not counted. */
public sealed interface UserPolicy {
  record Unlimited() implements UserPolicy {}

  /**
   * Attached sessions count; one more is refused (too_many_sessions), detached ones make room,
   * oldest first.
   */
  record AtMost(int sessions) implements UserPolicy {
    public AtMost {
      if (sessions < 1) {
        throw new IllegalArgumentException("a user needs at least one session: " + sessions);
      }
    }
  }

  /** A new session ends all others of the user: their connections close with 4410 (replaced). */
  record NewestWins() implements UserPolicy {}
}
