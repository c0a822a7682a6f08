package io.byssus.core;

/**
 * A stage of an engine that failed with this has surely changed nothing: it may be tried again as
 * it was. Any other failure leaves open whether the step was done.
 */
public final class NotDoneException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NotDoneException(String message) {
    super(message);
  }
}
