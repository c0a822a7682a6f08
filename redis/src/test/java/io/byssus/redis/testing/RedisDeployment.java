package io.byssus.redis.testing;

import io.byssus.redis.RedisAddress;
import io.byssus.redis.RedisAddress.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Redis as it is deployed, as processes of this test.
 *
 * @param servers that hold data, the first primaries first
 */
public record RedisDeployment(
    RedisAddress address, List<RedisProcess> servers, List<RedisProcess> sentinels)
    implements AutoCloseable {
  public static final String PRIMARY = "mymaster";
  private static final int SLOTS = 16_384;
  public static final long PATIENCE_SECONDS = 30;

  /** One server. */
  public static RedisDeployment standalone(String... arguments) {
    return standalone(RedisProcess.start(arguments));
  }

  public static RedisDeployment standalone(RedisProcess server) {
    return new RedisDeployment(
        address(Kind.STANDALONE, List.of(server), ""), List.of(server), List.of());
  }

  /** A primary and two replicas, with three Sentinels. */
  public static RedisDeployment sentinel(String... arguments) {
    var primary = RedisProcess.start(arguments);
    var servers = new ArrayList<>(List.of(primary));
    for (int i = 0; i < 2; i++) {
      var replica = new ArrayList<>(List.of(arguments));
      replica.addAll(List.of("--replicaof", "127.0.0.1 " + primary.port()));
      servers.add(RedisProcess.start(replica.toArray(String[]::new)));
    }
    await("replicas", () -> onlineReplicas(primary) == 2);
    var configuration =
        """
        sentinel monitor %1$s 127.0.0.1 %2$d 2
        sentinel down-after-milliseconds %1$s 1000
        sentinel failover-timeout %1$s 3000
        sentinel parallel-syncs %1$s 2
        """
            .formatted(PRIMARY, primary.port());
    var sentinels =
        IntStream.range(0, 3).mapToObj(_ -> RedisProcess.sentinel(configuration)).toList();
    for (var sentinel : sentinels) {
      await(
          "Sentinels",
          () -> {
            var known = sentinel.command("SENTINEL", "MASTER", PRIMARY);
            return known.contains("num-other-sentinels\n2") && known.contains("num-slaves\n2");
          });
    }
    return new RedisDeployment(address(Kind.SENTINEL, sentinels, PRIMARY), servers, sentinels);
  }

  /** Three primaries, each with as many replicas. */
  public static RedisDeployment cluster(int replicas, String... arguments) {
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--cluster-enabled", "yes", "--cluster-node-timeout", "1000"));
    var servers =
        IntStream.range(0, 3 * (1 + replicas))
            .mapToObj(_ -> RedisProcess.start(all.toArray(String[]::new)))
            .toList();
    var first = servers.getFirst();
    for (int i = 0; i < 3; i++) {
      var from = SLOTS * i / 3;
      var through = SLOTS * (i + 1) / 3 - 1;
      servers.get(i).command("CLUSTER", "ADDSLOTSRANGE", "" + from, "" + through);
    }
    for (var other : servers.subList(1, servers.size())) {
      first.command("CLUSTER", "MEET", "127.0.0.1", "" + other.port());
    }
    for (var server : servers) {
      await(
          "nodes",
          () ->
              server.command("CLUSTER", "INFO").contains("cluster_known_nodes:" + servers.size()));
    }
    for (int i = 3; i < servers.size(); i++) {
      var primary = servers.get(i % 3).command("CLUSTER", "MYID");
      servers.get(i).command("CLUSTER", "REPLICATE", primary);
    }
    for (var server : servers) {
      await("cluster", () -> server.command("CLUSTER", "INFO").contains("cluster_state:ok"));
    }
    for (var primary : servers.subList(0, 3)) {
      await("replicas", () -> onlineReplicas(primary) == replicas);
    }
    return new RedisDeployment(
        address(Kind.CLUSTER, servers.subList(0, 3), ""), servers, List.of());
  }

  /** Those that have everything up to now. */
  public static int onlineReplicas(RedisProcess primary) {
    return primary.command("INFO", "replication").split("state=online", -1).length - 1;
  }

  private static RedisAddress address(Kind kind, List<RedisProcess> processes, String primary) {
    var hosts = processes.stream().map(RedisProcess::host).toList();
    return new RedisAddress(kind, hosts, primary, 0, false, "", "");
  }

  /** Waits until something has come about, which takes as long as it takes. */
  public static void await(String what, BooleanSupplier done) {
    var until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!done.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException(what + ": not after " + PATIENCE_SECONDS + " s");
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** The server that takes writes now; of a Cluster any of them. */
  public RedisProcess primary() {
    return primaries().getFirst();
  }

  public List<RedisProcess> primaries() {
    return servers.stream().filter(RedisProcess::primary).toList();
  }

  @Override
  public void close() {
    sentinels.forEach(RedisProcess::close);
    servers.forEach(RedisProcess::close);
  }
}
