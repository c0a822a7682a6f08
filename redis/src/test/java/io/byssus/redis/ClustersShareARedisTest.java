package io.byssus.redis;

import static io.byssus.redis.TestNode.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.channel.Retention;
import io.byssus.core.engine.ClusterBus;
import io.byssus.core.engine.ClusterBus.Announcement;
import io.byssus.core.engine.ClusterBus.Name;
import io.byssus.core.engine.ClusterBus.Notice;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.TokenHash;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Durability;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage.Member;
import io.byssus.protocol.Target;
import io.byssus.redis.testing.RedisDeployment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/**
 * Two clusters of nodes on one Redis, in two databases or with two prefixes. All that can be the
 * same is: names and runs of the nodes, sessions, channels, users. Neither sees anything of the
 * other.
 */
class ClustersShareARedisTest {
  private static final Retention EPHEMERAL = new Retention(0, Duration.ofMinutes(1));
  private static final Owner OWNER = new Owner("n0", "run-1");

  /** One of the clusters, of one node, and all that it was told by anybody. */
  private static final class Told implements AutoCloseable, ClusterBus.Listener {
    final TestNode node;
    final String name;
    final List<String> what = new CopyOnWriteArrayList<>();

    Told(String name, RedisAddress address, String prefix) throws RedisUnavailableException {
      this.name = name;
      node =
          new TestNode(
              OWNER,
              new RedisSettings(
                  address, Optional.empty(), RedisSettings.DEFAULT_TIMEOUT, 0, prefix));
      node.engine.bus().listen(this);
      node.engine.inboxes().onAppend(session -> what.add("wake " + session));
      var broker = node.engine.broker();
      get(broker.subscribe("kept", (channel, _, item) -> what.add(channel + " " + item.data())));
      get(broker.subscribe("passed", (channel, _, item) -> what.add(channel + " " + item.data())));
      get(broker.subscribePrefix("news.", (channel, _, item) -> what.add(channel + item.data())));
    }

    /** Does everything that others of its cluster hear or find. */
    void act() {
      var engine = node.engine;
      assertThat(
              get(
                  engine
                      .bus()
                      .announce(new Announcement(OWNER, name, "", Duration.ZERO, 1, 1, true))))
          .as("the name is free in this cluster")
          .isInstanceOf(Name.Taken.class);
      var token = TokenHash.of("token");
      var lease =
          get(engine
                  .sessions()
                  .create(new NewSession("session", "ann", Map.of(), Set.of(), token), OWNER))
              .lease();
      get(engine.directory().add(new Target.ToUser("ann"), "session"));
      get(engine.inboxes().append("session", Json.of("\"" + name + "\""), Optional.empty()));
      get(engine.presence().enter("kept", new Member("session", "ann", Map.of()), lease));
      get(engine.bus().tell(OWNER, new Notice.Superseded(lease, CloseCode.REPLACED)));
      for (var channel : List.of("kept", "news.kept")) {
        get(engine.broker().publish(channel, draft(), TestNode.KEPT));
      }
      for (var channel : List.of("passed", "news.passed")) {
        get(engine.broker().publish(channel, draft(), EPHEMERAL));
      }
      get(engine.bus().leave(OWNER));
    }

    private io.byssus.core.channel.Broker.Draft draft() {
      return new io.byssus.core.channel.Broker.Draft(
          Json.of("\"" + name + "\""), Optional.empty(), "once", Durability.ACCEPTED);
    }

    /** What {@link #act} tells a cluster of its own. */
    List<String> own() {
      var quoted = '"' + name + '"';
      return List.of(
          "announced " + name,
          "wake session",
          "told session",
          "kept " + quoted,
          "news.kept" + quoted,
          "passed " + quoted,
          "news.passed" + quoted,
          "left " + OWNER.node());
    }

    @Override
    public void announced(Announcement announcement) {
      what.add("announced " + announcement.address());
    }

    @Override
    public void left(Owner gone) {
      what.add("left " + gone.node());
    }

    @Override
    public void told(Notice notice) {
      what.add("told " + ((Notice.Superseded) notice).lease().session());
    }

    @Override
    public void reachable(boolean now) {}

    @Override
    public void forgot() {}

    @Override
    public void close() {
      node.close();
    }
  }

  @Test
  void twoDatabasesOfOneServer() throws RedisUnavailableException {
    try (var redis = RedisDeployment.standalone()) {
      keepApart(in(redis, 0), "byssus", in(redis, 1), "byssus");
      keepApart(in(redis, 2), "byssus", in(redis, 12), "byssus");
    }
  }

  @Test
  void twoPrefixesInOneDatabase() throws RedisUnavailableException {
    try (var redis = RedisDeployment.standalone()) {
      keepApart(in(redis, 0), "byssus", in(redis, 0), "staging");
      keepApart(in(redis, 1), "byssus:0", in(redis, 1), "byssus:1");
    }
  }

  /** Of {@code byssus:0} in database 1 and {@code byssus} in database 0 neither is the other. */
  @Test
  void prefixesThatLookLikeDatabases() throws RedisUnavailableException {
    try (var redis = RedisDeployment.standalone()) {
      keepApart(in(redis, 1), "a:0", in(redis, 0), "a");
      keepApart(in(redis, 0), "b:1", in(redis, 1), "b");
    }
  }

  @Test
  void behindSentinels() throws RedisUnavailableException {
    try (var redis = RedisDeployment.sentinel()) {
      keepApart(in(redis, 0), "byssus", in(redis, 1), "byssus");
      keepApart(in(redis, 3), "byssus", in(redis, 3), "staging");
    }
  }

  @Test
  void twoPrefixesInARedisCluster() throws RedisUnavailableException {
    try (var redis = RedisDeployment.cluster(0)) {
      keepApart(in(redis, 0), "byssus", in(redis, 0), "staging");
    }
  }

  private static RedisAddress in(RedisDeployment redis, int database) {
    var address = redis.address();
    return new RedisAddress(
        address.kind(), address.hosts(), address.primary(), database, false, "", "");
  }

  private static void keepApart(
      RedisAddress here, String prefix, RedisAddress there, String otherPrefix)
      throws RedisUnavailableException {
    try (var one = new Told("one", here, prefix);
        var other = new Told("other", there, otherPrefix)) {
      one.act();
      assertThat(get(other.node.engine.presence().members("kept", Bounds.most(10))).total())
          .isZero();
      assertThat(get(other.node.engine.directory().sessions(new Target.ToUser("ann")))).isEmpty();
      assertThat(get(other.node.engine.sessions().holder("session"))).isEmpty();
      assertThat(other.node.top("kept").offset()).isZero();
      other.act();
      for (var each : List.of(one, other)) {
        RedisDeployment.await(
            each.name + " hears its own: " + each.what, () -> each.what.containsAll(each.own()));
      }
      // What the first said was on its way before what the other heard of itself.
      assertThat(other.what).containsExactlyInAnyOrderElementsOf(other.own());
      other.act();
      RedisDeployment.await("the other once more", () -> count(other.what, "left") == 2);
      assertThat(one.what).containsExactlyInAnyOrderElementsOf(one.own());
    }
  }

  private static long count(List<String> what, String word) {
    return what.stream().filter(each -> each.startsWith(word)).count();
  }
}
