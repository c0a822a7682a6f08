package io.byssus.core.operations;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A node that was asked did not answer in time: what it was asked may have been done or not. */
public final class SilentNodeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SilentNodeException(String node) {
    super("node " + node + ", which was to do it, did not answer", null, false, false);
  }

  /** Who did not answer, for a person. */
  static String wordsIn(@Nullable Throwable failure) {
    var cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof SilentNodeException silent
        ? String.valueOf(silent.getMessage())
        : "the engine did not answer";
  }
}
