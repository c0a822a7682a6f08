package io.byssus.server.auth;

/** Hears why clients were not let in. Called from any thread: must neither block nor throw. */
@FunctionalInterface
public interface TokenObserver {
  TokenObserver NONE = (reason, why) -> {};

  /**
   * @param why a clause for people, with neither the token nor its user in it; may hold a
   *     stranger's words, of any length
   */
  void refused(TokenRefusal reason, String why);

  /** Both hear the same, in this order. */
  static TokenObserver both(TokenObserver first, TokenObserver second) {
    return (reason, why) -> {
      first.refused(reason, why);
      second.refused(reason, why);
    };
  }
}
