package io.byssus.redis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What the engine is told about Redis.
 *
 * @param access user and password here count, and not those of the address
 * @param timeout how long a command may go unanswered before its connection is given up
 * @param replicas how many replicas must have a publication before it counts as replicated; 0: as
 *     many as the layout needs
 * @param prefix what all names in Redis begin with: clusters of nodes that share a database have
 *     different ones
 */
public record RedisSettings(
    RedisAddress address, RedisAccess access, Duration timeout, int replicas, String prefix) {
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMillis(1500);
  public static final String DEFAULT_PREFIX = Keys.DEFAULT_PREFIX;

  public RedisSettings {
    checkPrefix(prefix);
  }

  /**
   * With user and password of the address.
   *
   * @param authorities as in {@link RedisAccess}
   */
  public RedisSettings(
      RedisAddress address,
      Optional<Path> authorities,
      Duration timeout,
      int replicas,
      String prefix) {
    this(address, RedisAccess.of(address, authorities), timeout, replicas, prefix);
  }

  /**
   * @throws IllegalArgumentException with a sentence that says how a prefix is written
   */
  public static void checkPrefix(String prefix) {
    var _ = new Keys(prefix, 0);
  }

  Keys keys() {
    return new Keys(prefix, address.database());
  }
}
