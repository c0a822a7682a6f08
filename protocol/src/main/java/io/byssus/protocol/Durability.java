package io.byssus.protocol;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How safe a publication is when it is acknowledged; a later constant promises more. */
public enum Durability {
  /** In the memory of the engine's primary. */
  ACCEPTED,
  /** Also in as many replicas as a failover may need. */
  REPLICATED,
  /** Also on disk. */
  FSYNCED;

  private static final Map<String, Durability> BY_WIRE =
      Stream.of(values())
          .collect(Collectors.toUnmodifiableMap(Durability::wire, Function.identity()));

  private final String wire = name().toLowerCase(Locale.ROOT);

  public static Optional<Durability> of(String wire) {
    return Optional.ofNullable(BY_WIRE.get(wire));
  }

  public String wire() {
    return wire;
  }
}
