package io.byssus.core.testing;

import io.byssus.core.Bounds;
import io.byssus.core.Budgets;
import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.channel.Access;
import io.byssus.core.channel.AfterLoss;
import io.byssus.core.channel.Namespace;
import io.byssus.core.channel.Namespaces;
import io.byssus.core.channel.Retention;
import io.byssus.core.connection.Heartbeat;
import io.byssus.core.connection.Overflow;
import io.byssus.core.connection.Peer;
import io.byssus.core.engine.Engine;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.memory.MemoryEngine;
import io.byssus.core.node.Authenticator;
import io.byssus.core.node.Node;
import io.byssus.core.node.NodeSettings;
import io.byssus.core.node.UserPolicy;
import io.byssus.core.session.Owner;
import io.byssus.protocol.ServerMessage.Member;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * A node on stepped lanes and the memory engine. The token of a connect is the user's name,
 * "nobody" is refused.
 *
 * <p>Namespaces: {@code kept.} has history, {@code seen.} presence too, {@code latest.} keeps only
 * the newest for slow readers, {@code drop.} drops the oldest, {@code users.} is for users, {@code
 * closed.} for nobody, {@code now.} goes on from now behind what it dropped; the rest is ephemeral.
 */
public final class TestNode {
  public final RandomGenerator random;
  public final SteppedLanes lanes;
  public final Engine engine;
  public final Node node;
  private final Owner owner;
  public final FakeWire wire = new FakeWire();

  public TestNode(long seed) {
    this(seed, Limits.DEFAULTS, new UserPolicy.Unlimited(), NodeObserver.NONE, e -> e);
  }

  /** One that may hold so much. */
  public TestNode(long seed, Budgets budgets) {
    this(
        new Owner("n1", "1"),
        new SteppedLanes(3, new SplittableRandom(seed)),
        Limits.DEFAULTS,
        new UserPolicy.Unlimited(),
        NodeObserver.NONE,
        EngineSettings.DEFAULTS,
        lanes -> MemoryEngine.create(EngineSettings.DEFAULTS, lanes, lanes.random(), budgets),
        budgets);
    node.join();
    lanes.settle();
  }

  public TestNode(
      long seed,
      Limits limits,
      UserPolicy policy,
      NodeObserver observer,
      UnaryOperator<Engine> wrap) {
    this(seed, limits, policy, observer, EngineSettings.DEFAULTS, wrap);
  }

  public TestNode(
      long seed,
      Limits limits,
      UserPolicy policy,
      NodeObserver observer,
      EngineSettings engineSettings,
      UnaryOperator<Engine> wrap) {
    this(
        new Owner("n1", "1"),
        new SteppedLanes(3, new SplittableRandom(seed)),
        limits,
        policy,
        observer,
        engineSettings,
        lanes -> wrap.apply(MemoryEngine.create(engineSettings, lanes, lanes.random())));
    node.join();
    lanes.settle();
  }

  /** One of several nodes, which has not joined yet. */
  public TestNode(
      Owner owner,
      SteppedLanes lanes,
      Limits limits,
      UserPolicy policy,
      NodeObserver observer,
      EngineSettings engineSettings,
      Function<SteppedLanes, Engine> start) {
    this(owner, lanes, limits, policy, observer, engineSettings, start, Budgets.unbounded());
  }

  private TestNode(
      Owner owner,
      SteppedLanes lanes,
      Limits limits,
      UserPolicy policy,
      NodeObserver observer,
      EngineSettings engineSettings,
      Function<SteppedLanes, Engine> start,
      Budgets budgets) {
    this.owner = owner;
    this.lanes = lanes;
    this.random = lanes.random();
    engine = start.apply(lanes);
    var settings =
        new NodeSettings(
            owner,
            owner.node() + ".example:8080",
            "test",
            limits,
            NAMESPACES,
            Heartbeat.DEFAULTS,
            policy,
            true,
            Duration.ZERO,
            engineSettings);
    node = new Node(settings, engine, BY_NAME, lanes.lanes(), random, budgets, observer);
    node.start();
    lanes.settle();
  }

  public Owner owner() {
    return owner;
  }

  /** The users that are shown in a channel. */
  public List<String> present(String channel) {
    var shown = engine.presence().members(channel, Bounds.most(10_000));
    return shown.toCompletableFuture().join().members().stream().map(Member::user).toList();
  }

  /** A client that is not connected yet. */
  public TestClient client() {
    return new TestClient(this);
  }

  /** A client with a session. */
  public TestClient connected(String user) {
    var client = client();
    client.connect(user);
    return client;
  }

  private static final Retention KEPT = new Retention(50, Duration.ofMinutes(10));

  private static final Namespaces NAMESPACES =
      new Namespaces(
          List.of(
              namespace("", Retention.EPHEMERAL, false, Access.EVERYONE, Overflow.DISCONNECT),
              namespace("kept.", KEPT, false, Access.EVERYONE, Overflow.DISCONNECT),
              namespace("seen.", KEPT, true, Access.EVERYONE, Overflow.DISCONNECT),
              namespace("drop.", KEPT, false, Access.EVERYONE, Overflow.DROP_OLDEST),
              namespace("latest.", Retention.EPHEMERAL, false, Access.EVERYONE, Overflow.LATEST),
              namespace("users.", KEPT, false, Access.USERS, Overflow.DISCONNECT),
              namespace("closed.", KEPT, false, Access.NOBODY, Overflow.DISCONNECT),
              namespace(
                  "now.", KEPT, AfterLoss.FROM_NOW, false, Access.EVERYONE, Overflow.DISCONNECT)));

  private static Namespace namespace(
      String prefix, Retention retention, boolean presence, Access access, Overflow overflow) {
    return namespace(prefix, retention, AfterLoss.FROM_OLDEST, presence, access, overflow);
  }

  private static Namespace namespace(
      String prefix,
      Retention retention,
      AfterLoss afterLoss,
      boolean presence,
      Access access,
      Overflow overflow) {
    return new Namespace(
        prefix, retention, afterLoss, presence, List.of("name"), access, access, overflow);
  }

  private static final Authenticator BY_NAME =
      new Authenticator() {
        @Override
        public CompletionStage<Verdict> authenticate(String token, Peer peer) {
          return CompletableFuture.completedFuture(
              switch (token.isEmpty() ? peer.token() : token) {
                case "busy" -> new Verdict.Unavailable("ask later");
                case "nobody" -> new Verdict.Refused("not you");
                case "brief" -> new Verdict.Accepted(token, Duration.ofMinutes(1));
                default -> new Verdict.Accepted(token.isEmpty() ? peer.token() : token);
              });
        }

        @Override
        public boolean admitsAnonymous(Peer peer) {
          return peer.local();
        }
      };
}
