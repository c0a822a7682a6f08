package io.byssus.redis;

import io.byssus.redis.RedisAddress.Host;
import java.util.List;

/**
 * Which primary has which partition.
 *
 * @param primaries of each partition
 * @param safeReplicas how many replicas must have a write so that no failover loses it; 0: all that
 *     follow the primary
 */
record Layout(List<Host> primaries, int safeReplicas) {
  Layout {
    primaries = List.copyOf(primaries);
  }

  static Layout one(Host primary, int safeReplicas) {
    return new Layout(java.util.Collections.nCopies(Keys.PARTITIONS, primary), safeReplicas);
  }
}
