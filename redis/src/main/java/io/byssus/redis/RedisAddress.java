package io.byssus.redis;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Where Redis is.
 *
 * @param hosts of Redis itself, or of its Sentinels, or of some nodes of its Cluster
 * @param primary what the Sentinels call the primary; empty without Sentinels
 * @param database 0 in a Cluster
 * @param user empty for the default user
 * @param password empty for none
 */
public record RedisAddress(
    Kind kind,
    List<Host> hosts,
    String primary,
    int database,
    boolean tls,
    String user,
    String password) {
  /** How Redis is deployed. */
  public enum Kind {
    STANDALONE,
    SENTINEL,
    CLUSTER
  }

  /** One socket address. */
  public record Host(String name, int port) {
    @Override
    public String toString() {
      return name.contains(":") ? '[' + name + "]:" + port : name + ':' + port;
    }
  }

  public RedisAddress {
    hosts = List.copyOf(hosts);
  }

  /**
   * Reads one of
   *
   * <pre>
   * redis://[USER[:PASSWORD]@]HOST[:6379][/DATABASE]
   * redis-sentinel://[USER[:PASSWORD]@]HOST[:26379][,HOST…]/PRIMARY[/DATABASE]
   * redis-cluster://[USER[:PASSWORD]@]HOST[:6379][,HOST…]
   * </pre>
   *
   * With {@code rediss} in place of {@code redis} it is TLS; {@code valkey} and {@code valkeys}
   * mean the same. Host names of IPv6 stand in brackets. In user and password, what has a meaning
   * in a URL is written with a percent sign and two hexadecimal digits.
   *
   * @throws IllegalArgumentException with a sentence that says what is wrong and how it is written;
   *     nothing in it can be a password
   */
  public static RedisAddress parse(String url) {
    return new RedisUrl(url).address();
  }

  /** For people and logs: the URL without user and password. */
  @Override
  public String toString() {
    var path = (primary.isEmpty() ? "" : "/" + primary) + (database == 0 ? "" : "/" + database);
    return RedisUrl.scheme(kind, tls)
        + "://"
        + hosts.stream().map(Host::toString).collect(Collectors.joining(","))
        + path;
  }
}
