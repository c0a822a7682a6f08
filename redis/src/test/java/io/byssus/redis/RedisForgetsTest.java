package io.byssus.redis;

import static io.byssus.redis.TestNode.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.NotDoneException;
import io.byssus.core.delivery.InboxStore.Append;
import io.byssus.core.delivery.SessionDirectory.Entry;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.core.session.ResumeTokens;
import io.byssus.core.session.SessionStore.Claim;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.StoredSession;
import io.byssus.core.session.TokenHash;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage.Item;
import io.byssus.protocol.Target;
import io.byssus.redis.testing.RedisDeployment;
import io.byssus.redis.testing.RedisProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A server loses its data, or its clock is set: nodes see it soon, and nobody is told wrong. */
class RedisForgetsTest {
  private static final TokenHash TOKEN = TokenHash.of("token");

  private static Lease made(TestNode node, String id) {
    var draft = new NewSession(id, "ann", Map.of(), Set.of(), TOKEN);
    return get(node.engine.sessions().create(draft, node.owner)).lease();
  }

  private static CompletionStage<Claim> claim(TestNode node, String session) {
    return node.engine.sessions().claim(session, "ann", TOKEN, TOKEN, node.owner);
  }

  private static CompletionStage<Append> append(TestNode node, String session) {
    return node.engine.inboxes().append(session, Json.of("1"), Optional.empty());
  }

  private static CompletionStage<Fence> restore(TestNode node, Lease lease) {
    var known =
        new StoredSession(
            lease.session(), "ann", ResumeTokens.first(TOKEN), Map.of(), Set.of(), Map.of(), 0);
    return node.engine.sessions().restore(lease, known, 0, false);
  }

