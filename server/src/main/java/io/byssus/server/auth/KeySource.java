package io.byssus.server.auth;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Where keys come from, and those that came. Thread-safe. */
interface KeySource {
  /** The newest. Never waits. */
  KeySet keys();

  /** Finds out whether they have changed, if it is time to. Called now and then on one thread. */
  void look();

  /**
   * A token was signed with a key that is not among {@link #keys}: whether there are others by now.
   * Empty: it may not be asked, as it never has others or was asked a moment ago.
   *
   * @return done when it was asked; never fails
   */
  Optional<CompletionStage<Void>> ask();

  /** Why {@link #keys} may not be all there are; empty if they are. For the operator. */
  Optional<String> trouble();

  /** The key of the configuration that names it. */
  String path();
}
