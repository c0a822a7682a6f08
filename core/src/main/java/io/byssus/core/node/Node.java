package io.byssus.core.node;

import io.byssus.core.Budgets;
import io.byssus.core.NodeObserver;
import io.byssus.core.Observers;
import io.byssus.core.channel.ChannelName;
import io.byssus.core.channel.Hub;
import io.byssus.core.connection.Connection;
import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Peer;
import io.byssus.core.connection.Socket;
import io.byssus.core.delivery.Router;
import io.byssus.core.engine.ClusterBus;
import io.byssus.core.engine.ClusterBus.Notice;
import io.byssus.core.engine.Engine;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.Lanes;
import io.byssus.core.operations.Inspection;
import io.byssus.core.operations.Operations;
import io.byssus.core.operations.Watches;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.core.session.Tombstone;
import io.byssus.core.session.Tombstones;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One node: brings connections, sessions and channels together over an engine. A transport opens
 * connections on it; all that follows happens on the connections' lanes.
 */
public final class Node {
  private static final long SWEEP_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long SWEEP_PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);
  private static final int SWEPT_AT_ONCE = 1_000;
  private static final int ID_BYTES = 16;
  private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(500);

  /** Of so many sessions that ended or were taken over it is known that nobody may restore them. */
  private static final int TOMBSTONES_MAX = 10_000;

  final NodeSettings settings;
  final Engine engine;
  final Authenticator authenticator;
  final NodeObserver observer;
  final RandomGenerator random;
  final Budgets budgets;
  final Attachments attachments = new Attachments();
  final Hub hub;
  final Router router;
  private final Operations operations;
  private final Inspection inspection;
  private final Watches following;
  final Strays strays;
  final Tombstones tombstones;

  private final Lanes lanes;
  private final Map<Lane, Watch> watches = new IdentityHashMap<>();
  private final Cluster cluster;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicLong outages = new AtomicLong();
  private volatile boolean reachable = true;
  private volatile boolean draining;

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
    this.authenticator = authenticator;
    this.lanes = lanes;
    this.random = random;
    this.budgets = budgets;
    this.observer = Observers.guarded(observer);
    this.hub =
        new Hub(
            engine.broker(),
            lanes,
            settings.namespaces(),
            settings.limits(),
            settings.joinDelay(),
            this.observer);
    this.router = new Router(engine.directory(), engine.inboxes());
    this.operations =
        new Operations(
            settings.namespaces(), settings.limits(), engine.broker(), router, engine.presence());
    this.inspection = new Inspection(engine.sessions(), engine.directory(), engine.broker());
    this.following = new Watches(hub, lanes, settings.limits(), budgets);
    var connects = Math.ceilDiv(settings.limits().connectsAtOnce(), lanes.all().size());
    lanes.all().forEach(lane -> watches.put(lane, new Watch(lane, this, connects)));
    this.tombstones =
        new Tombstones(lanes.all().getFirst(), settings.engine().sessionTtl(), TOMBSTONES_MAX);
    this.strays = new Strays(this, lanes.all().getFirst());
    this.cluster = new Cluster(this, lanes.all().getFirst());
  }

  /** From any thread: something was appended to the inbox of a session, which may be held here. */
  void wakeInbox(String session) {
    attachments.of(session).ifPresent(CommandDispatcher::wakeInbox);
  }

  /** Starts the timers. Connections may be opened from here on. */
  public void start() {
    engine.inboxes().onAppend(this::wakeInbox);
    watches.values().forEach(watch -> watch.lane().execute(watch::start));
    var first = lanes.all().getFirst();
    var sweeping = new RecurringStep(first, 1, SWEEP_PATIENCE_NS);
    first.execute(cluster::start);
    first.execute(() -> first.every(SWEEP_NS, () -> sweep(sweeping, first)));
    first.execute(strays::start);
  }

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

  /** What programs may ask. */
  public Operations operations() {
    return operations;
  }

  public Inspection inspection() {
    return inspection;
  }

  public Watches following() {
    return following;
  }

  /** A socket whose handshake is done. On its lane, which must be one of the node's. */
  public Connection open(Lane lane, Socket socket, Encoding encoding, Peer peer) {
    return open(lane, socket, encoding, peer, dispatcher -> {});
  }

  /**
   * A connection that is let in without saying {@code connect}, because the caller knows who it is.
   * It hears {@code connected}, or why not, with the id {@link Identity#ID}; what it says before
   * that waits. On its lane.
   */
  public Connection open(
      Lane lane, Socket socket, Encoding encoding, Peer peer, Identity identity) {
    return open(lane, socket, encoding, peer, dispatcher -> dispatcher.enter(identity));
  }

  private Connection open(
      Lane lane, Socket socket, Encoding encoding, Peer peer, Consumer<CommandDispatcher> opened) {
    lane.check();
    observer.connectionOpened();
    return new Connection(
        lane,
        socket,
        encoding,
        peer,
        settings.limits().outboxBytes(),
        budgets.sending(),
        observer,
        connection -> {
          var dispatcher = new CommandDispatcher(this, connection);
          watch(lane).add(dispatcher);
          connections.incrementAndGet();
          opened.accept(dispatcher);
          return dispatcher;
        });
  }

  /** The connection of a dispatcher has ended. */
  void closed(CommandDispatcher dispatcher) {
    watch(dispatcher.lane()).remove(dispatcher);
    connections.decrementAndGet();
  }

  /** Open now. From any thread. */
  int connections() {
    return connections.get();
  }

  /** Whether it is known who is in the channel, which may be a pattern. */
  boolean showsPresence(String channel) {
    return !ChannelName.isPattern(channel) && settings.namespaces().of(channel).presence();
  }

  /**
   * Whether new connections are welcome: false while draining, while the engine cannot be reached,
   * and then until all leases have been checked; while a lane does not deliver, and while there is
   * no room for them.
   */
  public boolean ready() {
    return !draining && reachable && leasesChecked() && lanesAlive() && budgets.welcome();
  }

  private boolean lanesAlive() {
    return watches.values().stream().allMatch(Watch::alive);
  }

  private boolean leasesChecked() {
    var outage = outages.get();
    return watches.values().stream().allMatch(w -> w.outages().checkedAfter() == outage);
  }

  boolean draining() {
    return draining;
  }

  boolean reachable() {
    return reachable;
  }

  /** How many outages there were. From any thread. */
  long outages() {
    return outages.get();
  }

  /**
   * The engine cannot be reached any more, or can again. Reachable though it was not told
   * otherwise: something may have been missed in a moment. From any thread.
   */
  synchronized void reachable(boolean now) {
    if (now == reachable) {
      if (now) {
        watches
            .values()
            .forEach(watch -> watch.lane().execute(() -> watch.outages().end(outages.get())));
      }
      return;
    }
    var outage = now ? outages.get() : outages.incrementAndGet();
    reachable = now;
    observer.engineReachable(now);
    for (var watch : watches.values()) {
      var lane = watch.outages();
      watch.lane().execute(now ? () -> lane.end(outage) : lane::begin);
    }
  }

  /**
   * The engine may have lost anything. Who ended or was taken over is said at once, that nobody
   * writes it anew; what is attached here is written anew a little later, when other nodes have
   * said the same. From any thread.
   */
  void forgot() {
    observer.engineForgot();
    var first = lanes.all().getFirst();
    first.execute(() -> bury(first));
    watches.values().forEach(watch -> watch.lane().execute(() -> watch.healing().all()));
  }

  private void bury(Lane lane) {
    lane.ask(
        () -> engine.sessions().bury(tombstones.all()),
        (gone, failure) -> {
          if (gone != null) {
            gone.forEach(this::forget);
          } else {
            engineFailed("bury", failure);
            lane.schedule(RETRY_NS, () -> bury(lane));
          }
        });
  }

  /**
   * How long after a lease was last known to hold its session may be written anew. A session that
   * others took over meanwhile lives longer than that: so nobody brings back what has passed on.
   */
  Duration restorableFor() {
    return settings.engine().sessionTtl().dividedBy(2);
  }

  /** Whether a later lease of the session was given here, or it has ended. From any thread. */
  boolean knowsLater(Lease lease) {
    return attachments.hasLater(lease) || tombstones.termOf(lease.session()) >= lease.term();
  }

  /** The lease holds here no more; those before it must not be restored either. */
  void letGo(Lease lease) {
    if (lease.term() > 1) {
      tombstones.add(new Tombstone(lease.session(), lease.term() - 1));
    }
  }

  /** The session has ended, and nobody is to write it anew. From any thread. */
  void ended(Gone gone) {
    tombstones.add(new Tombstone(gone.session(), gone.newest().term()));
    forget(gone);
  }

  /**
   * Asks every client to come back elsewhere, spread over {@code window}, and closes its connection
   * (1012) once what it asked for is answered. From any thread. The stage completes when all are
   * gone; the caller has its own deadline.
   */
  public CompletionStage<Void> drain(Duration window) {
    draining = true;
    return onAllLanes((watch, done) -> watch.drain(window, done));
  }

  /** Does what all lanes owe the engine. From any thread. */
  CompletableFuture<Void> payDebts() {
    return onAllLanes((watch, done) -> watch.debts().pay(() -> done.complete(null)));
  }

  private CompletableFuture<Void> onAllLanes(BiConsumer<Watch, CompletableFuture<Void>> step) {
    var all =
        watches.values().stream()
            .map(watch -> {
              var done = new CompletableFuture<Void>();
              watch.lane().execute(() -> step.accept(watch, done));
              return done;
            })
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(all);
  }

  /**
   * A session is in somebody's way, and the store says that {@code owner} has it: if that run is
   * dead, nobody else may know. From any thread.
   */
  void met(Owner owner) {
    cluster.met(owner);
  }

  boolean isSelf(Owner owner) {
    return owner.equals(settings.owner());
  }

  /** Tells the node that holds {@code lease}, if it is another one, to close its connection. */
  void supersede(Lease lease, CloseCode code) {
    if (!isSelf(lease.owner())) {
      noting("tell", engine.bus().tell(lease.owner(), new Notice.Superseded(lease, code)));
    }
  }

  Watch watch(Lane lane) {
    var watch = watches.get(lane);
    if (watch == null) {
      throw new IllegalArgumentException("not a lane of this node");
    }
    return watch;
  }

  /** Again at once while there is more, but behind what else the lane has to do. */
  private void sweep(RecurringStep sweeping, Lane lane) {
    sweeping.take(
        () -> sweepOnce(lane),
        (count, failure) -> {
          if (count == null) {
            engineFailed("sweep", failure);
          } else if (count == SWEPT_AT_ONCE) {
            lane.execute(() -> sweep(sweeping, lane));
          }
        });
  }

  /** No more than one sweep's remains are under way to the engine at once. */
  private CompletionStage<Integer> sweepOnce(Lane lane) {
    return lane.then(
        engine.sessions().sweep(SWEPT_AT_ONCE),
        gone -> {
          if (!gone.isEmpty()) {
            observer.sessionsExpired(gone.size());
          }
          var forgotten =
              gone.stream()
                  .map(each -> forget(each, engine.directory()::removeOld))
                  .toArray(CompletableFuture[]::new);
          return lane.then(
              CompletableFuture.allOf(forgotten),
              done -> CompletableFuture.completedFuture(gone.size()));
        });
  }

  /**
   * Removes what a session that is gone has left outside its own keys. Done when all of it was
   * tried.
   */
  CompletableFuture<Void> forget(Gone gone) {
    return forget(gone, engine.directory()::remove);
  }

  private CompletableFuture<Void> forget(
      Gone gone, BiFunction<Target, String, CompletionStage<Void>> strikeOff) {
    var steps = new ArrayList<CompletableFuture<?>>();
    for (var entry : Listings.of(gone.session(), gone.user(), gone.tags())) {
      steps.add(noting("directory", strikeOff.apply(entry.target(), entry.session())));
    }
    for (var channel : gone.channels()) {
      steps.add(noting("presence", engine.presence().leave(channel, gone.newest())));
    }
    return CompletableFuture.allOf(steps.toArray(CompletableFuture[]::new));
  }

  /**
   * For steps whose outcome nobody waits for: what they leave undone expires by itself, but is
   * reported.
   *
   * @return done, without a failure, when the step is over
   */
  CompletableFuture<Void> noting(String step, CompletionStage<?> stage) {
    return stage
        .<Void>handle((done, failure) -> {
          if (failure != null) {
            engineFailed(step, failure);
          }
          return null;
        })
        .toCompletableFuture();
  }

  void engineFailed(String step, @Nullable Throwable failure) {
    observer.engineFailed(
        step, failure == null ? new IllegalStateException("a stage without a value") : failure);
  }

  /** 128 random bits as 22 characters: a session id or a resume token. */
  String randomId() {
    var bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Uniform between nothing and {@code most}. */
  Duration randomUpTo(Duration most) {
    return Duration.ofNanos(random.nextLong(most.toNanos() + 1));
  }
}
