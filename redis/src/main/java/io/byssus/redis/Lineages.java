package io.byssus.redis;

import java.util.Collection;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** The lineages of the primaries that live, where there are several. Thread-safe. */
final class Lineages {
  private final boolean several;

  /** Those that ended when a replica took over: no living primary has them. */
  private final Set<String> ended = new HashSet<>();

  private volatile String living = "";

  /**
   * @param several false where there is one primary: there nothing is moved whole from one that
   *     lives
   */
  Lineages(boolean several) {
    this.several = several;
  }

  synchronized void end(String lineage, Collection<Shard> shards) {
    ended.add(lineage);
    count(shards);
  }

  /** Under one lock, so that nobody who began before a lineage ended brings it back. */
  synchronized void count(Collection<Shard> shards) {
    if (several) {
      living =
          shards.stream()
              .map(Shard::link)
              .filter(Objects::nonNull)
              .map(link -> link.lineage)
              .filter(lineage -> !ended.contains(lineage))
              .collect(Collectors.joining(" "));
    }
  }

  /** All in one string; empty where there is one primary. */
  String living() {
    return living;
  }
}
