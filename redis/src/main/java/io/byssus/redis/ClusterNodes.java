package io.byssus.redis;

import io.byssus.redis.RedisAddress.Host;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** Asks the nodes of a Redis Cluster, one after the other, which slots each has. */
final class ClusterNodes implements Discovery {
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final Clients clients;
  private final List<Host> seeds;
  private final LinkedHashSet<Host> known = new LinkedHashSet<>();
  private final Map<Host, StatefulRedisConnection<String, byte[]>> connections = new HashMap<>();

  ClusterNodes(RedisAddress address, Clients clients) {
    this.clients = clients;
    this.seeds = address.hosts();
  }

  @Override
  public synchronized Layout find() throws RedisUnavailableException {
    var toAsk = new LinkedHashSet<>(known);
    toAsk.addAll(seeds);
    var trouble = "";
    Layout best = null;
    long newest = -1;
    for (var host : toAsk) {
      try {
        var redis = connection(host).sync();
        var info = Replication.fields(redis.clusterInfo());
        if (!"ok".equals(info.get("cluster_state"))) {
          trouble = host + " says that the cluster is not ok";
          continue;
        }
        // The one that has heard of the latest change knows best.
        var epoch = Long.parseLong(info.getOrDefault("cluster_current_epoch", "0"));
        if (epoch > newest) {
          best = layout(host, redis.clusterSlots());
          newest = epoch;
        }
      } catch (RedisException e) {
        forget(host);
        trouble = host + ": " + Clients.reason(e);
      }
    }
    if (best == null) {
      throw new RedisUnavailableException(
          "no node of the Redis Cluster " + seeds + " answers as one; " + trouble);
    }
    known.clear();
    known.addAll(best.primaries());
    connections.keySet().stream()
        .filter(host -> !known.contains(host) && !seeds.contains(host))
        .toList()
        .forEach(this::forget);
    return best;
  }

  private StatefulRedisConnection<String, byte[]> connection(Host host) {
    var open = connections.get(host);
    if (open != null && open.isOpen()) {
      return open;
    }
    var made = clients.commands(host);
    connections.put(host, made);
    return made;
  }

  private void forget(Host host) {
    var connection = connections.remove(host);
    if (connection != null) {
      connection.closeAsync();
    }
  }

  /**
   * Of {@code CLUSTER SLOTS}: first slot, last slot, then address and port of primary, replicas.
   */
  private static Layout layout(Host asked, List<Object> ranges) throws RedisUnavailableException {
    var primaries = new ArrayList<Host>();
    for (int partition = 0; partition < Keys.PARTITIONS; partition++) {
      var slot = SlotHash.getSlot(Keys.tag(partition));
      primaries.add(
          ranges.stream()
              .map(range -> (List<?>) range)
              .filter(range -> (Long) range.get(0) <= slot && slot <= (Long) range.get(1))
              .map(range -> host(asked, (List<?>) range.get(2)))
              .findAny()
              .orElseThrow(() ->
                  new RedisUnavailableException(
                      "no node of the Redis Cluster has slot " + slot + ", says " + asked)));
    }
    return new Layout(primaries, 0);
  }

  private static Host host(Host asked, List<?> node) {
    var name = node.get(0) instanceof byte[] text ? Packed.text(text) : "";
    // A node that does not know its own address leaves it out: it is where we asked.
    return new Host(name.isEmpty() ? asked.name() : name, ((Long) node.get(1)).intValue());
  }

  @Override
  public Duration every() {
    return EVERY;
  }

  @Override
  public synchronized void close() {
    connections.values().forEach(StatefulRedisConnection::closeAsync);
    connections.clear();
  }
}
