package io.byssus.api;

import io.byssus.core.Budgets;
import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.channel.Access;
import io.byssus.core.channel.AfterLoss;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.Hub;
import io.byssus.core.channel.Namespace;
import io.byssus.core.channel.Namespaces;
import io.byssus.core.channel.Retention;
import io.byssus.core.connection.Overflow;
import io.byssus.core.delivery.Router;
import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.lane.Lanes;
import io.byssus.core.memory.MemoryEngine;
import io.byssus.core.node.NodeView;
import io.byssus.core.operations.ChangeBounds;
import io.byssus.core.operations.Control;
import io.byssus.core.operations.Inspection;
import io.byssus.core.operations.Operations;
import io.byssus.core.operations.Watches;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionStore;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.TokenHash;
import io.byssus.protocol.Json;
import io.byssus.protocol.JsonCodec;
import io.byssus.protocol.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** An API over the memory engine, as its node would have it. */
final class TestApi implements AutoCloseable, ServedNode {
  static final ApiSettings SETTINGS =
      new ApiSettings(
          "127.0.0.1", 0, false, 256 << 10, 100_000, 1_000, 2_000, Duration.ofSeconds(30));

  private static final Namespaces NAMESPACES =
      new Namespaces(
          List.of(
              namespace("", true, new Retention(100, Duration.ofMinutes(5))),
              namespace("ticks.", false, Retention.EPHEMERAL)));

  final List<String> published = new CopyOnWriteArrayList<>();
  final List<String> drained = new ArrayList<>();
  final List<NodeView> members =
      new ArrayList<>(
          List.of(
              new NodeView(
                  new Owner("n1", "0a"),
                  NodeView.State.ALIVE,
                  "127.0.0.1:8080",
                  "0.1",
                  Duration.ofSeconds(7),
                  3,
                  2,
                  true,
                  true)));

  private final Operations operations;
  private final ApiServer server;
  volatile boolean ready = true;

  final ThreadLane lane = new ThreadLane();
  private final Set<String> listening = ConcurrentHashMap.newKeySet();
  private final Watches watches;
  private final Inspection inspection;
  private final Control control;
  final SessionStore sessions;
  final SessionDirectory directory;

  private TestApi(ApiSettings settings, ApiKeys keys, UnaryOperator<Broker> wrap)
      throws IOException {
    var engine =
        MemoryEngine.create(
            EngineSettings.DEFAULTS, System::nanoTime, new Random(1), Budgets.unbounded());
    var broker = new Listened(wrap.apply(engine.broker()), listening);
    var lanes = new Lanes(List.of(lane));
    sessions = engine.sessions();
    directory = engine.directory();
    inspection = new Inspection(sessions, directory, broker);
    control =
        new Control(
            engine,
            NAMESPACES,
            new ChangeBounds(Limits.DEFAULTS),
            lane,
            gone -> {},
            session -> CompletableFuture.completedFuture(false));
    watches =
        new Watches(
            new Hub(
                broker, lanes, NAMESPACES, Limits.DEFAULTS, Duration.ZERO, new NodeObserver() {}),
            lanes,
            Limits.DEFAULTS,
            Budgets.unbounded());
    operations =
        new Operations(
            NAMESPACES,
            Limits.DEFAULTS,
            broker,
            new Router(engine.directory(), engine.inboxes()),
            engine.presence());
    server = ApiServer.start(settings, keys, this, new JsonCodec(), System::nanoTime);
  }

  static TestApi start() throws IOException {
    return start(SETTINGS, ApiKeys.none());
  }

  static TestApi start(ApiSettings settings, ApiKeys keys) throws IOException {
    return new TestApi(settings, keys, UnaryOperator.identity());
  }

  static TestApi over(UnaryOperator<Broker> wrap) throws IOException {
    return new TestApi(SETTINGS, ApiKeys.none(), wrap);
  }

  static ApiKeys keys(String lines) throws IOException {
    return new ApiKeys(lines, Optional.empty());
  }

  private static Namespace namespace(String prefix, boolean presence, Retention retention) {
    return new Namespace(
        prefix,
        retention,
        AfterLoss.FROM_OLDEST,
        presence,
        List.of(),
        Access.EVERYONE,
        Access.EVERYONE,
        Overflow.DISCONNECT);
  }

  Http http() {
    return new Http(server.address());
  }

  ApiServer server() {
    return server;
  }

  @Override
  public Operations operations() {
    return operations;
  }

  @Override
  public NodeObserver observer() {
    return new NodeObserver() {
      @Override
      public void published(String channel) {
        published.add(channel);
      }
    };
  }

  @Override
  public Inspection inspection() {
    return inspection;
  }

  @Override
  public Control control() {
    return control;
  }

  @Override
  public Watches watches() {
    return watches;
  }

  /** Makes a session that nobody holds. */
  void detached(String id, String user) {
    session(id, user, "away");
    sessions.release(new Lease(id, new Owner("n1", "0a"), 1)).toCompletableFuture().join();
  }

  /** Makes a session that is attached to n1. */
  void session(String id, String user, String tag) {
    var made =
        new NewSession(id, user, Map.of("a", Json.of("1")), Set.of(tag), TokenHash.of("token"));
    sessions.create(made, new Owner("n1", "0a")).toCompletableFuture().join();
    directory
        .add(
            List.of(
                new SessionDirectory.Entry(new Target.ToUser(user), id),
                new SessionDirectory.Entry(new Target.ToTag(tag), id)))
        .toCompletableFuture()
        .join();
  }

  /** The channels that somebody listens to. */
  Set<String> listening() {
    return Set.copyOf(listening);
  }

  @Override
  public List<NodeView> members() {
    return members;
  }

  @Override
  public boolean ready() {
    return ready;
  }

  @Override
  public String metrics() {
    return "# TYPE up gauge\nup 1\n";
  }

  @Override
  public CompletionStage<Boolean> drain(String name) {
    var there = members.stream().anyMatch(node -> node.owner().node().equals(name));
    if (there) {
      drained.add(name);
    }
    return CompletableFuture.completedFuture(there);
  }

  @Override
  public void close() {
    server.close();
    lane.close();
  }
}
