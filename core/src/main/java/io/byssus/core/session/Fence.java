package io.byssus.core.session;

/** The answer to a write under a lease. */
public enum Fence {
  /** The lease holds; the write is done. */
  HELD,
  /** The session is gone, or the lease was superseded or given back; nothing was written. */
  LOST
}
