package io.byssus.transport;

/** A socket that holds memory for its peer. Confined to its event loop. */
interface Holder {
  /** Tells its {@link Holders} what it holds now, if that has changed. */
  void weigh();

  /** What it holds and what waits behind that, in bytes. */
  long holds();

  /** Ends it at once: there is no memory to wait for its peer. */
  void letGo();
}
