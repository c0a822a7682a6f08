package io.byssus.redis;

import io.byssus.redis.RedisAddress.Host;
import io.lettuce.core.RedisException;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Asks Sentinels which server is the primary, each every time: none of them has to be heard from to
 * learn of a failover. More than half of them must name the same one: after a restart of everything
 * they may disagree for a while.
 */
final class Sentinels implements Discovery {
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final RedisAddress address;
  private final Clients clients;
  private final Map<Host, StatefulRedisSentinelConnection<String, String>> connections =
      new HashMap<>();

  Sentinels(RedisAddress address, Clients clients) {
    this.address = address;
    this.clients = clients;
  }

  @Override
  public synchronized Layout find() throws RedisUnavailableException {
    var votes = new LinkedHashMap<Host, Integer>();
    var safe = 0;
    var trouble = "";
    for (var sentinel : address.hosts()) {
      try {
        var connection = connection(sentinel);
        var named = named(connection);
        if (named.isPresent()) {
          votes.merge(named.get(), 1, Integer::sum);
          safe = Math.max(safe, safeReplicas(connection));
        } else {
          trouble = sentinel + " knows no primary called '" + address.primary() + "'";
        }
      } catch (RedisException e) {
        forget(sentinel);
        trouble = sentinel + ": " + Clients.reason(e);
      }
    }
    for (var vote : votes.entrySet()) {
      if (vote.getValue() * 2 > address.hosts().size()) {
        return Layout.one(vote.getKey(), safe);
      }
    }
    throw new RedisUnavailableException(
        votes.isEmpty()
            ? "no Sentinel of " + address.hosts() + " tells the primary; " + trouble
            : "no majority of the Sentinels " + address.hosts() + " names one primary: " + votes);
  }

  private StatefulRedisSentinelConnection<String, String> connection(Host sentinel) {
    var known = connections.get(sentinel);
    if (known != null && known.isOpen()) {
      return known;
    }
    var made = clients.sentinel(sentinel);
    connections.put(sentinel, made);
    return made;
  }

  private void forget(Host sentinel) {
    var connection = connections.remove(sentinel);
    if (connection != null) {
      connection.closeAsync();
    }
  }

  private Optional<Host> named(StatefulRedisSentinelConnection<String, String> sentinel) {
    return sentinel.sync().getMasterAddrByName(address.primary())
            instanceof InetSocketAddress primary
        ? Optional.of(new Host(primary.getHostString(), primary.getPort()))
        : Optional.empty();
  }

  /**
   * A Sentinel beside each data node lets only a majority of the data nodes promote a replica, and
   * the one with the most data of them: then it is enough that a majority has a write. In any other
   * layout all replicas must have it.
   */
  private int safeReplicas(StatefulRedisSentinelConnection<String, String> sentinel) {
    var primary = sentinel.sync().master(address.primary());
    var replicas = Integer.parseInt(primary.getOrDefault("num-slaves", "0"));
    var sentinels = Integer.parseInt(primary.getOrDefault("num-other-sentinels", "0")) + 1;
    var dataNodes = replicas + 1;
    return sentinels == dataNodes ? dataNodes / 2 : replicas;
  }

  @Override
  public Duration every() {
    return EVERY;
  }

  @Override
  public synchronized void close() {
    connections.values().forEach(StatefulRedisSentinelConnection::closeAsync);
    connections.clear();
  }
}
