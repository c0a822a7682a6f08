package io.byssus.protocol;

/** What became of a request to read on from a position. */
public sealed interface Recovery {
  NotAsked NOT_ASKED = new NotAsked();
  Complete COMPLETE = new Complete();

  /** No position was given. */
  record NotAsked() implements Recovery {}

  /** Nothing is missing: every item after the position follows, once, in order. */
  record Complete() implements Recovery {}

  /** Something is missing, for this reason; what is there behind it follows. */
  record Lost(Gap reason) implements Recovery {}
}
