package io.byssus.protocol;

import java.util.Locale;

/** How safe a publication is when it is acknowledged; a later constant promises more. */
public enum Durability {
  /** In the memory of the engine's primary. */
  ACCEPTED,
  /** Also in as many replicas as a failover may need. */
  REPLICATED,
  /** Also on disk. */
  FSYNCED;

  private final String wire = name().toLowerCase(Locale.ROOT);

  public String wire() {
    return wire;
  }
}
