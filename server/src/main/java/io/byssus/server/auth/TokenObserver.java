package io.byssus.server.auth;

/** Hears what became of tokens and keys. Called from any thread: must neither block nor throw. */
public interface TokenObserver {
  TokenObserver NONE = new TokenObserver() {};

  /**
   * A client was not let in.
   *
   * @param why a clause for people, with neither the token nor its user in it; may hold a
   *     stranger's words, of any length
   */
  default void refused(TokenRefusal reason, String why) {}

  /** A signature was good. */
  default void verified() {}

  /** A token had been verified before, and still holds. */
  default void recognized() {}

  /**
   * Other keys are good from here on.
   *
   * @param path the key of the configuration that names where they are
   */
  default void keysChanged(String path, int keys) {}

  /**
   * Keys could not be read.
   *
   * @param why a sentence for people
   */
  default void keysFailed(String path, String why) {}

  /** Both hear the same, in this order. */
  static TokenObserver both(TokenObserver first, TokenObserver second) {
    return new TokenObserver() {
      @Override
      public void refused(TokenRefusal reason, String why) {
        first.refused(reason, why);
        second.refused(reason, why);
      }

      @Override
      public void verified() {
        first.verified();
        second.verified();
      }

      @Override
      public void recognized() {
        first.recognized();
        second.recognized();
      }

      @Override
      public void keysChanged(String path, int keys) {
        first.keysChanged(path, keys);
        second.keysChanged(path, keys);
      }

      @Override
      public void keysFailed(String path, String why) {
        first.keysFailed(path, why);
        second.keysFailed(path, why);
      }
    };
  }
}
