package io.byssus.core.session;

/** The answer to a write under a lease. */
public enum Fence {
  /** The lease was the newest; the write is done. */
  HELD,
  /** The session is gone or someone else holds it now; nothing was written. */
  LOST
}
