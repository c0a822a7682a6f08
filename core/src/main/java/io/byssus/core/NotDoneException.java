package io.byssus.core;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A stage of an engine that failed with this has surely changed nothing: it may be tried again as
 * it was. Any other failure leaves open whether the step was done.
 */
public final class NotDoneException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Whether {@code failure} is of this kind, be it wrapped as stages wrap what they failed with.
   */
  public static boolean is(@Nullable Throwable failure) {
    var cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof NotDoneException;
  }

  public NotDoneException(String message) {
    super(message);
  }

  /** For a step that was not begun, because one before it has failed. */
  public NotDoneException(String message, Throwable cause) {
    super(message, cause);
  }
}
