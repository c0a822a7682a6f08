package io.byssus.core.session;

/** Who made a subscription. */
public enum Origin {
  CLIENT,
  /** Somebody else did it for the client, who cannot take it back. */
  SERVER
}
