package io.byssus.redis;

import io.byssus.redis.RedisAddress.Host;
import java.util.List;
import java.util.Set;

/**
 * Which primary has which partition.
 *
 * @param primaries of each partition
 * @param safeReplicas how many replicas must have a write so that no failover loses it; 0: all that
 *     follow the primary
 * @param moving partitions on their way to another primary
 */
record Layout(List<Host> primaries, int safeReplicas, Set<Integer> moving) {
  Layout {
    primaries = List.copyOf(primaries);
    moving = Set.copyOf(moving);
  }

  static Layout one(Host primary, int safeReplicas) {
    return new Layout(
        java.util.Collections.nCopies(Keys.PARTITIONS, primary), safeReplicas, Set.of());
  }
}
