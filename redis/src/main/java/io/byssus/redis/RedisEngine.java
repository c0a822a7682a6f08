package io.byssus.redis;

import io.byssus.core.engine.Engine;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.Owner;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * The engine that shares its state with other nodes through Redis: a single server, one with
 * Sentinels, or a Cluster; Valkey too.
 */
public final class RedisEngine implements AutoCloseable {
  /** A listener learns of what Pub/Sub lost after so long, though nothing else is published. */
  private static final long LOOK_UP_SECONDS = 25;

  /** A node learns of what was lost after so long. */
  private static final long MARKS_SECONDS = 1;

  private final Clients clients;
  private final Primaries primaries;
  private final Replicas replicas;
  private final Marks marks;
  private final Engine engine;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("byssus-redis-timer").daemon().factory());

  private RedisEngine(
      RedisSettings redisSettings, EngineSettings settings, Owner owner, RandomGenerator random) {
    var sharded = redisSettings.address().kind() == RedisAddress.Kind.CLUSTER;
    var keys = redisSettings.keys();
    var listening = new Listening(sharded, owner, keys);
    clients = new Clients(redisSettings);
    primaries = new Primaries(redisSettings, clients, listening, this::reach);
    listening.over(primaries);
    var redis = new Redis(primaries, listening, keys);
    replicas = new Replicas(primaries, clients, owner, keys, redisSettings);
    var subscriptions = new Subscriptions(redis, settings, timer);
    var inboxes = new RedisInboxes(redis, settings);
    var bus = new RedisBus(redis, settings.sessionTtl());
    inboxes.listen(owner);
    bus.listen(owner);
    engine =
        new Engine(
            new RedisSessions(redis, settings),
            new RedisBroker(redis, settings, random, replicas, subscriptions),
            inboxes,
            new RedisDirectory(redis, settings),
            new RedisPresence(redis, settings.presenceTtl()),
            bus);
    marks = new Marks(redis, random, bus::forgot);
    var everyMs =
        Math.min(
            TimeUnit.SECONDS.toMillis(LOOK_UP_SECONDS),
            Math.max(100, settings.channelTtl().toMillis() / 4));
    timer.scheduleWithFixedDelay(subscriptions::lookUpAll, everyMs, everyMs, TimeUnit.MILLISECONDS);
  }

  /**
   * Connects, and returns when every port works.
   *
   * @param random for the epochs of channels; thread-safe
   * @throws RedisUnavailableException when Redis cannot be reached or used
   */
  public static RedisEngine connect(
      RedisSettings redis, EngineSettings settings, Owner owner, RandomGenerator random)
      throws RedisUnavailableException {
    var engine = new RedisEngine(redis, settings, owner, random);
    try {
      engine.primaries.start();
      engine.marks.lookFirst(redis.timeout());
      engine.timer.scheduleWithFixedDelay(
          engine.marks::look, MARKS_SECONDS, MARKS_SECONDS, TimeUnit.SECONDS);
      return engine;
    } catch (RedisUnavailableException | RuntimeException e) {
      engine.close();
      throw e;
    }
  }

  private void reach(boolean reachable) {
    ((RedisBus) engine.bus()).reachable(reachable);
  }

  Marks marks() {
    return marks;
  }

  public Engine engine() {
    return engine;
  }

  /** What is wrong with Redis, or was last, for a person. */
  String trouble() {
    return primaries.trouble();
  }

  /** Ends all connections; what is under way fails. */
  @Override
  public void close() {
    timer.shutdownNow();
    primaries.close();
    replicas.close();
    clients.close();
  }
}
