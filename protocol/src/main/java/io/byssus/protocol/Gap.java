package io.byssus.protocol;

import java.util.Locale;

/** Why something between a client's position and the present is missing. */
public enum Gap {
  /** The kept publications were dropped because of their age. */
  EXPIRED,
  /** The kept publications were dropped because of their number. */
  TRIMMED,
  /** The stream was started anew since the position was handed out. */
  EPOCH,
  /** The client has seen items that the stream lost in a failover. */
  DIVERGED,
  /** More is missing than may be read again at once, or the client read too slowly. */
  OVERFLOW,
  /** The channel keeps nothing: what was published meanwhile is gone by design. */
  EPHEMERAL;

  private final String wire = name().toLowerCase(Locale.ROOT);

  public String wire() {
    return wire;
  }
}
