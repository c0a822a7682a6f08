package io.byssus.client;

import java.util.concurrent.CompletionStage;

/**
 * Where tokens come from: asked before each connection. Called on a pool of daemon threads, so that
 * it may block; it has 10 seconds, then the try counts as failed.
 */
@FunctionalInterface
public interface TokenSource {
  /**
   * A token, empty for none.
   *
   * @param refused whether the server has refused the last one, so that a cached one is no good
   */
  CompletionStage<String> token(boolean refused);
}
