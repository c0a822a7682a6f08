package io.byssus.redis;

import io.byssus.redis.Link.Health;
import io.byssus.redis.RedisAddress.Host;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the primaries, keeps a {@link Link} and {@link PubSubLink} for each, and points the routes at
 * them. All is decided on one control thread; what blocks (looking for primaries, connecting) runs
 * on virtual threads and comes back to it.
 *
 * <p>A connection is given up when it is closed, when its server says that it is no primary any
 * more, or when the probe that goes beside it every half second has no answer in time: a primary
 * that was demoted, paused or cut off goes on answering old sockets, or nothing at all.
 */
final class Primaries implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Primaries.class);
  private static final long TICK_MS = 100;
  private static final long PROBE_NS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long SAY_NS = TimeUnit.SECONDS.toNanos(2);
  private static final long TRY_MOST_MS = 1_000;
  private static final int MAJOR_LEAST = 7;

  /**
   * The probe goes beside the commands, so they alone may be stuck. Replies are bounded, so one of
   * them comes in this many time-outs even over a slow line.
   */
  private static final int SILENT_TIMEOUTS = 4;

  /** A trouble that is over so soon is not told. */
  private static final long TROUBLE_NS = TimeUnit.MILLISECONDS.toNanos(300);

  private final RedisSettings settings;
  private final Clients clients;
  private final Discovery discovery;
  private final Listening listening;
  private final Consumer<Boolean> reach;
  private final ScheduledExecutorService control =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("byssus-redis").daemon().factory());
  private final List<Route> routes;
  private final ConcurrentHashMap<Host, Shard> shards = new ConcurrentHashMap<>();

  /** Lineages that ended when a replica took over: no living primary has them. */
  private final Set<String> ended = ConcurrentHashMap.newKeySet();

  private volatile String lineages = "";
  private volatile String trouble = "Redis was not reached yet";
  private volatile @Nullable Layout layout;

  // The control thread's.
  private final BitSet toSynchronize = new BitSet(Keys.PARTITIONS);
  private boolean looking;
  private long lookNs;
  private long troubledNs;
  private boolean told = true;
  private volatile boolean started;
  private volatile boolean closed;

  /**
   * @param reach told on the control thread whether everything can be reached; true also after a
   *     short trouble, when something may have been missed
   */
  Primaries(RedisSettings settings, Clients clients, Listening listening, Consumer<Boolean> reach) {
    this.settings = settings;
    this.clients = clients;
    this.discovery = Discovery.of(settings.address(), clients);
    this.listening = listening;
    this.reach = reach;
    this.routes = IntStream.range(0, Keys.PARTITIONS).mapToObj(_ -> new Route(this)).toList();
  }

  // The start, which waits for everything.

  /** Returns when all primaries are connected and heard. */
  void start() throws RedisUnavailableException {
    var found = find();
    for (var host : Set.copyOf(found.primaries())) {
      var shard = shard(host);
      shard.link(open(shard));
    }
    control.execute(() -> {
      apply(found);
      control.scheduleWithFixedDelay(this::tickSafely, 0, TICK_MS, TimeUnit.MILLISECONDS);
    });
    for (int waited = 0; !whole(); waited++) {
      if (waited * 20L > settings.timeout().toMillis() * 2) {
        throw new RedisUnavailableException(
            "Redis ("
                + settings.address()
                + ") takes commands, but Pub/Sub does not work there: "
                + trouble
                + ". Does the user have the permissions in docs/operations/redis.md?");
      }
      pause();
    }
    started = true;
  }

  private static void pause() throws RedisUnavailableException {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RedisUnavailableException("interrupted while connecting to Redis");
    }
  }

  private Layout find() throws RedisUnavailableException {
    try {
      return discovery.find();
    } catch (RedisException e) {
      throw new RedisUnavailableException(Clients.reason(e));
    }
  }

  // What others ask.

  Route route(int partition) {
    return routes.get(partition);
  }

  /** The lineages of all primaries of a Cluster that live, in one string; else empty. */
  String lineages() {
    return lineages;
  }

  /** What is wrong, for a person. */
  String trouble() {
    return trouble;
  }

  Layout layout() {
    var known = layout;
    if (known == null) {
      throw new IllegalStateException("not started");
    }
    return known;
  }

  /** How many replicas must have a write of this primary before no failover can lose it. */
  int safeReplicas(Link link) {
    if (settings.replicas() > 0) {
      return settings.replicas();
    }
    var safe = layout().safeReplicas();
    return safe > 0 ? safe : link.health().replicas();
  }

  void later(long delayNs, Runnable task) {
    try {
      control.schedule(() -> guarded(task), delayNs, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed; what was to be sent again will not be", e);
    }
  }

  /** A server said that the route's partition is on another one. */
  void moved(Route route, Host to) {
    var shard = sentTo(to);
    later(
        0,
        () -> {
          route.to(shard);
          lookSoon();
        });
  }

  /**
   * The server that is taking over a slot: what is asked there is published there, so it is heard
   * there too.
   */
  Shard asked(Route route, Host host) {
    var shard = sentTo(host);
    if (route.taker() != shard) {
      later(
          0,
          () -> {
            if (route.taker() != shard && route.shard() != shard) {
              route.taker(shard);
              shard.inSync = false; // the next tick asks for what is missing there
            }
          });
    }
    return shard;
  }

  /** One that is sent to is none that is just being let go. */
  private Shard sentTo(Host host) {
    return Objects.requireNonNull(
        shards.compute(
            host,
            (_, known) -> {
              var shard = known == null ? new Shard(host) : known;
              shard.sentHereNs = System.nanoTime();
              return shard;
            }));
  }

  /** Something is not where it was thought to be. */
  void look() {
    later(0, this::lookSoon);
  }

  /** The server has ended subscriptions of this partition. */
  void deaf(int partition) {
    later(
        0,
        () -> {
          toSynchronize.set(partition);
          lookSoon();
        });
  }

  private Shard shard(Host host) {
    return shards.computeIfAbsent(host, Shard::new);
  }

  /** Whether all primaries take commands and are heard. */
  boolean whole() {
    var known = layout;
    return known != null
        && known.primaries().stream()
            .allMatch(host -> shards.get(host) instanceof Shard shard && shard.whole());
  }

  // The control thread.

  private void tickSafely() {
    guarded(this::tick);
  }

  /** Whatever goes wrong in one task, an OutOfMemoryError too, the next ones are done. */
  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      LOG.error("the control of the Redis connections failed; it goes on", e);
    }
  }

  private interface Blocking<T> {
    T run() throws Exception;
  }

  /**
   * Runs what blocks. Whatever comes of it, an Error too, one of the two is told on the control
   * thread: what waits for that would else wait for ever.
   */
  private <T> void aside(
      Blocking<T> task, Consumer<T> done, Consumer<Throwable> failed, long failedAfterMs) {
    try {
      Thread.startVirtualThread(() -> {
        try {
          var result = task.run();
          later(0, () -> done.accept(result));
        } catch (Throwable e) {
          failed(e, failed, failedAfterMs);
        }
      });
    } catch (Throwable e) { // no memory for a thread
      failed(e, failed, failedAfterMs);
    }
  }

  private void failed(Throwable failure, Consumer<Throwable> failed, long afterMs) {
    if (!(failure instanceof RedisUnavailableException || failure instanceof RedisException)) {
      LOG.error("a connection to Redis failed in a way that was not foreseen", failure);
    }
    later(TimeUnit.MILLISECONDS.toNanos(afterMs), () -> failed.accept(failure));
  }

  private void tick() {
    var now = System.nanoTime();
    shards.values().forEach(shard -> maintain(shard, now));
    countLineages();
    if (!looking && now - lookNs >= discovery.every().toNanos()) {
      lookSoon();
    }
    tellReach(now);
  }

  /**
   * Under one lock, so that nobody who began before a lineage ended brings it back. Where there is
   * one primary nothing is moved whole from one that lives.
   */
  private synchronized void countLineages() {
    if (listening.sharded()) {
      lineages =
          shards.values().stream()
              .map(Shard::link)
              .filter(Objects::nonNull)
              .map(link -> link.lineage)
              .filter(lineage -> !ended.contains(lineage))
              .collect(Collectors.joining(" "));
    }
  }

  private void tellReach(long now) {
    if (!started) {
      return;
    }
    if (whole()) {
      troubledNs = 0;
      if (!told) {
        told = true;
        LOG.atInfo().addKeyValue("event", "redis_reachable").log("Redis can be reached again");
        reach.accept(true);
      }
    } else if (troubledNs == 0) {
      troubledNs = now;
    } else if (told && now - troubledNs > TROUBLE_NS) {
      told = false;
      // the node warns
      LOG.atInfo()
          .addKeyValue("event", "redis_unreachable")
          .addKeyValue("reason", trouble)
          .log("Redis cannot be reached: {}", trouble);
      reach.accept(false);
    }
  }

  private void maintain(Shard shard, long now) {
    var link = shard.link();
    if (link != null) {
      probe(shard, link, now);
    } else if (!shard.linking && now - shard.nextTryNs >= 0) {
      shard.linking = true;
      connect(shard);
    }
    var pubSub = shard.pubSub();
    if (pubSub == null) {
      shard.inSync = false;
    }
    if (link != null && !shard.synchronizing && (pubSub == null || !shard.inSync)) {
      shard.synchronizing = true;
      synchronize(shard, pubSub);
    } else if (link != null && pubSub != null && shard.inSync) {
      say(shard, link, pubSub, now);
    }
  }

  private void connect(Shard shard) {
    aside(() -> open(shard), link -> connected(shard, link), e -> notConnected(shard, e), 0);
  }

  private void connected(Shard shard, Link link) {
    shard.linking = false;
    shard.failures = 0;
    shard.link(link);
    if (shard.retired || closed) {
      link.lose();
    }
  }

  private void gaveUp(String what) {
    LOG.atWarn()
        .addKeyValue("event", "redis_connection_lost")
        .addKeyValue("reason", trouble)
        .log("{}; its {} is given up", trouble, what);
  }

  private void notConnected(Shard shard, Throwable failure) {
    shard.linking = false;
    trouble = shard.host + ": " + Clients.reason(failure);
    var most = Math.min(TRY_MOST_MS, 50L << Math.min(shard.failures++, 8));
    shard.nextTryNs =
        System.nanoTime()
            + TimeUnit.MILLISECONDS.toNanos(most / 2 + ThreadLocalRandom.current().nextLong(most));
    lookSoon();
  }

  /** Blocks. */
  private Link open(Shard shard) throws RedisUnavailableException {
    StatefulRedisConnection<String, byte[]> connection;
    try {
      connection = clients.commands(shard.host);
    } catch (DeniedException e) {
      throw new RedisUnavailableException(
          "Redis at " + shard.host + " cannot be used: " + e.getMessage());
    } catch (RedisException e) {
      throw new RedisUnavailableException(
          "cannot connect to Redis at "
              + shard.host
              + ": "
              + Clients.reason(e)
              + ". Does it run there, and may this machine reach it?");
    }
    try {
      return open(shard, connection, clients.commands(shard.host));
    } catch (RedisException e) {
      connection.closeAsync();
      throw new RedisUnavailableException(
          "Redis at " + shard.host + " cannot be used: " + Clients.reason(e));
    } catch (RedisUnavailableException | RuntimeException e) {
      connection.closeAsync();
      throw e;
    }
  }

  private Link open(
      Shard shard,
      StatefulRedisConnection<String, byte[]> connection,
      StatefulRedisConnection<String, byte[]> aside)
      throws RedisUnavailableException {
    try {
      return link(shard, connection, aside);
    } catch (RedisUnavailableException | RuntimeException e) {
      aside.closeAsync();
      throw e;
    }
  }

  private Link link(
      Shard shard,
      StatefulRedisConnection<String, byte[]> connection,
      StatefulRedisConnection<String, byte[]> aside)
      throws RedisUnavailableException {
    var redis = connection.sync();
    var server = Replication.fields(redis.info("server"));
    var version = server.getOrDefault("redis_version", "0");
    if (Integer.parseInt(version.substring(0, Math.max(1, version.indexOf('.')))) < MAJOR_LEAST) {
      throw new RedisUnavailableException(
          "Redis at "
              + shard.host
              + " is too old: "
              + version
              + ". Byssus needs Redis "
              + MAJOR_LEAST
              + ".0 or newer, or Valkey.");
    }
    var replication = Replication.of(redis.info("replication"));
    if (!replication.primary()) {
      throw new RedisUnavailableException(
          "Redis at "
              + shard.host
              + " is a replica: name the primary, or the Sentinels with"
              + " redis-sentinel://…");
    }
    if (replication.lineage().isEmpty()) {
      throw new RedisUnavailableException(
          "Redis at "
              + shard.host
              + " does not say its master_replid in INFO replication, as some proxies leave it out."
              + " Without it a node cannot see that a failover lost something: name the Redis"
              + " itself, its Sentinels or its Cluster.");
    }
    if (!replication.former().isEmpty()) {
      ended.add(replication.former());
      countLineages();
    }
    if (shard.failures == 0 && shard.link() == null) {
      warnOfEviction(shard, Replication.fields(redis.info("memory")));
    }
    var before = System.nanoTime();
    var time = redis.time();
    var health = health(time, before, System.nanoTime(), replication.replicas());
    var loading = new ArrayList<RedisFuture<String>>();
    for (var script : Script.values()) {
      loading.add(connection.async().scriptLoad(script.source));
    }
    await(loading);
    return new Link(
        shard.host,
        connection,
        aside,
        replication,
        fsyncs(version, Replication.fields(redis.info("persistence"))),
        health,
        () -> lostLink(shard));
  }

  private static boolean fsyncs(String version, Map<String, String> persistence) {
    var parts = version.split("\\.");
    var major = Integer.parseInt(parts[0]);
    var minor = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
    return (major > MAJOR_LEAST || minor >= 2) && "1".equals(persistence.get("aof_enabled"));
  }

  private static void warnOfEviction(Shard shard, Map<String, String> memory) {
    var policy = memory.getOrDefault("maxmemory_policy", "noeviction");
    if (!"noeviction".equals(policy) && !"0".equals(memory.get("maxmemory"))) {
      LOG.warn(
          "Redis at {} has maxmemory-policy {}: when it is full it drops sessions and messages that"
              + " were acknowledged. Set it to noeviction.",
          shard.host,
          policy);
    }
  }

  private void lostLink(Shard shard) {
    if (!closed && !shard.retired) {
      trouble = "the connection to " + shard.host + " was lost";
      look();
    }
  }

  /** A reply of TIME, against the middle of the time that it took. */
  private static Health health(List<byte[]> time, long askedNs, long answeredNs, int replicas) {
    var millis =
        Long.parseLong(Packed.text(time.get(0))) * 1_000
            + Long.parseLong(Packed.text(time.get(1))) / 1_000;
    var half = (answeredNs - askedNs) / 2;
    return new Health(millis - (askedNs + half) / 1_000_000, half / 1_000_000, replicas);
  }

  private void await(List<? extends RedisFuture<?>> futures) {
    for (var future : futures) {
      await(future);
    }
  }

  private void await(CompletionStage<?> stage) {
    try {
      stage.toCompletableFuture().get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new RedisException(Clients.reason(e), e.getCause());
    } catch (TimeoutException e) {
      throw new RedisException("no answer within " + settings.timeout().toMillis() + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RedisException("interrupted", e);
    }
  }

  // Whether a primary lives, and still is one.

  private void probe(Shard shard, Link link, long now) {
    if (shard.probed != link) {
      shard.probed = link;
      shard.probedNs = now;
      shard.probing = false;
    }
    if (link.silentNs(now) > SILENT_TIMEOUTS * settings.timeout().toNanos()) {
      trouble = shard.host + " answers its probe, and no command";
      gaveUp("connection");
      link.lose();
      return;
    }
    if (shard.probing) {
      if (now - shard.probedNs > settings.timeout().toNanos()) {
        trouble = shard.host + " did not answer within " + settings.timeout().toMillis() + " ms";
        gaveUp("connection");
        link.lose();
      }
      return;
    }
    if (now - shard.probedNs < PROBE_NS) {
      return;
    }
    shard.probing = true;
    shard.probedNs = now;
    var info = link.sendAside(redis -> redis.info("replication"));
    var askedNs = System.nanoTime();
    var time =
        link.sendAside(redis -> redis.time())
            .thenApply(told -> health(told, askedNs, System.nanoTime(), 0));
    info.thenCombine(
            time, (text, told) -> new Health(told.aheadMs(), told.withinMs(), judged(link, text)))
        .whenComplete((health, failure) -> later(0, () -> probed(shard, link, health, failure)));
  }

  private static int judged(Link link, String info) {
    var replication = Replication.of(info);
    if (!replication.primary() || !replication.lineage().equals(link.lineage)) {
      throw new RedisException("it is not the primary any more that it was");
    }
    return replication.replicas();
  }

  private void probed(
      Shard shard, Link link, @Nullable Health health, @Nullable Throwable failure) {
    if (shard.probed != link) {
      return;
    }
    shard.probing = false;
    if (health != null) {
      link.health(health);
    } else {
      if (failure != null && !link.lost()) {
        trouble = shard.host + ": " + Clients.reason(failure);
        gaveUp("connection");
      }
      link.lose();
    }
  }

  // Whether it is heard.

  private void synchronize(Shard shard, @Nullable PubSubLink has) {
    var partitions = partitionsOf(shard);
    var taken = takenBy(shard);
    shard.heardNs = System.nanoTime();
    aside(
        () -> synchronize(shard, has, partitions, taken),
        pubSub -> inSync(shard, partitions, taken),
        failure -> {
          shard.synchronizing = false;
          trouble = shard.host + " is not heard: " + Clients.reason(failure);
          lookSoon();
        },
        100);
  }

  /** Blocks. */
  private PubSubLink synchronize(
      Shard shard, @Nullable PubSubLink has, List<Integer> partitions, List<Integer> taken) {
    var pubSub = has;
    if (pubSub == null) {
      pubSub =
          new PubSubLink(
              shard.host, clients.pubSub(shard.host), listening.sharded(), listening, this::look);
      shard.pubSub(pubSub);
    }
    try {
      for (var stage : listening.restore(pubSub, partitions)) {
        await(stage);
      }
    } catch (Throwable e) {
      pubSub.lose();
      throw e;
    }
    for (int partition : taken) {
      try {
        await(listening.restoreTaken(pubSub, partition));
      } catch (RedisException e) {
        // The slot stays where it was, after all: it is heard there.
        LOG.debug("partition {} is not heard at {}", partition, shard.host, e);
      }
    }
    return pubSub;
  }

  private void inSync(Shard shard, List<Integer> partitions, List<Integer> taken) {
    shard.synchronizing = false;
    if (shard.retired || closed) {
      shard.close();
      return;
    }
    var now = System.nanoTime();
    shard.saidNs = now - SAY_NS;
    shard.heardNs = now;
    shard.inSync = partitionsOf(shard).equals(partitions) && takenBy(shard).equals(taken);
    if (shard.inSync) {
      listening.missedSome(partitions);
      listening.missedSome(taken);
      if (told && !(partitions.isEmpty() && taken.isEmpty())) {
        reach.accept(true); // if it was told otherwise, the next tick does this
      }
    }
  }

  private List<Integer> partitionsOf(Shard shard) {
    return IntStream.range(0, Keys.PARTITIONS)
        .filter(partition -> routes.get(partition).shard() == shard)
        .boxed()
        .toList();
  }

  private List<Integer> takenBy(Shard shard) {
    return IntStream.range(0, Keys.PARTITIONS)
        .filter(partition -> routes.get(partition).taker() == shard)
        .boxed()
        .toList();
  }

  private void say(Shard shard, Link link, PubSubLink pubSub, long now) {
    if (shard.saidNs - shard.heardNs > 0) {
      if (now - shard.saidNs > settings.timeout().toNanos()) {
        trouble = shard.host + " does not let this node hear itself";
        gaveUp("Pub/Sub connection");
        pubSub.lose();
      }
      return;
    }
    if (now - shard.saidNs < SAY_NS) {
      return;
    }
    var partitions = partitionsOf(shard);
    if (!partitions.isEmpty()) {
      shard.saidNs = now;
      listening.say(link, partitions.getFirst(), () -> shard.heardNs = System.nanoTime());
    }
  }

  // Where the primaries are.

  private void lookSoon() {
    if (looking || closed) {
      return;
    }
    looking = true;
    aside(this::find, this::found, this::notFound, 100);
  }

  private void found(Layout found) {
    looking = false;
    lookNs = System.nanoTime();
    apply(found);
  }

  private void notFound(Throwable failure) {
    looking = false;
    lookNs = System.nanoTime();
    trouble = Clients.reason(failure);
  }

  private void apply(Layout found) {
    layout = found;
    var used = new HashSet<>(found.primaries());
    var now = System.nanoTime();
    for (int partition = 0; partition < Keys.PARTITIONS; partition++) {
      var route = routes.get(partition);
      var shard = shard(found.primaries().get(partition));
      if (route.shard() != shard || toSynchronize.get(partition)) {
        route.to(shard);
        shard.inSync = false; // the next tick asks for what is missing there
      }
      var taker = route.taker();
      if (taker != null && (taker == shard || !taker.sentToLately(now))) {
        route.taker(null);
      }
    }
    toSynchronize.clear();
    // To a primary that no route leads to, others may be sending: a slot is on its way there.
    var unused = new ArrayList<Shard>();
    for (var host : shards.keySet()) {
      shards.computeIfPresent(
          host,
          (_, shard) -> {
            if (used.contains(host) || shard.sentToLately(now)) {
              return shard;
            }
            unused.add(shard);
            return null;
          });
    }
    unused.forEach(this::retire);
    found.moving().forEach(partition -> listening.seekTaker(this, partition));
  }

  /**
   * What a primary of a Cluster is still doing when its last slot has moved, it may finish. One
   * that was demoted goes at once: it might go on acknowledging what will be lost.
   */
  private void retire(Shard shard) {
    LOG.atInfo()
        .addKeyValue("event", "redis_primary_gone")
        .addKeyValue("redis", shard.host)
        .log("{} is no primary any more", shard.host);
    shard.retired = true;
    if (listening.sharded()) {
      later(settings.timeout().toNanos(), shard::close);
    } else {
      shard.close();
    }
  }

  @Override
  public void close() {
    closed = true;
    control.shutdown();
    try {
      if (!control.awaitTermination(2, TimeUnit.SECONDS)) {
        LOG.warn("the control of the Redis connections did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    shards.values().forEach(Shard::close);
    discovery.close();
  }
}
