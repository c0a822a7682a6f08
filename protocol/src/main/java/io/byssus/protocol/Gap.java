package io.byssus.protocol;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

  private static final Map<String, Gap> BY_WIRE =
      Stream.of(values()).collect(Collectors.toUnmodifiableMap(Gap::wire, Function.identity()));

  private final String wire = name().toLowerCase(Locale.ROOT);

  public static Optional<Gap> of(String wire) {
    return Optional.ofNullable(BY_WIRE.get(wire));
  }

  public String wire() {
    return wire;
  }
}