  private static Throwable failure(CompletionStage<?> stage) {
    try {
      var value = stage.toCompletableFuture().get();
      throw new AssertionError("it did not fail: " + value);
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitMarks(TestNode node, RedisProcess redis, int partition) {
    RedisDeployment.await(
        "the marks", () -> !redis.command("GET", TestNode.KEYS.mark(partition)).isBlank());
  }

  /** As if that had been long ago. */
  private static void healed(RedisProcess redis, String session) {
    var mark = TestNode.KEYS.mark(Keys.partition(session));
    var words = redis.command("GET", mark).strip().split(" ");
    redis.command("SET", mark, words[0] + " " + words[1] + " 1");
  }

  @Test
  void onAFreshServerAnUnknownSessionIsGoneAtOnce() {
    try (var redis = RedisDeployment.standalone();
        var node = TestNode.on(redis)) {
      awaitMarks(node, redis.primary(), Keys.partition("nobody"));
      assertThat(get(claim(node, "nobody"))).isEqualTo(new Claim.Expired());
      assertThat(get(append(node, "nobody"))).isEqualTo(Append.NO_SESSION);
      assertThat(get(node.engine.directory().sessions(new Target.ToUser("nobody")))).isEmpty();
      assertThat(node.forgot).hasValue(0);
    }
  }

  @Test
  void afterItWasEmptiedAllNodesAreToldAndWhatIsMissingMayComeBack() {
    try (var redis = RedisDeployment.standalone();
        var one = TestNode.on(redis);
        var two = TestNode.on(redis)) {
      var lease = made(one, "s");
      awaitMarks(one, redis.primary(), Keys.partition("s"));
      awaitMarks(two, redis.primary(), 63);
      RedisDeployment.await("all were seen", () -> one.looked() && two.looked());

      redis.primary().command("FLUSHALL");

      RedisDeployment.await("both are told", () -> one.forgot.get() > 0 && two.forgot.get() > 0);
      assertThat(failure(claim(two, "s")))
          .isInstanceOf(NotDoneException.class)
          .hasMessageContaining("HEALING");
      assertThat(failure(append(two, "s"))).isInstanceOf(NotDoneException.class);
      assertThat(failure(two.engine.directory().sessions(new Target.ToUser("ann"))))
          .isInstanceOf(NotDoneException.class);
      assertThat(get(one.engine.sessions().renew(List.of(lease))).forgotten())
          .containsExactly(lease);

      assertThat(get(restore(one, lease))).isEqualTo(Fence.HELD);
      get(one.engine.directory().add(List.of(new Entry(new Target.ToUser("ann"), "s"))));

      assertThat(get(append(two, "s"))).isInstanceOf(Append.Taken.class);
      assertThat(get(two.engine.directory().sessions(new Target.ToUser("ann"))))
          .containsExactly("s");
      assertThat(get(claim(two, "s"))).isInstanceOf(Claim.Granted.class);
      healed(redis.primary(), "lost");
      assertThat(get(claim(two, "lost"))).isEqualTo(new Claim.Expired());
    }
  }

  @Test
  void aSessionOfWhichOnlyTheHashWasLostKeepsItsInbox() {
    try (var redis = RedisDeployment.standalone();
        var node = TestNode.on(redis)) {
      var lease = made(node, "s");
      get(append(node, "s"));
      get(append(node, "s"));
      redis.primary().command("DEL", TestNode.KEYS.session("s"));

      assertThat(get(restore(node, lease))).isEqualTo(Fence.HELD);

      get(append(node, "s"));
      var page = get(node.engine.inboxes().read(lease, 0, Bounds.most(10))).orElseThrow();
      assertThat(page.items()).extracting(Item::offset).containsExactly(1L, 2L, 3L);
      assertThat(page.top()).isEqualTo(3);
    }
  }

  @Test
  void aNodeThatStartsOnTheEmptyServerFirstHidesNothing() {
    try (var redis = RedisDeployment.standalone();
        var old = TestNode.on(redis)) {
      made(old, "s");
      RedisDeployment.await("all were seen", old::looked);
      var server = redis.primary();
      server.command("FLUSHALL");
      try (var young = TestNode.on(redis)) {
        RedisDeployment.await("the old one is told", () -> old.forgot.get() > 0);
        RedisDeployment.await("the young one looked", young::looked);
        assertThat(failure(claim(young, "s"))).isInstanceOf(NotDoneException.class);
      }
    }
  }

  @Test
  void aServerThatCameBackEmptyIsNoticedAtOnce() {
    try (var redis = RedisDeployment.standalone();
        var node = TestNode.on(redis)) {
      var lease = made(node, "s");
      RedisDeployment.await("all were seen", node::looked);
      var server = redis.primary();
      server.kill();
      node.awaitReachable(false);
      server.restart();
      node.awaitReachable(true);
      RedisDeployment.await("it is told", () -> node.forgot.get() > 0);
      assertThat(failure(claim(node, "s"))).isInstanceOf(NotDoneException.class);
      assertThat(get(restore(node, lease))).isEqualTo(Fence.HELD);
    }
  }

  @Test
  void ofAClusterOnlyTheShardThatWasEmptiedIsHealing() {
    try (var redis = RedisDeployment.cluster(0);
        var node = TestNode.on(redis)) {
      RedisDeployment.await("all were seen", node::looked);
      var emptied = redis.primaries().getFirst();
      emptied.command("FLUSHALL");
      RedisDeployment.await("it is told", () -> node.forgot.get() > 0);

      var outcomes =
          IntStream.range(0, 200)
              .mapToObj(i -> claim(node, "session-" + i).toCompletableFuture())
              .map(stage -> stage.handle((claim, failure) -> failure == null).join())
              .toList();

      assertThat(outcomes).contains(true, false);
    }
  }

  @Test
  void whatWasEndedIsFencedAgainByThoseWhoKnow() {
    try (var redis = RedisDeployment.standalone();
        var one = TestNode.on(redis);
        var two = TestNode.on(redis)) {
      var lease = made(one, "s");
      redis.primary().command("FLUSHALL");
      assertThat(get(restore(one, lease))).isEqualTo(Fence.HELD);
      var stone = new io.byssus.core.session.Tombstone("s", 1);
      assertThat(get(two.engine.sessions().bury(List.of(stone))))
          .extracting(Gone::session)
          .containsExactly("s");
      assertThat(get(restore(one, lease))).isEqualTo(Fence.LOST);
    }
  }

  @Test
  void aClockThatIsPutForwardAnHourEndsNothingThatIsAttached() {
    var server = RedisProcess.withClock();
    try (var redis = RedisDeployment.standalone(server);
        var node = TestNode.on(redis)) {
      var lease = made(node, "attached");
      RedisDeployment.await("all were seen", node::looked);

      server.setClock(Duration.ofHours(1));

      assertThat(get(append(node, "attached"))).isInstanceOf(Append.Taken.class);
      RedisDeployment.await("the nodes are told", () -> node.forgot.get() > 0);
      for (int i = 0; i < 16; i++) { // all partitions, twice
        assertThat(get(node.engine.sessions().sweep(100))).isEmpty();
      }
      assertThat(get(node.engine.sessions().holder("attached"))).contains(Optional.of(lease));
      assertThat(get(node.engine.sessions().renew(List.of(lease))).whole()).isTrue();
      assertThat(get(claim(node, "attached"))).isInstanceOf(Claim.Granted.class);
    } finally {
      server.close();
    }
  }

  @Test
  void aClockThatIsPutBackEndsNothingAndReordersNothing() {
    var server = RedisProcess.withClock();
    server.setClock(Duration.ofHours(1));
    try (var redis = RedisDeployment.standalone(server);
        var node = TestNode.on(redis)) {
      var lease = made(node, "attached");
      var detached = made(node, "detached");
      assertThat(get(node.engine.sessions().release(detached))).isEqualTo(Fence.HELD);
      RedisDeployment.await("all were seen", node::looked);
      var before = node.publish("news", 1);

      server.setClock(Duration.ZERO);
      RedisDeployment.await("the nodes are told", () -> node.forgot.get() > 0);

      assertThat(node.publish("news", 2)).isEqualTo(before.at(before.offset() + 1));
      assertThat(TestNode.numbers(node.after("news", before))).containsExactly("2");
      assertThat(get(node.engine.sessions().renew(List.of(lease))).whole()).isTrue();
      assertThat(get(append(node, "attached"))).isInstanceOf(Append.Taken.class);
      assertThat(get(claim(node, "detached"))).isInstanceOf(Claim.Granted.class);
      assertThat(get(claim(node, "nobody"))).isEqualTo(new Claim.Expired());
    } finally {
      server.close();
    }
  }
}
