package io.byssus.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.byssus.redis.RedisAddress;
import io.byssus.redis.testing.RedisProcess;
import io.byssus.redis.testing.Wire;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Three nodes behind nginx, on one Redis that writes an append-only file, by way of a wire that can
 * be cut.
 */
class NothingIsLostWhileRedisIsAwayTest {
  private static RedisProcess redis;
  private static Wire wire;
  private static TestCluster cluster;

  @BeforeAll
  static void start() {
    // Else a kill may take what was acknowledged in the last seconds with it.
    redis = RedisProcess.start("--appendonly", "yes", "--appendfsync", "always");
    wire = Wire.to(redis.port());
    var kind = RedisAddress.Kind.STANDALONE;
    cluster =
        TestCluster.start(
            "standalone", new RedisAddress(kind, List.of(wire.host()), "", 0, false, "", ""));
  }

  @AfterAll
  static void stop() {
    cluster.close();
    wire.close();
    redis.close();
  }

  private static Crowd gather(String name) {
    cluster.awaitReady();
    return Crowd.gather(cluster, name, "accepted");
  }

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(100));
  }

  private static void awaitNotReady() {
    patiently().until(() -> cluster.nodes().stream().noneMatch(NodeProcess::ready));
  }

  /** B14: what was written is in the file, and every node hears again. */
  @Test
  void redisIsRestarted() {
    try (var crowd = gather("restart")) {
      var run = redis.info("server", "run_id");
      redis.kill();
      assertThat(redis.alive()).isFalse();
      redis.restart();
      patiently().until(() -> redis.info("persistence", "loading").equals("0"));
      assertThat(redis.info("server", "run_id")).isNotEqualTo(run);
      cluster.awaitReady();
      crowd.awaitProgress();
      crowd.judge(Promise.EVERYTHING);
      assertThat(crowd.cameBack()).isZero();
    }
  }

  /** B14, B15: connections stay, clients are told, and nothing is acknowledged. */
  @Test
  void redisIsDownForTenSeconds() {
    try (var crowd = gather("down")) {
      redis.kill();
      awaitNotReady();
      var acknowledged = crowd.count(event -> event instanceof Event.Published);
      patiently()
          .pollDelay(Duration.ofSeconds(10))
          .until(() ->
              crowd.count(event -> event instanceof Event.Degraded(var active) && active) > 0);
      assertThat(crowd.count(event -> event instanceof Event.Published)).isEqualTo(acknowledged);
      redis.restart();
      cluster.awaitReady();
      crowd.awaitProgress();
      crowd.judge(Promise.EVERYTHING);
      assertThat(crowd.cameBack()).isZero();
    }
  }

  /** B1: whoever tries again once has not tried enough. */
  @Test
  void linksAreCutAndTheNextOnesRefused() {
    try (var crowd = gather("cut")) {
      var refused = wire.refused();
      wire.refuse(3 * cluster.nodes().size());
      assertThat(wire.cut()).isPositive();
      patiently().until(() -> wire.refused() == refused + 3 * cluster.nodes().size());
      cluster.awaitReady();
      crowd.awaitProgress();
      crowd.judge(Promise.EVERYTHING);
      assertThat(crowd.cameBack()).isZero();
    }
  }

  /** B2: connections that are taken and never answer. */
  @Test
  void redisIsSilent() {
    try (var crowd = gather("silent")) {
      wire.freeze();
      awaitNotReady();
      wire.thaw();
      cluster.awaitReady();
      crowd.awaitProgress();
      crowd.judge(Promise.EVERYTHING);
      assertThat(crowd.cameBack()).isZero();
    }
  }

  /** B22: all is gone, and the nodes bring back what is attached to them. */
  @Test
  void redisIsEmptied() {
    try (var crowd = gather("emptied")) {
      var sessions = crowd.sessions();
      assertThat(redis.command("FLUSHALL")).isEqualTo("OK");
      crowd.awaitProgress();
      patiently()
          .untilAsserted(() ->
              assertThat(redis.command("KEYS", "byssus:{*}:s:*").lines()).hasSize(sessions.size()));
      crowd.awaitProgress();
      crowd.judge(Promise.WHAT_IS_ATTACHED);
      assertThat(crowd.cameBack()).isZero();
      assertThat(crowd.sessions()).isEqualTo(sessions);
    }
  }
}
