package io.byssus.core.node;

import io.byssus.core.Budgets;
import io.byssus.core.NodeObserver;
import io.byssus.core.Observers;
import io.byssus.core.channel.Hub;
import io.byssus.core.connection.Connection;
import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Peer;
import io.byssus.core.connection.Socket;
import io.byssus.core.engine.ClusterBus;
import io.byssus.core.engine.Engine;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.Lanes;
import io.byssus.core.lane.Stages;
import io.byssus.core.operations.ChangeBounds;
import io.byssus.core.operations.Control;
import io.byssus.core.operations.Inspection;
import io.byssus.core.operations.Operations;
import io.byssus.core.operations.Watches;
import io.byssus.protocol.CloseCode;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * One node: brings connections, sessions and channels together over an engine. A transport opens
 * connections on it; all that follows happens on the connections' lanes.
 *
 * <p>Its parts are put together by {@link NodeAssembly}; none of them sees this class.
 */
public final class Node {
  private static final long SWEEP_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long SWEEP_PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);
  private static final int SWEPT_AT_ONCE = 1_000;

  final Attachments<SessionHolder> attachments;
  final Hub hub;

  private final NodeSettings settings;
  private final Engine engine;
  private final NodeObserver observer;
  private final FailureLog failures;
  private final Budgets budgets;
  private final NodeStatus status;
  private final EndedSessions ended;
  private final StraySearch straySearch;
  private final Operations operations;
  private final Inspection inspection;
  private final Watches following;
  private final ClusterRequests requests;
  private final Control control;
  private final Map<Lane, LaneService> services;
  private final Cluster cluster;
  private final Lane first;

  /**
   * @param random of cryptographic strength, and thread-safe if there are several lanes: makes
   *     session ids and resume tokens
   */
  public Node(
      NodeSettings settings,
      Engine engine,
      Authenticator authenticator,
      Lanes lanes,
      RandomGenerator random,
      Budgets budgets,
      NodeObserver observer) {
    this.settings = settings;
    this.engine = engine;
    this.budgets = budgets;
    this.observer = Observers.guarded(observer);
    this.first = lanes.all().getFirst();
    var assembly =
        new NodeAssembly(
            settings,
            engine,
            authenticator,
            lanes,
            new RandomSource(random),
            budgets,
            new FailureLog(this.observer),
            new Local());
    this.attachments = assembly.attachments;
    this.hub = assembly.hub;
    this.inspection = new Inspection(engine.sessions(), engine.directory(), engine.broker());
    this.following = new Watches(hub, lanes, settings.limits(), budgets);
    this.failures = assembly.failures;
    this.status = assembly.status;
    this.ended = assembly.ended;
    this.operations = assembly.operations;
    this.requests = assembly.requests;
    this.control =
        new Control(
            engine,
            settings.namespaces(),
            new ChangeBounds(settings.limits()),
            first,
            assembly.ended::ended,
            session -> attachments.evict(session, CloseCode.ENDED));
    this.cluster = assembly.cluster;
    this.straySearch = assembly.straySearch;
    this.services = assembly.services;
  }

  /** From any thread: something was appended to the inbox of a session, which may be held here. */
  private void wakeInbox(String session) {
    attachments.of(session).ifPresent(SessionHolder::wakeInbox);
  }

  /** Starts the timers. Connections may be opened from here on. */
  public void start() {
    engine.inboxes().onAppend(this::wakeInbox);
    watchdogs().forEach(watchdog -> watchdog.lane().execute(watchdog::start));
    var sweeping = new RecurringStep(first, 1, SWEEP_PATIENCE_NS);
    first.execute(cluster::start);
    first.execute(() -> first.every(SWEEP_NS, () -> sweep(sweeping)));
    first.execute(straySearch::start);
  }

  private Collection<LaneWatchdog> watchdogs() {
    return services.values().stream().map(LaneService::watchdog).toList();
  }

  LaneWatchdog watchdog(Lane lane) {
    return service(lane).watchdog();
  }

  private LaneService service(Lane lane) {
    var service = services.get(lane);
    if (service == null) {
      throw new IllegalArgumentException("not a lane of this node");
    }
    return service;
  }

  /** What can be asked of this node, by clients, programs and operators. */
  public Operations operations() {
    return operations;
  }

  /** What can be seen of sessions, users and channels. */
  public Inspection inspection() {
    return inspection;
  }

  /** Lets programs follow channels. */
  public Watches following() {
    return following;
  }

  /** Lets operators change sessions, wherever they are, and end nodes. */
  public Control control() {
    return control;
  }

  /**
   * What begins the end of this process in good order, when somebody asks for it by {@link
   * Control#drain}. Until it is set, that is refused.
   */
  public void onLeave(Runnable begin) {
    requests.onLeave(begin);
  }

  // Among the others.

  /**
   * Takes the node's name and shows it to the others, from then on until {@link #leave}. As a run
   * that was killed keeps its name for a while, this may take {@link ClusterBus#NAME_LEASE} and a
   * bit.
   *
   * @return false when another run has the name and keeps it; fails when the engine did not answer
   */
  public CompletionStage<Boolean> join() {
    return cluster.join();
  }

  /** Gives the node's name back, once nobody is here any more. From any thread. */
  public CompletionStage<Void> leave() {
    return cluster.leave();
  }

  /**
   * The nodes of the cluster that are not gone, by name: this one too, once it has joined. From any
   * thread.
   */
  public List<NodeView> members() {
    return cluster.members();
  }

  /** What the cluster asks of this node. */
  private final class Local implements Cluster.Local {
    @Override
    public ClusterBus.Announcement announcement(Duration uptime) {
      return new ClusterBus.Announcement(
          settings.owner(),
          settings.address(),
          settings.version(),
          uptime,
          status.connections(),
          attachments.size(),
          ready());
    }

    @Override
    public void nameLost(Duration window) {
      drain(window);
    }

    @Override
    public CompletionStage<Void> payDebts() {
      return onAllLanes(
          (watchdog, done) -> watchdog.context().debts().pay(() -> done.complete(null)));
    }

    @Override
    public void wakeInbox(String session) {
      Node.this.wakeInbox(session);
    }

    @Override
    public CompletionStage<ClusterBus.Reply> asked(ClusterBus.Question question) {
      return requests.asked(question);
    }

    @Override
    public void reachable(boolean reachable) {
      Node.this.reachable(reachable);
    }

    @Override
    public void forgot() {
      Node.this.forgot();
    }
  }

  // Connections.

  /** A socket whose handshake is done. On its lane, which must be one of the node's. */
  public Connection open(Lane lane, Socket socket, Encoding encoding, Peer peer) {
    return open(lane, socket, encoding, peer, client -> {});
  }

  /**
   * A connection that is let in without saying {@code connect}, because the caller knows who it is.
   * It hears {@code connected}, or why not, with the id {@link Identity#ID}; what it says before
   * that waits. On its lane.
   */
  public Connection open(
      Lane lane, Socket socket, Encoding encoding, Peer peer, Identity identity) {
    return open(lane, socket, encoding, peer, client -> client.enter(identity));
  }

  private Connection open(
      Lane lane, Socket socket, Encoding encoding, Peer peer, Consumer<ClientConnection> opened) {
    lane.check();
    observer.connectionOpened();
    var service = service(lane);
    return new Connection(
        lane,
        socket,
        encoding,
        peer,
        settings.limits().outboxBytes(),
        budgets.sending(),
        observer,
        connection -> {
          var client = new ClientConnection(service.connections(), connection);
          service.watchdog().connections().add(client);
          status.opened();
          opened.accept(client);
          return client;
        });
  }

  /** Open now. From any thread. */
  int connections() {
    return status.connections();
  }

  /**
   * Whether new connections are welcome: false while draining, while the engine cannot be reached,
   * and then until all leases have been checked; while a lane does not deliver, and while there is
   * no room for them.
   */
  public boolean ready() {
    return !status.draining()
        && status.reachable()
        && leasesChecked()
        && watchdogs().stream().allMatch(LaneWatchdog::alive)
        && budgets.welcome();
  }

  private boolean leasesChecked() {
    var outage = status.outages();
    return watchdogs().stream().allMatch(w -> w.context().outages().checkedAfter() == outage);
  }

  /**
   * Asks every client to come back elsewhere, spread over {@code window}, and closes its connection
   * (1012) once what it asked for is answered. From any thread. The stage completes when all are
   * gone; the caller has its own deadline.
   */
  public CompletionStage<Void> drain(Duration window) {
    status.drain();
    return onAllLanes((watchdog, done) -> watchdog.drain(window, done));
  }

  private CompletableFuture<Void> onAllLanes(
      BiConsumer<LaneWatchdog, CompletableFuture<Void>> step) {
    return Stages.all(
        watchdogs().stream()
            .map(watchdog -> {
              var done = new CompletableFuture<Void>();
              watchdog.lane().execute(() -> step.accept(watchdog, done));
              return done;
            })
            .toList());
  }

  // The engine.

  /**
   * The engine cannot be reached any more, or can again. Reachable though it was not told
   * otherwise: something may have been missed in a moment. From any thread.
   */
  synchronized void reachable(boolean now) {
    if (now == status.reachable()) {
      if (now) {
        outagesEnd(status.outages());
      }
      return;
    }
    var outage = status.reachable(now);
    observer.engineReachable(now);
    if (now) {
      outagesEnd(outage);
    } else {
      watchdogs().forEach(w -> w.lane().execute(w.context().outages()::begin));
    }
  }

  private void outagesEnd(long outage) {
    watchdogs().forEach(w -> w.lane().execute(() -> w.context().outages().end(outage)));
  }

  /**
   * The engine may have lost anything. Who ended or was taken over is said at once, that nobody
   * writes it anew; what is attached here is written anew a little later, when other nodes have
   * said the same. From any thread.
   */
  private void forgot() {
    observer.engineForgot();
    first.execute(() -> ended.tellAll(first));
    watchdogs().forEach(watchdog -> watchdog.lane().execute(watchdog::forgot));
  }

  /** Again at once while there is more, but behind what else the lane has to do. */
  private void sweep(RecurringStep sweeping) {
    sweeping.take(
        this::sweepOnce,
        (count, failure) -> {
          if (count == null) {
            failures.engineFailed("sweep", failure);
          } else if (count == SWEPT_AT_ONCE) {
            first.execute(() -> sweep(sweeping));
          }
        });
  }

  /** No more than one sweep's remains are under way to the engine at once. */
  private CompletionStage<Integer> sweepOnce() {
    return first.then(
        engine.sessions().sweep(SWEPT_AT_ONCE),
        gone -> {
          if (!gone.isEmpty()) {
            observer.sessionsExpired(gone.size());
          }
          return first.then(
              Stages.all(gone.stream().map(ended::forgetOld).toList()),
              done -> CompletableFuture.completedFuture(gone.size()));
        });
  }
}
