package io.byssus.redis;

import io.byssus.redis.RedisAddress.Host;
import io.lettuce.core.RedisException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the primaries, keeps a {@link Link} and {@link PubSubLink} for each, and points the routes
 * at them. All is decided on one control thread; what blocks (looking for primaries, connecting)
 * runs on virtual threads and comes back to it.
 *
 * <p>A connection is given up when it is closed, when its server says that it is no primary any
 * more, or when the probe that goes beside it every half second has no answer in time: a primary
 * that was demoted, paused or cut off goes on answering old sockets, or nothing at all.
 */
final class Primaries implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Primaries.class);
  private static final long TICK_MS = 100;
  private static final long TRY_MOST_MS = 1_000;

  private final RedisSettings settings;
  private final Discovery discovery;
  private final Listening listening;
  private final Reach reach;
  private final ControlThread control = new ControlThread();
  private final Trouble trouble = new Trouble();
  private final Lineages lineages;
  private final LinkOpener opener;
  private final LinkProbe probe;
  private final PubSubSync sync;
  private final List<Route> routes;
  private final ConcurrentHashMap<Host, Shard> shards = new ConcurrentHashMap<>();

  private volatile @Nullable Layout layout;

  // The control thread's.
  private final BitSet toSynchronize = new BitSet(Keys.PARTITIONS);
  private boolean looking;
  private long lookNs;
  private volatile boolean started;
  private volatile boolean closed;

  /**
   * @param told on the control thread whether everything can be reached; true also after a short
   *     trouble, when something may have been missed
   */
  Primaries(RedisSettings settings, Clients clients, Listening listening, Consumer<Boolean> told) {
    this.settings = settings;
    this.discovery = Discovery.of(settings.address(), clients);
    this.listening = listening;
    this.reach = new Reach(told, trouble);
    this.lineages = new Lineages(listening.sharded());
    this.opener =
        new LinkOpener(clients, settings.timeout(), ended -> lineages.end(ended, shards.values()));
    this.probe = new LinkProbe(control, settings.timeout(), trouble);
    this.routes = IntStream.range(0, Keys.PARTITIONS).mapToObj(_ -> new Route(this)).toList();
    this.sync =
        new PubSubSync(
            this,
            clients,
            listening,
            routes,
            control,
            new Answers(settings.timeout()),
            trouble,
            reach);
  }

  // The start, which waits for everything.

  /** Returns when all primaries are connected and heard. */
  void start() throws RedisUnavailableException {
    var found = find();
    for (var host : Set.copyOf(found.primaries())) {
      var shard = shard(host);
      shard.link(opener.open(shard, () -> lostLink(shard)));
    }
    later(
        0,
        () -> {
          apply(found);
          control.every(TICK_MS, this::tick);
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
    return lineages.living();
  }

  /** What is wrong, for a person. */
  String trouble() {
    return trouble.toString();
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
    control.later(delayNs, task);
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

  private void tick() {
    var now = System.nanoTime();
    shards.values().forEach(shard -> maintain(shard, now));
    lineages.count(shards.values());
    if (!looking && now - lookNs >= discovery.every().toNanos()) {
      lookSoon();
    }
    if (started) {
      reach.tell(whole(), now);
    }
  }

  private void maintain(Shard shard, long now) {
    var link = shard.link();
    if (link != null) {
      probe.probe(shard, link, now);
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
      sync.synchronize(shard, pubSub);
    } else if (link != null && pubSub != null && shard.inSync) {
      sync.say(shard, link, pubSub, now);
    }
  }

  private void connect(Shard shard) {
    control.aside(
        () -> opener.open(shard, () -> lostLink(shard)),
        link -> connected(shard, link),
        e -> notConnected(shard, e),
        0);
  }

  private void connected(Shard shard, Link link) {
    shard.linking = false;
    shard.failures = 0;
    shard.link(link);
    if (shard.retired || closed) {
      link.lose();
    }
  }

  private void notConnected(Shard shard, Throwable failure) {
    shard.linking = false;
    trouble.is(shard.host + ": " + Clients.reason(failure));
    var most = Math.min(TRY_MOST_MS, 50L << Math.min(shard.failures++, 8));
    shard.nextTryNs =
        System.nanoTime()
            + TimeUnit.MILLISECONDS.toNanos(most / 2 + ThreadLocalRandom.current().nextLong(most));
    lookSoon();
  }

  private void lostLink(Shard shard) {
    if (!closed && !shard.retired) {
      trouble.is("the connection to " + shard.host + " was lost");
      look();
    }
  }

  // Where the primaries are.

  boolean closed() {
    return closed;
  }

  void lookSoon() {
    if (looking || closed) {
      return;
    }
    looking = true;
    control.aside(this::find, this::found, this::notFound, 100);
  }

  private void found(Layout found) {
    looking = false;
    lookNs = System.nanoTime();
    apply(found);
  }

  private void notFound(Throwable failure) {
    looking = false;
    lookNs = System.nanoTime();
    trouble.is(Clients.reason(failure));
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
    control.close();
    shards.values().forEach(Shard::close);
    discovery.close();
  }
}
