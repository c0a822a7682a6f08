package io.byssus.redis;

import java.util.List;

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

  /** For people and logs: without the password. */
  @Override
  public String toString() {
    return kind.name().toLowerCase(java.util.Locale.ROOT) + ' ' + hosts;
  }
}
