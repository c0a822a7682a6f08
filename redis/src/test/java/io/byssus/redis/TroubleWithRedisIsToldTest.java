package io.byssus.redis;

import static io.byssus.redis.TestNode.failure;
import static io.byssus.redis.TestNode.get;
import static io.byssus.redis.TestNode.numbers;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.NotDoneException;
import io.byssus.core.channel.Broker.Draft;
import io.byssus.core.channel.Broker.Outcome;
import io.byssus.core.delivery.InboxStore.Append;
import io.byssus.core.presence.PresenceStore;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.core.session.SessionStore.Claim;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.TokenHash;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage.Member;
import io.byssus.protocol.Target;
import io.byssus.redis.testing.RedisDeployment;
import io.byssus.redis.testing.RedisProcess;
import io.byssus.redis.testing.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whatever Redis answers, or does not: what was not done is said, and it goes on by itself. */
class TroubleWithRedisIsToldTest {
  private static final TokenHash TOKEN = TokenHash.of("token");
  private static final Outcome UNAVAILABLE = new Outcome.Rejected(ErrorCode.UNAVAILABLE);

  private static Lease session(TestNode node) {
    var made = new NewSession("s", "", Map.of("name", Json.of("1")), Set.of(), TOKEN);
    return get(node.engine.sessions().create(made, node.owner)).lease();
  }

  @Test
  void scriptsThatRedisForgotAreSentAgainInTheirOrder() {
    try (var redis = RedisDeployment.standalone();
        var node = TestNode.on(redis)) {
      var start = node.top("news");
      var outcomes = new ArrayList<CompletionStage<Outcome>>();
      for (int i = 1; i <= 500; i++) {
        if (i % 100 == 50) {
          redis.primary().command("SCRIPT", "FLUSH");
        }
        outcomes.add(node.publishing("news", i));
      }
      outcomes.forEach(outcome -> assertThat(get(outcome)).isInstanceOf(Outcome.Stored.class));
      assertThat(numbers(node.after("news", start)))
          .isEqualTo(IntStream.rangeClosed(1, 500).mapToObj(i -> "" + i).toList());
    }
  }

  @Test
  void aFullRedisRefusesWhatGrowsAndDoesWhatShrinks() {
    try (var redis = RedisDeployment.standalone();
        var node = TestNode.on(redis)) {
      var lease = session(node);
      assertThat(get(node.engine.inboxes().append("s", Json.of("1"), Optional.empty())))
          .isInstanceOf(Append.Taken.class);
      redis.primary().command("CONFIG", "SET", "maxmemory", "1");

      assertThat(get(node.publishing("news", 1))).isEqualTo(UNAVAILABLE);
      assertThat(failure(node.engine.inboxes().append("s", Json.of("2"), Optional.empty())))
          .isInstanceOf(NotDoneException.class)
          .hasMessageContaining("OOM");

      assertThat(get(node.engine.inboxes().acknowledge(lease, 1))).isEqualTo(Fence.HELD);
      assertThat(get(node.engine.sessions().renew(List.of(lease))).whole()).isTrue();
      assertThat(get(node.engine.sessions().claim("s", "", TOKEN, TOKEN, node.owner)))
          .isInstanceOf(Claim.Granted.class);
      assertThat(get(node.engine.sessions().remove("s"))).isPresent();

      redis.primary().command("CONFIG", "SET", "maxmemory", "0");
      assertThat(node.publish("news", 2).offset()).isEqualTo(1);
    }
  }

  @Test
  void aDiskThatFailsRefusesPublications() throws IOException {
    try (var redis = RedisDeployment.standalone("--enable-protected-configs", "yes");
        var node = TestNode.on(redis)) {
      var gone = Files.createTempDirectory("byssus-gone");
      var server = redis.primary();
      server.command("CONFIG", "SET", "dir", gone.toString());
      server.command("CONFIG", "SET", "save", "3600 1");
      Files.delete(gone);
      server.command("SET", "any", "thing");
      server.command("BGSAVE");
      RedisDeployment.await(
          "failed save", () -> server.info("persistence", "rdb_last_bgsave_status").equals("err"));

      assertThat(get(node.publishing("news", 1))).isEqualTo(UNAVAILABLE);

      server.command("CONFIG", "SET", "stop-writes-on-bgsave-error", "no");
      assertThat(node.publish("news", 2).offset()).isEqualTo(1);
    }
  }

