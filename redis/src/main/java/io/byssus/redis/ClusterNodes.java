package io.byssus.redis;

import io.byssus.redis.RedisAddress.Host;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the nodes of a Redis Cluster, all at once, which slots each has. */
final class ClusterNodes implements Discovery {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNodes.class);
  private static final Duration EVERY = Duration.ofSeconds(1);

  /** Of the line of the node itself in {@code CLUSTER NODES}: a slot on its way to another. */
  private static final Pattern MIGRATING = Pattern.compile("\\[(\\d+)->-");

  private final List<Host> seeds;
  private final Panel<StatefulRedisConnection<String, byte[]>, View> nodes;
  private Set<Host> known = Set.of();
  private volatile boolean toldOfRights;

  /**
   * What a node says.
   *
   * @param epoch of the latest change that it has heard of
   * @param ranges the reply of {@code CLUSTER SLOTS}
   * @param leaving slots of its own that are on their way to another
   */
  private record View(long epoch, List<Object> ranges, Set<Integer> leaving) {}

  ClusterNodes(RedisAddress address, Clients clients) {
    this.seeds = address.hosts();
    this.nodes = new Panel<>(clients::commands, this::view);
  }

  private View view(Host host, StatefulRedisConnection<String, byte[]> connection)
      throws RedisUnavailableException {
    var redis = connection.sync();
    var info = Replication.fields(redis.clusterInfo());
    if (!"ok".equals(info.get("cluster_state"))) {
      throw new RedisUnavailableException("says that the cluster is not ok");
    }
    var epoch = Long.parseLong(info.getOrDefault("cluster_current_epoch", "0"));
    return new View(epoch, redis.clusterSlots(), leaving(host, connection));
  }

  private Set<Integer> leaving(Host host, StatefulRedisConnection<String, byte[]> connection) {
    var slots = new HashSet<Integer>();
    try {
      for (var line : connection.sync().clusterNodes().lines().toList()) {
        if (line.contains("myself")) {
          MIGRATING
              .matcher(line)
              .results()
              .map(one -> one.group(1))
              .map(Integer::valueOf)
              .forEach(slots::add);
        }
      }
    } catch (RedisCommandExecutionException e) {
      if (!toldOfRights) {
        toldOfRights = true;
        LOG.warn(
            "{} does not say which slots are on their way ({}): while one is, its channels may be"
                + " heard late. The permission +cluster|nodes mends that",
            host,
            e.getMessage());
      }
    }
    return slots;
  }

  @Override
  public synchronized Layout find() throws RedisUnavailableException {
    var toAsk = new LinkedHashSet<>(known);
    toAsk.addAll(seeds);
    var round = nodes.ask(toAsk, views -> !views.isEmpty());
    // The one that has heard of the latest change knows best.
    Host best = null;
    View newest = null;
    for (var answer : round.answers().entrySet()) {
      if (newest == null || answer.getValue().epoch > newest.epoch) {
        best = answer.getKey();
        newest = answer.getValue();
      }
    }
    if (best == null || newest == null) {
      throw new RedisUnavailableException(
          "no node of the Redis Cluster " + seeds + " answers as one; " + round.trouble());
    }
    var leaving = new HashSet<Integer>();
    round.answers().values().forEach(view -> leaving.addAll(view.leaving));
    var layout = layout(best, newest.ranges, leaving);
    known = new LinkedHashSet<>(layout.primaries());
    var kept = new HashSet<>(known);
    kept.addAll(seeds);
    nodes.keep(kept);
    return layout;
  }

  /**
   * Of {@code CLUSTER SLOTS}: first slot, last slot, then address and port of primary, replicas.
   */
  private static Layout layout(Host asked, List<Object> ranges, Set<Integer> leaving)
      throws RedisUnavailableException {
    var primaries = new ArrayList<Host>();
    var moving = new HashSet<Integer>();
    for (int partition = 0; partition < Keys.PARTITIONS; partition++) {
      var slot = SlotHash.getSlot(Keys.tag(partition));
      var primary =
          ranges.stream()
              .map(range -> (List<?>) range)
              .filter(range -> (Long) range.get(0) <= slot && slot <= (Long) range.get(1))
              .findAny()
              .orElseThrow(() ->
                  new RedisUnavailableException(
                      "no node of the Redis Cluster has slot " + slot + ", says " + asked));
      primaries.add(host(asked, (List<?>) primary.get(2)));
      if (leaving.contains(slot)) {
        moving.add(partition);
      }
    }
    return new Layout(primaries, 0, moving);
  }

  private static Host host(Host asked, List<?> node) throws RedisUnavailableException {
    var name = node.get(0) instanceof byte[] text ? Packed.text(text) : "";
    var port = ((Long) node.get(1)).intValue();
    if (name.equals(Refusal.NAMELESS)) {
      throw new RedisUnavailableException(
          "the node with port "
              + port
              + " of the Redis Cluster has no name, says "
              + asked
              + ": cluster-preferred-endpoint-type is hostname there, so each node needs a"
              + " cluster-announce-hostname");
    }
    // A node that does not know its own address leaves it out: it is where we asked.
    return new Host(name.isEmpty() ? asked.name() : name, port);
  }

  @Override
  public Duration every() {
    return EVERY;
  }

  @Override
  public void close() {
    nodes.close();
  }
}
