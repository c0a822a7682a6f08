package io.byssus.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.byssus.redis.RedisAddress;
import io.byssus.redis.testing.RedisDeployment;
import io.byssus.redis.testing.Wire;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Three nodes behind nginx, on a Redis with two replicas and three Sentinels; some hundred clients
 * write down what they hear while something dies.
 */
class NothingIsLostBehindSentinelsTest {
  /** What a node's name is held for, and its sessions too. */
  private static final Duration LEASE = Duration.ofSeconds(12);

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
    return Crowd.gather(cluster, name, "accepted", "replicated");
  }

  /** B23: the node that acknowledged is gone the next moment. */
  @Test
  void nodeIsKilled() {
    try (var crowd = gather("killed")) {
      var node = cluster.node(1);
      node.kill();
      assertThat(node.alive()).isFalse();
      await().atMost(Duration.ofMinutes(1)).until(() -> crowd.cameBack() > 0);
      crowd.awaitProgress();
      node.startAgain();
      node.awaitReady();
      crowd.awaitProgress();
      crowd.judge(Promise.EVERYTHING);
    }
  }
}
