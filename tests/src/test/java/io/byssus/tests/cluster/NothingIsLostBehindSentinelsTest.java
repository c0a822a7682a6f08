package io.byssus.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.byssus.redis.RedisAddress;
import io.byssus.redis.testing.RedisDeployment;
import io.byssus.redis.testing.RedisProcess;
import io.byssus.redis.testing.Wire;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Three nodes behind nginx, on a Redis with two replicas and three Sentinels; some hundred clients
 * write down what they hear while something dies.
 */
class NothingIsLostBehindSentinelsTest {
  private static RedisDeployment redis;
  private static List<Wire> toSentinels;
  private static TestCluster cluster;

  @BeforeAll
  static void start() {
    redis = RedisDeployment.sentinel();
    toSentinels = redis.sentinels().stream().map(sentinel -> Wire.to(sentinel.port())).toList();
    var address =
        new RedisAddress(
            RedisAddress.Kind.SENTINEL,
            toSentinels.stream().map(Wire::host).toList(),
            RedisDeployment.PRIMARY,
            0,
            false,
            "",
            "");
    cluster = TestCluster.start("sentinels", address);
  }

  @AfterAll
  static void stop() {
    cluster.close();
    toSentinels.forEach(Wire::close);
    redis.close();
  }

  private static Crowd gather(String name) {
    cluster.awaitReady();
    awaitReplicas();
    return Crowd.gather(cluster, name, "accepted", "replicated");
  }

  /** B23: the node that acknowledged is gone the next moment. */
  @Test
  void nodeIsKilled() {
    try (var crowd = gather("killed")) {
      var node = cluster.node(1);
      node.kill();
      assertThat(node.alive()).isFalse();
      patiently().until(() -> crowd.cameBack() > 0);
      crowd.awaitProgress();
      node.startAgain();
      node.awaitReady();
      crowd.awaitProgress();
      crowd.judge(Promise.EVERYTHING);
    }
  }

  /**
   * G16: when it wakes, others have its sessions. It writes nothing, and closes their connections.
   */
  @Test
  void nodeStandsStillForLongerThanItsLease() {
    try (var crowd = gather("still")) {
      var node = cluster.node(2);
      node.freeze();
      patiently().until(() -> node.kernelState().equals("T"));
      patiently().until(() -> !cluster.node(1).apiPage("/api/v1/nodes").contains("\"n2\""));
      assertThat(crowd.cameBack()).isPositive();
      crowd.awaitProgress();
      node.thaw();
      node.awaitReady();
      patiently().until(() -> cluster.node(1).apiPage("/api/v1/nodes").contains("\"n2\""));
      crowd.awaitAll("what was left open is closed", client -> client.leftOpen() == 0);
      crowd.awaitProgress();
      crowd.judge(Promise.EVERYTHING);
    }
  }

  @Test
  void nodesAreRestartedOneAfterTheOther() {
    try (var crowd = gather("rolling")) {
      for (var node : cluster.nodes()) {
        var before = node.pid();
        node.terminate();
        crowd.awaitProgress();
        node.startAgain();
        node.awaitReady();
        assertThat(node.pid()).isNotEqualTo(before);
        crowd.awaitProgress();
      }
      assertThat(crowd.cameBack()).isPositive();
      crowd.judge(Promise.EVERYTHING);
    }
  }

  /** B12, B30: subscriptions come back, and what passed meanwhile is read. */
  @Test
  void subscriptionsAreCut() {
    try (var crowd = gather("pubsub")) {
      for (int i = 0; i < 5; i++) {
        patiently()
            .until(() ->
                Integer.parseInt(redis.primary().command("CLIENT", "KILL", "TYPE", "pubsub"))
                    >= cluster.nodes().size());
        crowd.awaitProgress();
      }
      crowd.judge(Promise.EVERYTHING);
      assertThat(crowd.cameBack()).isZero();
      assertThat(crowd.flags()).isZero();
    }
  }

  /** B1, B16: the subscriptions follow to the new primary. */
  @Test
  void primaryIsKilled() {
    try (var crowd = gather("primary")) {
      var old = redis.primary();
      var lineage = lineage(old);
      old.kill();
      patiently().until(() -> redis.primaries().size() == 1);
      assertThat(lineage(redis.primary())).isNotEqualTo(lineage);
      crowd.awaitProgress();
      old.restart();
      awaitReplicas();
      crowd.awaitProgress();
      crowd.judge(Promise.WHAT_IS_REPLICATED);
    }
  }

  /** B19: the old primary goes on answering old sockets for a while. */
  @Test
  void primaryIsChangedByHand() {
    try (var crowd = gather("planned")) {
      var old = redis.primary();
      var lineage = lineage(old);
      failOver();
      patiently().until(() -> redis.primaries().size() == 1 && redis.primary() != old);
      assertThat(lineage(redis.primary())).isNotEqualTo(lineage);
      crowd.awaitProgress();
      awaitReplicas();
      crowd.awaitProgress();
      crowd.judge(Promise.WHAT_IS_REPLICATED);
    }
  }

  /** B17: nobody hears of the new primary until the Sentinels can be asked again. */
  @Test
  void sentinelsAreOutOfReachDuringAFailover() {
    try (var crowd = gather("blind")) {
      var old = redis.primary();
      toSentinels.forEach(wire -> wire.refuse(Integer.MAX_VALUE));
      assertThat(toSentinels.stream().mapToInt(Wire::cut).sum()).isPositive();
      failOver();
      patiently().until(() -> redis.primaries().size() == 1 && redis.primary() != old);
      awaitReplicas();
      patiently().until(() -> cluster.nodes().stream().noneMatch(NodeProcess::ready));
      assertThat(toSentinels.stream().mapToInt(Wire::refused).sum()).isPositive();
      toSentinels.forEach(wire -> wire.refuse(0));
      cluster.awaitReady();
      crowd.awaitProgress();
      crowd.judge(Promise.WHAT_IS_REPLICATED);
    }
  }

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(100));
  }

  private static String lineage(RedisProcess server) {
    return server.info("replication", "master_replid");
  }

  /** The Sentinels refuse for a while after the one before, and while they look for a replica. */
  private static void failOver() {
    patiently()
        .ignoreExceptionsMatching(refusal -> refusal instanceof IllegalStateException)
        .until(() ->
            redis
                .sentinels()
                .getFirst()
                .command("SENTINEL", "FAILOVER", RedisDeployment.PRIMARY)
                .equals("OK"));
  }

  /** The layout is whole again. */
  private static void awaitReplicas() {
    patiently()
        .until(() ->
            redis.primaries().size() == 1 && RedisDeployment.onlineReplicas(redis.primary()) == 2);
  }
}