  @Test
  void aPrimaryThatBecomesAReplicaIsLeft() {
    try (var redis = RedisDeployment.standalone();
        var other = RedisProcess.start();
        var node = TestNode.on(redis)) {
      node.publish("news", 1);
      var server = redis.primary();
      server.command("REPLICAOF", "127.0.0.1", "" + other.port());

      node.awaitReachable(false);
      assertThat(get(node.publishing("news", 2))).isEqualTo(UNAVAILABLE);

      server.command("REPLICAOF", "NO", "ONE");
      node.awaitReachable(true);
      assertThat(node.publish("news", 3).offset()).isPositive();
    }
  }

  @Test
  void aRedisThatStandsStillIsGivenUpAndFoundAgain() {
    try (var redis = RedisDeployment.standalone();
        var node = TestNode.on(redis)) {
      var start = node.top("news");
      var heard = new ConcurrentLinkedQueue<Long>();
      get(node.engine.broker().subscribe("news", (_, _, item) -> heard.add(item.offset())));
      var server = redis.primary();
      server.freeze();

      var unknown = node.publishing("news", 1);
      node.awaitReachable(false);
      assertThat(failure(unknown)).isNotInstanceOf(NotDoneException.class);
      assertThat(get(node.publishing("news", 2))).isEqualTo(UNAVAILABLE);

      server.thaw();
      node.awaitReachable(true);
      var position = node.publish("news", 3);
      // What was not known may have happened, what was refused has not.
      assertThat(numbers(node.after("news", start))).isIn(List.of("3"), List.of("1", "3"));
      RedisDeployment.await("the listener", () -> heard.contains(position.offset()));
    }
  }

  @Test
  void aConnectionThatIsBusyWithALongReplyIsNoDeadRedis() throws RedisUnavailableException {
    try (var redis = RedisDeployment.standalone();
        var wire = Wire.to(redis.primary().port());
        var node = new TestNode(RedisAddress.parse("redis://" + wire.host()))) {
      var start = node.top("news");
      var long60 = Json.of('"' + "x".repeat(60_000) + '"');
      for (int i = 0; i < 60; i++) {
        var draft = new Draft(long60, Optional.empty(), "", Durability.ACCEPTED);
        get(node.engine.broker().publish("news", draft, TestNode.KEPT));
      }
      wire.slowDown(1);

      assertThat(node.after("news", start).items()).hasSize(60);
      assertThat(node.told).doesNotContain(false);
    }
  }

  @Test
  void aConnectionOverWhichNothingIsAnsweredIsGivenUpThoughRedisLives()
      throws RedisUnavailableException {
    try (var redis = RedisDeployment.standalone();
        var wire = Wire.to(redis.primary().port());
        var node = new TestNode(RedisAddress.parse("redis://" + wire.host()))) {
      node.publish("news", 1);
      wire.hold(1);

      assertThat(failure(node.publishing("news", 2))).isNotInstanceOf(NotDoneException.class);
      RedisDeployment.await(
          "another connection", () -> get(node.publishing("news", 3)) instanceof Outcome.Stored);
    }
  }

  @Test
  void whileRedisIsAwayEveryStepOfEveryPortSaysThatItWasSurelyNotDone() {
    try (var redis = RedisDeployment.standalone();
        var node = TestNode.on(redis)) {
      var lease = session(node);
      redis.primary().kill();
      node.awaitReachable(false);

      var position = new Position("1", 1);
      var ann = new Target.ToUser("ann");
      var made = new NewSession("t", "", Map.of(), Set.of(), TOKEN);
      var sessions = node.engine.sessions();
      var steps = new LinkedHashMap<String, CompletionStage<?>>();
      steps.put("create", sessions.create(made, node.owner));
      steps.put("claim", sessions.claim("s", "", TOKEN, TOKEN, node.owner));
      steps.put("set", sessions.set(lease, Map.of(), Optional.of(Set.of("tag"))));
      steps.put("subscribe", sessions.subscribe(lease, "news", Optional.of(position)));
      steps.put("unsubscribe", sessions.unsubscribe(lease, "news"));
      steps.put("acknowledge", sessions.acknowledge(lease, "news", position));
      steps.put("renew", sessions.renew(List.of(lease)));
      steps.put("release", sessions.release(lease));
      steps.put("remove", sessions.remove("s"));
      steps.put("end", sessions.end(lease));
      steps.put("holder", sessions.holder("s"));
      steps.put("sweep", sessions.sweep(10));
      steps.put("abandon", sessions.abandon(node.owner, 10));
      var inboxes = node.engine.inboxes();
      steps.put("append", inboxes.append("s", Json.of("1"), Optional.empty()));
      steps.put("read", inboxes.read(lease, 0, Bounds.NOTHING));
      steps.put("acknowledge inbox", inboxes.acknowledge(lease, 1));
      var directory = node.engine.directory();
      steps.put("add", directory.add(ann, "s"));
      steps.put("strike off", directory.remove(ann, "s"));
      steps.put("strike off what is old", directory.removeOld(ann, "s"));
      steps.put("look up", directory.sessions(ann));
      var presence = node.engine.presence();
      steps.put("enter", presence.enter("news", new Member("s", "", Map.of()), lease));
      steps.put("leave", presence.leave("news", lease));
      steps.put("touch", presence.touch(List.of(new PresenceStore.Entry("news", lease))));
      steps.put("members", presence.members("news", Bounds.NOTHING));
      var broker = node.engine.broker();
      steps.put("history", broker.history("news", Optional.empty(), Bounds.NOTHING, TestNode.KEPT));

      steps.forEach((step, stage) ->
          assertThat(failure(stage))
              .as(step)
              .satisfies(failure -> assertThat(NotDoneException.is(failure)).isTrue()));
      assertThat(get(node.publishing("news", 1))).isEqualTo(UNAVAILABLE);
    }
  }

