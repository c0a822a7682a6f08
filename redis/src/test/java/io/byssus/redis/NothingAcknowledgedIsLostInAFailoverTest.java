package io.byssus.redis;

import static io.byssus.redis.TestNode.get;
import static io.byssus.redis.TestNode.numbers;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.channel.Broker.Outcome;
import io.byssus.core.delivery.InboxStore.Append;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.TokenHash;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Json;
import io.byssus.protocol.Recovery;
import io.byssus.redis.testing.RedisDeployment;
import io.byssus.redis.testing.RedisProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Failovers under Sentinels: what survives is read on from, and what does not is not hidden. */
class NothingAcknowledgedIsLostInAFailoverTest {
  private static void awaitNewPrimary(RedisDeployment redis, RedisProcess old) {
    RedisDeployment.await(
        "a new primary",
        () -> redis.servers().stream().anyMatch(server -> server != old && server.primary()));
  }

  @Test
  void whatWasReplicatedIsThereAfterThePrimaryWasKilled() {
    try (var redis = RedisDeployment.sentinel();
        var node = TestNode.on(redis)) {
      var start = node.top("news");
      var acknowledged = new ArrayList<String>();
      var publishing = new AtomicBoolean(true);
      var publisher =
          Thread.startVirtualThread(() -> {
            for (int i = 1; publishing.get(); i++) {
              // What is not known is tried again with the same id, as a client would.
              for (var done = false; !done && publishing.get(); ) {
                done =
                    get(
                        node.publishing("news", i, "id-" + i, Durability.REPLICATED)
                            .handle((outcome, _) -> outcome instanceof Outcome.Stored));
              }
              if (publishing.get()) {
                acknowledged.add("" + i);
              }
            }
          });
      RedisDeployment.await("some publications", () -> acknowledged.size() > 50);
      var old = redis.primary();
      old.kill();
      awaitNewPrimary(redis, old);
      node.awaitReachable(true);
      var then = acknowledged.size();
      RedisDeployment.await("more publications", () -> acknowledged.size() > then + 50);
      publishing.set(false);
      join(publisher);

      var page = node.after("news", start);
      assertThat(page.recovery()).isEqualTo(Recovery.COMPLETE);
      assertThat(page.top().epoch()).isNotEqualTo(start.epoch());
      assertThat(numbers(page).subList(0, acknowledged.size())).isEqualTo(acknowledged);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError("the test was interrupted", e);
    }
  }

  /** G13: the offsets that were lost name other publications afterwards. */
  @Test
  void whoSawALostTailIsToldThatItDiverged() {
    try (var redis = RedisDeployment.sentinel();
        var node = TestNode.on(redis)) {
      var kept = node.publish("news", 1, Durability.REPLICATED);
      var old = redis.primary();
      var replicas = redis.servers().stream().filter(server -> server != old).toList();
      replicas.forEach(RedisProcess::freeze);
      // Their sockets would else still take it.
      assertThat(old.command("CLIENT", "KILL", "TYPE", "replica")).isEqualTo("2");
      var lost = node.publish("news", 2);
      old.kill();
      replicas.forEach(RedisProcess::thaw);
      awaitNewPrimary(redis, old);
      node.awaitReachable(true);

      assertThat(node.after("news", lost).recovery()).isEqualTo(new Recovery.Lost(Gap.DIVERGED));
      var reused = node.publish("news", 3);
      assertThat(reused.offset()).isEqualTo(lost.offset());
      assertThat(reused.epoch()).isNotEqualTo(lost.epoch());
      assertThat(node.after("news", lost).recovery()).isEqualTo(new Recovery.Lost(Gap.DIVERGED));
      assertThat(numbers(node.after("news", kept))).containsExactly("3");
    }
  }

  /** Who reads on across epochs names the newest, also where the next item is of one before. */
  @Test
  void whoIsCutOffWhileReadingAcrossEpochsReadsOnFromThere() {
    try (var redis = RedisDeployment.standalone("--appendonly", "yes", "--appendfsync", "always");
        var node = TestNode.on(redis)) {
      for (int epoch = 0; epoch < 3; epoch++) {
        for (int i = 1; i <= 4; i++) {
          node.publish("news", 10 * epoch + i);
        }
        redis.servers().getFirst().kill();
        node.awaitReachable(false);
        redis.servers().getFirst().restart();
        node.awaitReachable(true);
      }
      var top = node.publish("news", 30);
      assertThat(top.offset()).isEqualTo(13);
      for (int offset = 0; offset < 13; offset++) {
        var page = node.after("news", top.at(offset));
        assertThat(page.recovery()).isEqualTo(Recovery.COMPLETE);
        assertThat(page.items()).hasSize(13 - offset);
      }
    }
  }

  /** G13 for inboxes, whose offsets have no epoch. */
  @Test
  void aLostDirectedMessageLeavesItsOffsetToNoOther() {
    try (var redis = RedisDeployment.sentinel();
        var node = TestNode.on(redis)) {
      var made = new NewSession("s", "", Map.of(), Set.of(), TokenHash.of("token"));
      var lease = get(node.engine.sessions().create(made, node.owner)).lease();
      assertThat(append(node, 1)).isInstanceOf(Append.Taken.class);
      node.publish("news", 1, Durability.REPLICATED);
      var old = redis.primary();
      var replicas = redis.servers().stream().filter(server -> server != old).toList();
      replicas.forEach(RedisProcess::freeze);
      assertThat(old.command("CLIENT", "KILL", "TYPE", "replica")).isEqualTo("2");
      assertThat(append(node, 2)).isInstanceOf(Append.Taken.class);
      old.kill();
      replicas.forEach(RedisProcess::thaw);
      awaitNewPrimary(redis, old);
      node.awaitReachable(true);

      assertThat(append(node, 3)).isInstanceOf(Append.Taken.class);
      assertThat(append(node, 4)).isInstanceOf(Append.Taken.class);
      var page = get(node.engine.inboxes().read(lease, 2, Bounds.most(10))).orElseThrow();
      assertThat(page.items()).extracting(item -> item.data().toString()).containsExactly("3", "4");
      assertThat(page.items().getFirst().offset()).isGreaterThan(3);
      assertThat(page.items().get(1).offset()).isEqualTo(page.items().getFirst().offset() + 1);
    }
  }

