package io.byssus.core.lane;

import java.util.List;

/** All lanes of a node. A channel has one lane for its feed, picked by its name. */
public record Lanes(List<Lane> all) {
  public Lanes {
    all = List.copyOf(all);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("a node needs at least one lane");
    }
  }

  /** The lane that {@code name} hashes to: always the same one. */
  public Lane of(String name) {
    return all.get(Math.floorMod(name.hashCode() * 0x9E3779B9, all.size()));
  }
}
