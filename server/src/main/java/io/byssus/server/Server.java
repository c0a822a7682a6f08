package io.byssus.server;

import io.byssus.core.lane.Ticker;
import io.byssus.core.memory.MemoryEngine;
import io.byssus.core.node.Engine;
import io.byssus.core.node.EngineSettings;
import io.byssus.core.node.Node;
import io.byssus.core.session.Owner;
import io.byssus.server.auth.TokenAuthenticator;
import io.byssus.server.config.Config;
import io.byssus.server.config.Settings;
import io.byssus.server.log.LogObserver;
import io.byssus.server.metrics.MetricsObserver;
import io.byssus.server.metrics.MetricsPage;
import io.byssus.server.metrics.Observers;
import io.byssus.server.transport.EventLoops;
import io.byssus.server.transport.Site;
import io.byssus.server.transport.WebSocketServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

/**
 * A node that serves: its threads, its state and its listening socket, put together from a
 * configuration. Several fit in one process.
 */
public final class Server implements AutoCloseable {
  private static final Ticker TICKER = System::nanoTime;
  private static final int INCARNATION_BYTES = 6;

  private final EventLoops loops;
  private final Node node;
  private final MetricsObserver counted = new MetricsObserver();
  private final WebSocketServer listening;
  private final Owner owner;
  private volatile boolean leaving;

  private Server(Config config, EventLoops loops) throws IOException {
    var random = new SecureRandom();
    this.loops = loops;
    this.owner = new Owner(NodeName.of(config), incarnation(random));
    var settings = Settings.node(config, owner);
    this.node =
        new Node(
            settings,
            engine(config.engine(), settings.engine(), random),
            new TokenAuthenticator(
                Settings.tokens(config),
                Clock.systemUTC(),
                Executors.newVirtualThreadPerTaskExecutor()),
            loops.lanes(),
            random,
            new Observers(counted, new LogObserver(TICKER)));
    node.start();
    var site =
        new Site(
            node::open, this::ready, new MetricsPage(counted, this::ready), "console", counted);
    this.listening = WebSocketServer.start(Settings.transport(config), loops, site);
  }

  /** Serves from here on. Throws IOException if the address cannot be had. */
  public static Server start(Config config) throws IOException {
    var loops = EventLoops.start(config.listen().transport(), config.node().lanes());
    try {
      return new Server(config, loops);
    } catch (IOException | RuntimeException e) {
      loops.close();
      throw e;
    }
  }

  private static Engine engine(
      Config.Engine engine, EngineSettings settings, RandomGenerator random) {
    return switch (engine) {
      case Config.Engine.Memory() -> MemoryEngine.create(settings, TICKER, random);
      case Config.Engine.Redis(var address) ->
          throw new UnsupportedOperationException("" + address);
    };
  }

  private static String incarnation(RandomGenerator random) {
    var bytes = new byte[INCARNATION_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** With the real port, if any free one was asked for. */
  public InetSocketAddress address() {
    return listening.address();
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
    return !leaving && node.ready();
  }

  /**
   * Leaves in good order: reports unready, goes on for the grace, accepts no more, and asks the
   * clients to go elsewhere. Whether all have gone before the deadline.
   */
  public boolean drain(Config.Drain drain) throws InterruptedException {
    var deadline = TICKER.nanoTime() + drain.deadline().toNanos();
    leaving = true;
    TimeUnit.NANOSECONDS.sleep(drain.grace().toNanos());
    listening.close();
    var gone = node.drain(drain.window()).toCompletableFuture();
    try {
      gone.get(deadline - TICKER.nanoTime(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the node could not drain", e.getCause());
    }
  }

  /** Ends at once, whoever is connected. */
  @Override
  public void close() {
    leaving = true;
    listening.close();
    loops.close();
  }
}