  private static Append append(TestNode node, int number) {
    return get(node.engine.inboxes().append("s", Json.of("" + number), Optional.empty()));
  }

  @Test
  void withoutReplicasNothingIsCalledReplicated() {
    try (var redis = RedisDeployment.sentinel();
        var node = TestNode.on(redis)) {
      node.publish("news", 1, Durability.REPLICATED);
      var primary = redis.primary();
      redis.servers().stream().filter(server -> server != primary).forEach(RedisProcess::kill);
      RedisDeployment.await(
          "no replicas", () -> primary.info("replication", "connected_slaves").equals("0"));
      RedisDeployment.await(
          "the refusal",
          () ->
              get(node.publishing("news", 2, "", Durability.REPLICATED)
                      .handle((outcome, _) -> outcome == null ? "unknown" : outcome))
                  .equals(new Outcome.Rejected(ErrorCode.DURABILITY_UNAVAILABLE)));
      node.publish("news", 3);
    }
  }

  @Test
  void replicasThatStandStillLeaveItOpen() {
    try (var redis = RedisDeployment.sentinel();
        var node = TestNode.on(redis)) {
      var start = node.publish("news", 1, Durability.REPLICATED);
      var primary = redis.primary();
      var replicas = redis.servers().stream().filter(server -> server != primary).toList();
      replicas.forEach(RedisProcess::freeze);
      var outcome =
          get(
              node.publishing("news", 2, "id", Durability.REPLICATED)
                  .handle((answer, failure) -> failure));
      assertThat(outcome).isNotNull();
      replicas.forEach(RedisProcess::thaw);

      // With the same id it is found, and by now replicated.
      var again = get(node.publishing("news", 2, "id", Durability.REPLICATED));
      assertThat(((Outcome.Stored) again).duplicate()).isTrue();
      assertThat(numbers(node.after("news", start))).containsExactly("2");
    }
  }

  @Test
  void aPlannedFailoverIsFollowed() {
    try (var redis = RedisDeployment.sentinel();
        var node = TestNode.on(redis)) {
      var heard = new ConcurrentLinkedQueue<String>();
      get(
          node.engine
              .broker()
              .subscribe("news", (_, _, item) -> heard.add(item.data().toString())));
      node.publish("news", 1, Durability.REPLICATED);
      var old = redis.primary();
      redis.sentinels().getFirst().command("SENTINEL", "FAILOVER", RedisDeployment.PRIMARY);
      awaitNewPrimary(redis, old);
      RedisDeployment.await("the old one to follow", () -> !old.primary());
      node.awaitReachable(true);
      RedisDeployment.await(
          "a publication on the new one",
          () ->
              get(node.publishing("news", 2, "id", Durability.ACCEPTED).handle((o, _) -> o))
                  instanceof Outcome.Stored);
      RedisDeployment.await("it is heard", () -> heard.contains("2"));
    }
  }

  /** Lettuce issue 2007: the link to the Sentinels is lost while they fail over. */
  @Test
  void aFailoverThatNobodyToldIsFoundOut() {
    try (var redis = RedisDeployment.sentinel();
        var node = TestNode.on(redis)) {
      node.publish("news", 1, Durability.REPLICATED);
      var old = redis.primary();
      for (var sentinel : redis.sentinels()) {
        sentinel.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      }
      old.kill();
      for (var sentinel : redis.sentinels()) {
        sentinel.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      }
      awaitNewPrimary(redis, old);
      node.awaitReachable(true);
      RedisDeployment.await(
          "a publication on the new one",
          () -> get(node.publishing("news", 2).handle((o, _) -> o)) instanceof Outcome.Stored);
    }
  }

  @Test
  void severalFailoversInARowAreFollowed() {
    try (var redis = RedisDeployment.sentinel();
        var node = TestNode.on(redis)) {
      var start = node.top("news");
      var published = new ArrayList<String>();
      for (int round = 0; round < 3; round++) {
        var number = "" + round;
        RedisDeployment.await(
            "publication " + round,
            () ->
                get(
                        node.publishing(
                                "news",
                                Long.parseLong(number),
                                "id-" + number,
                                Durability.REPLICATED)
                            .handle((o, _) -> o))
                    instanceof Outcome.Stored);
        published.add(number);
        var old = redis.primary();
        old.kill();
        awaitNewPrimary(redis, old);
        old.restart();
        RedisDeployment.await("the old one to follow", () -> !old.primary());
        RedisDeployment.await(
            "its replicas",
            () ->
                redis.primaries().size() == 1
                    && RedisDeployment.onlineReplicas(redis.primary()) == 2);
      }
      node.awaitReachable(true);
      assertThat(numbers(node.after("news", start))).isEqualTo(List.copyOf(published));
    }
  }
}
