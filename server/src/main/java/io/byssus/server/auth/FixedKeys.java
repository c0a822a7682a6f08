package io.byssus.server.auth;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Keys that stand in the configuration itself. */
record FixedKeys(String path, KeySet keys) implements KeySource {
  @Override
  public void look() {
    // Never others.
  }

  @Override
  public Optional<CompletionStage<Void>> ask() {
    return Optional.empty();
  }

  @Override
  public Optional<String> trouble() {
    return Optional.empty();
  }
}
