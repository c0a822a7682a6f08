package io.byssus.server;

import io.byssus.api.ApiServer;
import io.byssus.core.Budgets;
import io.byssus.core.NodeObserver;
import io.byssus.core.Observers;
import io.byssus.core.lane.Ticker;
import io.byssus.core.node.Node;
import io.byssus.core.session.Owner;
import io.byssus.devices.Gateways;
import io.byssus.protocol.JsonCodec;
import io.byssus.server.auth.TokenAuthenticator;
import io.byssus.server.auth.TokenObserver;
import io.byssus.server.cli.Exit;
import io.byssus.server.log.LogEvent;
import io.byssus.server.log.LogObserver;
import io.byssus.server.metrics.MetricsObserver;
import io.byssus.server.metrics.MetricsPage;
import io.byssus.server.settings.Config;
import io.byssus.server.settings.DrainConfig;
import io.byssus.transport.EventLoops;
import io.byssus.transport.Routes;
import io.byssus.transport.TcpServer;
import io.byssus.transport.TransportObserver;
import io.byssus.transport.WebSocketServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node that serves: its threads, its listening socket and its state, put together from a
 * configuration. Several fit in one process.
 */
public final class Server implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger("io.byssus.node");
  private static final Ticker TICKER = System::nanoTime;
  private static final int INCARNATION_BYTES = 6;

  /** Longer only when the name is still held. */
  private static final long JOIN_SECONDS = 2;

  private static final long LEAVE_SECONDS = 2;

  /** For requests of the API that are under way when all clients have gone. */
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(1);

  private final Owner owner;
  private final MetricsObserver counted = new MetricsObserver();
  private final CompletableFuture<Void> nameLost = new CompletableFuture<>();
  private final NodeGateway nodeGateway = new NodeGateway();
  private final EventLoops loops;
  private final Budgets budgets;
  private final WebSocketServer listening;
  private final Node node;
  private final Optional<TcpServer> devicePort;
  private final ApiServer api;
  private final CompletableFuture<Void> askedToLeave = new CompletableFuture<>();
  private final Deque<Runnable> undo = new ArrayDeque<>();
  private volatile boolean leaving;

  private Server(Config config) throws IOException, StartFailedException {
    var random = new SecureRandom();
    owner = new Owner(NodeName.of(config), incarnation(random));
    try {
      var log = new LogObserver(TICKER);
      var observers = observers(log);
      var transports = TransportObserver.both(counted, log);
      loops =
          EventLoops.start(
              config.listen().transport(), config.node().lanes(), observers::taskFailed);
      undo.push(loops::close);
      budgets = Memory.shared(config.memory(), observers);
      var authenticator =
          new TokenAuthenticator(
              config.auth().rules(),
              Clock.systemUTC(),
              workers(),
              TokenObserver.both(counted, log));
      undo.push(authenticator::close);
      var gateways =
          new Gateways(config.devices().settings(), nodeGateway, authenticator, counted.and(log));
      listening =
          WebSocketServer.start(
              config.forTransport(), loops, routes(config, gateways, transports), budgets);
      undo.push(listening::close);
      var engine = RunningEngine.start(config, owner, TICKER, random, budgets);
      undo.push(engine::close);
      node =
          new Node(
              config.forNode(owner, NodeName.address(config, listening.address())),
              engine.engine(),
              authenticator,
              loops.lanes(),
              random,
              budgets,
              observers);
      node.start();
      join(config);
      undo.push(this::leave);
      // Whoever sees that the node is ready may ask its API.
      api = api(config);
      undo.push(api::close);
      nodeGateway.open(node);
      devicePort = devicePort(config, gateways, transports);
      devicePort.ifPresent(port -> undo.push(port::close));
    } catch (IOException | StartFailedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Serves from here on.
   *
   * @throws IOException if the address cannot be had
   * @throws StartFailedException if the engine or the name cannot
   */
  public static Server start(Config config) throws IOException, StartFailedException {
    return new Server(config);
  }

  /**
   * They compute signatures. Half of the processors, so that a storm of new tokens leaves the lanes
   * the other half; gone while there is nothing to do.
   */
  private ExecutorService workers() {
    var count = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    var threads = Thread.ofPlatform().daemon().name("byssus-tokens-", 0).factory();
    var workers =
        new ThreadPoolExecutor(
            count, count, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
    workers.allowCoreThreadTimeOut(true);
    undo.push(workers::shutdownNow);
    return workers;
  }

  private static String incarnation(RandomGenerator random) {
    var bytes = new byte[INCARNATION_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private Optional<TcpServer> devicePort(
      Config config, Gateways gateways, TransportObserver observer) throws StartFailedException {
    var wanted = config.devices().tcp().listener();
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    var settings = wanted.get();
    try {
      var messages = config.forTransport().messages();
      return Optional.of(TcpServer.start(settings, messages, loops, gateways, observer));
    } catch (IOException e) {
      var cannot =
          new CannotListen(
              settings.host(), settings.port(), "devices.tcp.host", "devices.tcp.port");
      throw new StartFailedException(Exit.UNAVAILABLE, cannot.sentence(e));
    }
  }

  private ApiServer api(Config config) throws StartFailedException {
    var settings = config.api().settings();
    Runnable leave = () -> askedToLeave.complete(null);
    node.onLeave(leave);
    var served =
        new ApiNode(
            node,
            counted,
            this::ready,
            new MetricsPage(counted, this::ready, nodeGateway::members, budgets),
            leave);
    try {
      var keys = config.api().readKeys();
      return ApiServer.start(settings, keys, served, new JsonCodec(), TICKER);
    } catch (IllegalArgumentException e) {
      throw new StartFailedException(
          Exit.CONFIG, "the keys of the API cannot be used: " + e.getMessage());
    } catch (IOException e) {
      throw new StartFailedException(
          Exit.UNAVAILABLE,
          new CannotListen(settings.host(), settings.port(), "api.listen", "api.listen")
              .sentence(e));
    }
  }

  private Routes routes(Config config, Gateways gateways, TransportObserver observer) {
    return new Routes(
        nodeGateway,
        config.devices().webSocket() ? Map.of("/device", gateways) : Map.of(),
        this::ready,
        config.echo().enabled(),
        Optional.of("console").filter(_ -> config.demo().enabled()),
        observer);
  }

  private NodeObserver observers(LogObserver log) {
    var ending =
        new NodeObserver() {
          @Override
          public void nameLost() {
            nameLost.complete(null);
          }
        };
    return new Observers(counted, new Observers(log, ending));
  }

  private void join(Config config) throws StartFailedException {
    var joined = node.join().toCompletableFuture();
    try {
      if (!within(JOIN_SECONDS, joined)) {
        LogEvent.info(log, "name_held")
            .with("name", owner.node())
            .say(
                "node name {name} is still held by an earlier run, or by another node; retrying for"
                    + " a few seconds");
      }
      if (!joined.get()) {
        throw new StartFailedException(
            Exit.CONFIG,
            "the name %s is taken by another live node of this cluster. Give this node a name of its"
                    .formatted(owner.node())
                + " own with --node or BYSSUS_NODE; the default is the host name.");
      }
    } catch (ExecutionException e) {
      throw new StartFailedException(
          Exit.UNAVAILABLE,
          "the engine %s accepts connections but does not answer: %s"
              .formatted(config.engine(), reason(e)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFailedException(Exit.SOFTWARE, "interrupted while starting");
    }
  }

  private static boolean within(long seconds, CompletableFuture<?> stage)
      throws ExecutionException, InterruptedException {
    try {
      stage.get(seconds, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  private static String reason(Throwable failure) {
    var root = failure;
    for (var cause = failure; cause != null; cause = cause.getCause()) {
      root = cause;
    }
    return String.valueOf(root.getMessage());
  }

  private void leave() {
    try {
      if (within(LEAVE_SECONDS, node.leave().toCompletableFuture())) {
        return;
      }
    } catch (ExecutionException e) {
      log.atDebug()
          .addKeyValue("event", "leave_failed")
          .setCause(e)
          .log("the node could not leave");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    LogEvent.warn(log, "leave_failed")
        .with("name", owner.node())
        .say("the engine does not answer: the node name {name} will be free in a few seconds");
  }

  /** With the real port, if any free one was asked for. */
  public InetSocketAddress address() {
    return listening.address();
  }

  /** Where gateways come by plain TCP, if they may. */
  public Optional<InetSocketAddress> deviceAddress() {
    return devicePort.map(TcpServer::address);
  }

  /** Where the API is. */
  public InetSocketAddress apiAddress() {
    return api.address();
  }

  /** Whether the API serves more than metrics and health. */
  boolean apiServes() {
    return api.serves();
  }

  public Owner owner() {
    return owner;
  }

  /** What it runs on, for a person. */
  String footing() {
    return loops.transport() + " on " + loops.lanes().all().size() + " threads";
  }

  public long connections() {
    return counted.connections();
  }

  /** Whether clients should be sent here. */
  public boolean ready() {
    return !leaving && nodeGateway.ready();
  }

  /** Done when an operator has asked by the API that this node leaves. */
  CompletableFuture<Void> askedToLeave() {
    return askedToLeave.copy();
  }

  /** Done when another run has taken this node's name: it serves nobody any more. */
  CompletableFuture<Void> nameLost() {
    return nameLost.copy();
  }

  /**
   * Leaves in good order: reports unready, goes on for the grace, accepts no more, and asks the
   * clients to go elsewhere. Whether all have gone before the deadline.
   */
  public boolean drain(DrainConfig drain) throws InterruptedException {
    var deadline = TICKER.nanoTime() + drain.deadline().toNanos();
    leaving = true;
    TimeUnit.NANOSECONDS.sleep(drain.grace().toNanos());
    listening.close();
    devicePort.ifPresent(TcpServer::close);
    var gone = node.drain(drain.window()).toCompletableFuture();
    try {
      gone.get(deadline - TICKER.nanoTime(), TimeUnit.NANOSECONDS);
      api.stop(LAST_ANSWERS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the node could not drain", e.getCause());
    }
  }

  /** Ends at once, whoever is connected: gives back what was taken, the newest first. */
  @Override
  public void close() {
    leaving = true;
    for (var step = undo.poll(); step != null; step = undo.poll()) {
      step.run();
    }
  }
}