  @Test
  void aRestartWithItsDataIsGoneThroughWithoutLoss() {
    try (var redis = RedisDeployment.standalone("--appendonly", "yes", "--appendfsync", "always");
        var node = TestNode.on(redis)) {
      var lease = session(node);
      var before = node.publish("news", 1);
      node.publish("news", 2);
      redis.primary().kill();
      node.awaitReachable(false);
      redis.servers().getFirst().restart();
      node.awaitReachable(true);

      var after = node.publish("news", 3);
      assertThat(after.epoch()).isNotEqualTo(before.epoch());
      assertThat(after.offset()).isEqualTo(3);
      var page = node.after("news", before);
      assertThat(page.recovery()).isEqualTo(Recovery.COMPLETE);
      assertThat(numbers(page)).containsExactly("2", "3");
      assertThat(get(node.engine.sessions().renew(List.of(lease))).whole()).isTrue();
    }
  }

  @Test
  void aRedisThatIsStillLoadingIsWaitedFor() {
    try (var redis = RedisDeployment.standalone("--appendonly", "yes");
        var node = TestNode.on(redis)) {
      for (int i = 0; i < 500; i++) {
        node.publish("channel-" + i, i);
      }
      var server = redis.servers().getFirst();
      server.kill();
      node.awaitReachable(false);
      server.restart("--key-load-delay", "1500", "--loading-process-events-interval-bytes", "1024");
      assertThat(server.info("persistence", "loading")).isEqualTo("1");
      assertThat(get(node.publishing("channel-1", 2))).isEqualTo(UNAVAILABLE);

      node.awaitReachable(true);
      assertThat(node.publish("channel-1", 2).offset()).isEqualTo(2);
    }
  }

  @Test
  void whatWasMissedWhileNobodyHeardIsHeardAfterwards() {
    try (var redis = RedisDeployment.standalone();
        var node = TestNode.on(redis);
        var publisher = TestNode.on(redis)) {
      var heard = new ConcurrentLinkedQueue<Long>();
      get(node.engine.broker().subscribe("news", (_, _, item) -> heard.add(item.offset())));
      for (int round = 0; round < 3; round++) {
        var killed = Integer.parseInt(redis.primary().command("CLIENT", "KILL", "TYPE", "pubsub"));
        assertThat(killed).isPositive();
        var position = publisher.publish("news", round);
        RedisDeployment.await("what was missed", () -> heard.contains(position.offset()));
      }
    }
  }

  @Test
  void afterEverythingWasForgottenAnEpochBegins() {
    try (var redis = RedisDeployment.standalone();
        var node = TestNode.on(redis)) {
      var lease = session(node);
      var before = node.publish("news", 1);
      redis.primary().command("FLUSHALL");
      var after = node.publish("news", 2);
      assertThat(after.epoch()).isNotEqualTo(before.epoch());
      assertThat(node.after("news", before).recovery()).isInstanceOf(Recovery.Lost.class);
      assertThat(get(node.engine.sessions().renew(List.of(lease))).forgotten())
          .containsExactly(lease);
    }
  }

  /** What the server says is no number where one must stand, for a while. */
  @Test
  void whatNobodyForesawEndsNoConnectingForGood() throws RedisUnavailableException {
    try (var redis = RedisDeployment.standalone();
        var wire = Wire.to(redis.primary().port())) {
      var address =
          new RedisAddress(
              RedisAddress.Kind.STANDALONE, List.of(wire.host()), "", 0, false, "", "");
      try (var node = new TestNode(address)) {
        wire.disguise("redis_version:7.", "redis_version:x.");
        wire.cut();
        RedisDeployment.await("that is met", () -> wire.disguised() > 0);
        node.awaitReachable(false);
        wire.disguise("redis_version:x.", "redis_version:7.");
        node.awaitReachable(true);
        node.publish("news", 1);
      }
    }
  }
}
