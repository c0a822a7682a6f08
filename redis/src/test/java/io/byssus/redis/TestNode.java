package io.byssus.redis;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.byssus.core.Bounds;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.Broker.Draft;
import io.byssus.core.channel.Broker.Outcome;
import io.byssus.core.channel.Retention;
import io.byssus.core.engine.ClusterBus;
import io.byssus.core.engine.Engine;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.Owner;
import io.byssus.protocol.Durability;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage.Item;
import io.byssus.redis.testing.RedisDeployment;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A node's engine, and what it was told of the state of Redis. */
final class TestNode implements AutoCloseable, ClusterBus.Listener {
  static final Retention KEPT = new Retention(10_000, Duration.ofMinutes(5));
  static final Keys KEYS = new Keys(RedisSettings.DEFAULT_PREFIX, 0);
  private static final long PATIENCE_SECONDS = 20;

  /** Time-out of a node that speaks TLS, which takes a busy machine a while. */
  private static final Duration HANDSHAKE = Duration.ofSeconds(5);

  final Owner owner;
  final AtomicReference<Boolean> reachable = new AtomicReference<>(true);
  final AtomicInteger forgot = new AtomicInteger();
  final ConcurrentLinkedQueue<Boolean> told = new ConcurrentLinkedQueue<>();
  final RedisEngine redis;
  final Engine engine;

  TestNode(RedisAddress address) throws RedisUnavailableException {
    this(
        new Owner("node", UUID.randomUUID().toString()),
        new RedisSettings(
            address,
            Optional.empty(),
            RedisSettings.DEFAULT_TIMEOUT,
            0,
            RedisSettings.DEFAULT_PREFIX));
  }

  TestNode(RedisAddress address, RedisAccess access) throws RedisUnavailableException {
    this(
        new Owner("node", UUID.randomUUID().toString()),
        new RedisSettings(address, access, HANDSHAKE, 0, RedisSettings.DEFAULT_PREFIX));
  }

  /** Why a node with this access does not start. */
  static String refusal(RedisAddress address, RedisAccess access) {
    try (var node = new TestNode(address, access)) {
      throw new AssertionError("it started: " + node.owner);
    } catch (RedisUnavailableException e) {
      return String.valueOf(e.getMessage());
    }
  }

  TestNode(Owner owner, RedisSettings settings) throws RedisUnavailableException {
    this.owner = owner;
    redis = RedisEngine.connect(settings, EngineSettings.DEFAULTS, owner, new SecureRandom());
    engine = redis.engine();
    engine.bus().listen(this);
  }

  static TestNode on(RedisDeployment deployment) {
    try {
      return new TestNode(deployment.address());
    } catch (RedisUnavailableException e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }

  @Override
  public void announced(ClusterBus.Announcement announcement) {}

  @Override
  public void left(Owner gone) {}

  @Override
  public void told(ClusterBus.Notice notice) {}

  @Override
  public void reachable(boolean now) {
    reachable.set(now);
    told.add(now);
  }

  @Override
  public void forgot() {
    forgot.incrementAndGet();
  }

  void awaitReachable(boolean state) {
    RedisDeployment.await(state ? "reachable" : "unreachable", () -> reachable.get().equals(state));
  }

  /** Whether it has looked at the marks of all partitions. */
  boolean looked() {
    return redis.marks().looked();
  }

  static Draft draft(long number, String dedupe, Durability level) {
    return new Draft(Json.of("" + number), Optional.empty(), dedupe, level);
  }

  CompletionStage<Outcome> publishing(String channel, long number) {
    return publishing(channel, number, "", Durability.ACCEPTED);
  }

  CompletionStage<Outcome> publishing(
      String channel, long number, String dedupe, Durability level) {
    return engine.broker().publish(channel, draft(number, dedupe, level), KEPT);
  }

  /** Repeats one publication until it is stored, which it is once. */
  void awaitPublished(String channel, long number) {
    RedisDeployment.await(
        "published: " + number,
        () ->
            publishing(channel, number, "number-" + number, Durability.ACCEPTED)
                .handle((outcome, _) -> outcome instanceof Outcome.Stored)
                .toCompletableFuture()
                .join());
  }

  Position publish(String channel, long number) {
    return publish(channel, number, Durability.ACCEPTED);
  }

  Position publish(String channel, long number, Durability level) {
    var outcome = get(publishing(channel, number, "", level));
    if (outcome instanceof Outcome.Stored stored) {
      return stored.position().orElseThrow();
    }
    throw new AssertionError("not published: " + outcome);
  }

  Broker.Page after(String channel, Position position) {
    return get(
        engine
            .broker()
            .history(channel, Optional.of(position), new Bounds(100_000, Long.MAX_VALUE), KEPT));
  }

  Position top(String channel) {
    return get(engine.broker().history(channel, Optional.empty(), Bounds.NOTHING, KEPT)).top();
  }

  static List<String> numbers(Broker.Page page) {
    return page.items().stream().map(Item::data).map(Json::toString).toList();
  }

  static <T> T get(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(PATIENCE_SECONDS, SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("the step failed: " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("no answer after " + PATIENCE_SECONDS + " s", e);
    } catch (InterruptedException e) {
      throw new AssertionError("the test was interrupted", e);
    }
  }

  /** How the stage fails. */
  static Throwable failure(CompletionStage<?> stage) {
    try {
      var value = stage.toCompletableFuture().get(PATIENCE_SECONDS, SECONDS);
      throw new AssertionError("it did not fail: " + value);
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (TimeoutException | InterruptedException e) {
      throw new AssertionError("no answer after " + PATIENCE_SECONDS + " s", e);
    }
  }

  @Override
  public void close() {
    redis.close();
  }
}
