package io.byssus.redis;

import io.byssus.redis.Link.Health;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections to primaries, and says why one cannot be used. Without state, and blocks:
 * called on virtual threads.
 */
final class LinkOpener {
  private static final Logger LOG = LoggerFactory.getLogger(LinkOpener.class);
  private static final int MAJOR_LEAST = 7;

  private final Clients clients;
  private final Duration timeout;
  private final Consumer<String> former;

  /**
   * @param former told of each lineage that ended when a replica took over
   */
  LinkOpener(Clients clients, Duration timeout, Consumer<String> former) {
    this.clients = clients;
    this.timeout = timeout;
    this.former = former;
  }

  /**
   * Blocks.
   *
   * @param lost run when the connection is lost, or given up
   */
  Link open(Shard shard, Runnable lost) throws RedisUnavailableException {
    StatefulRedisConnection<String, byte[]> connection;
    try {
      connection = clients.commands(shard.host);
    } catch (DeniedException e) {
      throw new RedisUnavailableException(
          "Redis at " + shard.host + " cannot be used: " + e.getMessage());
    } catch (RedisException e) {
      throw new RedisUnavailableException(
          "cannot connect to Redis at "
              + shard.host
              + ": "
              + Clients.reason(e)
              + ". Does it run there, and may this machine reach it?");
    }
    try {
      return open(shard, lost, connection, clients.commands(shard.host));
    } catch (RedisException e) {
      connection.closeAsync();
      throw new RedisUnavailableException(
          "Redis at " + shard.host + " cannot be used: " + Clients.reason(e));
    } catch (RedisUnavailableException | RuntimeException e) {
      connection.closeAsync();
      throw e;
    }
  }

  private Link open(
      Shard shard,
      Runnable lost,
      StatefulRedisConnection<String, byte[]> connection,
      StatefulRedisConnection<String, byte[]> aside)
      throws RedisUnavailableException {
    try {
      return link(shard, lost, connection, aside);
    } catch (RedisUnavailableException | RuntimeException e) {
      aside.closeAsync();
      throw e;
    }
  }

  private Link link(
      Shard shard,
      Runnable lost,
      StatefulRedisConnection<String, byte[]> connection,
      StatefulRedisConnection<String, byte[]> aside)
      throws RedisUnavailableException {
    var redis = connection.sync();
    var server = Replication.fields(redis.info("server"));
    var version = server.getOrDefault("redis_version", "0");
    if (Integer.parseInt(version.substring(0, Math.max(1, version.indexOf('.')))) < MAJOR_LEAST) {
      throw new RedisUnavailableException(
          "Redis at "
              + shard.host
              + " is too old: "
              + version
              + ". Byssus needs Redis "
              + MAJOR_LEAST
              + ".0 or newer, or Valkey.");
    }
    var replication = Replication.of(redis.info("replication"));
    if (!replication.primary()) {
      throw new RedisUnavailableException(
          "Redis at "
              + shard.host
              + " is a replica: name the primary, or the Sentinels with"
              + " redis-sentinel://…");
    }
    if (replication.lineage().isEmpty()) {
      throw new RedisUnavailableException(
          "Redis at "
              + shard.host
              + " does not say its master_replid in INFO replication, as some proxies leave it out."
              + " Without it a node cannot see that a failover lost something: name the Redis"
              + " itself, its Sentinels or its Cluster.");
    }
    if (!replication.former().isEmpty()) {
      former.accept(replication.former());
    }
    if (shard.failures == 0 && shard.link() == null) {
      warnOfEviction(shard, Replication.fields(redis.info("memory")));
    }
    var before = System.nanoTime();
    var time = redis.time();
    var health = Health.of(time, before, System.nanoTime(), replication.replicas());
    var loading = new ArrayList<RedisFuture<String>>();
    for (var script : Script.values()) {
      loading.add(connection.async().scriptLoad(script.source));
    }
    new Answers(timeout).await(loading);
    return new Link(
        shard.host,
        connection,
        aside,
        replication,
        fsyncs(version, Replication.fields(redis.info("persistence"))),
        health,
        lost);
  }

  private static boolean fsyncs(String version, Map<String, String> persistence) {
    var parts = version.split("\\.");
    var major = Integer.parseInt(parts[0]);
    var minor = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
    return (major > MAJOR_LEAST || minor >= 2) && "1".equals(persistence.get("aof_enabled"));
  }

  private static void warnOfEviction(Shard shard, Map<String, String> memory) {
    var policy = memory.getOrDefault("maxmemory_policy", "noeviction");
    if (!"noeviction".equals(policy) && !"0".equals(memory.get("maxmemory"))) {
      LOG.warn(
          "Redis at {} has maxmemory-policy {}: when it is full it drops sessions and messages that"
              + " were acknowledged. Set it to noeviction.",
          shard.host,
          policy);
    }
  }
}
