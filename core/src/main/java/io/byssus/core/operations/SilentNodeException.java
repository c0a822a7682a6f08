package io.byssus.core.operations;

/** A node that was asked did not answer in time: what it was asked may have been done or not. */
public final class SilentNodeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SilentNodeException(String node) {
    super("node " + node + " did not answer", null, false, false);
  }
}
