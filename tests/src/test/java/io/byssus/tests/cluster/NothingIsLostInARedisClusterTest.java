package io.byssus.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.byssus.redis.testing.RedisDeployment;
import io.byssus.redis.testing.RedisProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Three nodes behind nginx, on a Redis Cluster of three primaries with a replica each. */
class NothingIsLostInARedisClusterTest {
  /** All keys have one of so many hash tags. */
  private static final int PARTITIONS = 64;

  private static RedisDeployment redis;
  private static TestCluster cluster;

  @BeforeAll
  static void start() {
    redis = RedisDeployment.cluster(1);
    cluster = TestCluster.start("redis-cluster", redis.address());
  }

  @AfterAll
  static void stop() {
    cluster.close();
    redis.close();
  }

  private static Crowd gather(String name) {
    cluster.awaitReady();
    return Crowd.gather(cluster, name, "accepted", "replicated");
  }

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(100));
  }

  @Test
  void primaryIsKilled() {
    try (var crowd = gather("shard")) {
      var old = redis.primary();
      old.kill();
      patiently().until(() -> redis.primaries().size() == 3);
      assertThat(old.alive()).isFalse();
      cluster.awaitReady();
      crowd.awaitProgress();
      old.restart();
      patiently()
          .until(() ->
              redis.primaries().stream()
                  .allMatch(primary -> RedisDeployment.onlineReplicas(primary) == 1));
      crowd.awaitProgress();
      crowd.judge(Promise.WHAT_IS_REPLICATED);
    }
  }

  /** B17: sharded subscriptions do not survive this by themselves. */
  @Test
  void slotsAreMoved() {
    try (var crowd = gather("slots")) {
      var from = redis.primaries().get(0);
      var to = redis.primaries().get(1);
      var slots =
          IntStream.range(0, PARTITIONS)
              .mapToObj(p -> from.command("CLUSTER", "KEYSLOT", "byssus:{" + p + "}:"))
              .map(Integer::parseInt)
              .filter(slot -> countKeys(from, slot) > 0)
              .toList();
      assertThat(slots).hasSizeGreaterThan(5);
      slots.forEach(slot -> move(slot, from, to));
      assertThat(slots).allMatch(slot -> countKeys(from, slot) == 0);
      assertThat(slots).anyMatch(slot -> countKeys(to, slot) > 0);
      crowd.awaitProgress();
      crowd.judge(Promise.EVERYTHING);
      assertThat(crowd.cameBack()).isZero();
    }
  }

  private static int countKeys(RedisProcess server, int slot) {
    return Integer.parseInt(server.command("CLUSTER", "COUNTKEYSINSLOT", "" + slot));
  }

  /** As redis-cli --cluster reshard does it. */
  private static void move(int slot, RedisProcess from, RedisProcess to) {
    var fromId = from.command("CLUSTER", "MYID");
    var toId = to.command("CLUSTER", "MYID");
    to.command("CLUSTER", "SETSLOT", "" + slot, "IMPORTING", fromId);
    from.command("CLUSTER", "SETSLOT", "" + slot, "MIGRATING", toId);
    while (true) {
      var keys = from.command("CLUSTER", "GETKEYSINSLOT", "" + slot, "10");
      if (keys.isEmpty()) {
        break;
      }
      var migrate = new ArrayList<>(List.of("MIGRATE", "127.0.0.1", "" + to.port(), "", "0"));
      migrate.addAll(List.of("5000", "KEYS"));
      migrate.addAll(keys.lines().toList());
      from.command(migrate.toArray(String[]::new));
    }
    to.command("CLUSTER", "SETSLOT", "" + slot, "NODE", toId);
    from.command("CLUSTER", "SETSLOT", "" + slot, "NODE", toId);
  }
}
