package io.byssus.redis;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a node gets into Redis and into its Sentinels. All files are read anew before each
 * connection.
 *
 * @param redis as whom into Redis
 * @param sentinels as whom into the Sentinels; empty: as nobody, and as into Redis where they
 *     insist
 * @param sentinelTls whether it is TLS to the Sentinels; to Redis the address says
 * @param authorities PEM file of the certificate authorities to trust; empty: the JVM's
 * @param certificate what the node shows of itself where it is asked for a certificate
 */
public record RedisAccess(
    RedisLogin redis,
    Optional<RedisLogin> sentinels,
    boolean sentinelTls,
    Optional<Path> authorities,
    Optional<RedisCertificate> certificate) {

  /** What the address says. */
  public static RedisAccess of(RedisAddress address, Optional<Path> authorities) {
    return new RedisAccess(
        new RedisLogin(address.user(), RedisPassword.of(address.password())),
        Optional.empty(),
        address.tls(),
        authorities,
        Optional.empty());
  }
}
