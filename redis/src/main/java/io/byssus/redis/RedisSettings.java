package io.byssus.redis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What the engine is told about Redis.
 *
 * @param authorities PEM file of the certificate authorities to trust; empty: the JVM's
 * @param timeout how long a command may go unanswered before its connection is given up
 * @param replicas how many replicas must have a publication before it counts as replicated; 0: as
 *     many as the layout needs
 */
public record RedisSettings(
    RedisAddress address, Optional<Path> authorities, Duration timeout, int replicas) {
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMillis(1500);
}
