package io.byssus.tools.trial;

/** The cluster cannot be had here; the message tells a person why and what to do. */
final class TrialFailure extends Exception {
  private static final long serialVersionUID = 1L;

  TrialFailure(String message) {
    super(message);
  }
}
