package io.byssus.redis.contract;

import io.byssus.core.contract.EngineUnderTest;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.Owner;
import io.byssus.protocol.Durability;
import io.byssus.redis.RedisAddress;
import io.byssus.redis.RedisEngine;
import io.byssus.redis.RedisSettings;
import io.byssus.redis.RedisUnavailableException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Two nodes on one Redis, which live in real time: what would take minutes takes three seconds: so
 * much that a busy machine does not make it seem over. They are connected once for each deployment,
 * and go with the JVM.
 */
final class RedisUnderTest implements EngineUnderTest {
  private static final Duration SHORT = Duration.ofSeconds(3);
  private static final EngineSettings SETTINGS =
      new EngineSettings(SHORT, 100, 1 << 10, SHORT.dividedBy(2), SHORT, SHORT, SHORT);
  private static final Map<RedisAddress, RedisUnderTest> CONNECTED = new ConcurrentHashMap<>();

  private final Node here;
  private final Node there;
  private final Durability durability;

  private RedisUnderTest(RedisAddress address, Durability durability) {
    this.here = node(address, "here");
    this.there = node(address, "there");
    this.durability = durability;
  }

  static RedisUnderTest on(RedisAddress address, Durability durability) {
    return CONNECTED.computeIfAbsent(address, _ -> new RedisUnderTest(address, durability));
  }

  private static Node node(RedisAddress address, String name) {
    var owner = new Owner(name, UUID.randomUUID().toString());
    var settings =
        new RedisSettings(
            address,
            Optional.empty(),
            RedisSettings.DEFAULT_TIMEOUT,
            0,
            RedisSettings.DEFAULT_PREFIX);
    try {
      return new Node(
          owner, RedisEngine.connect(settings, SETTINGS, owner, new SecureRandom()).engine());
    } catch (RedisUnavailableException e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }

  @Override
  public Node here() {
    return here;
  }

  @Override
  public Node there() {
    return there;
  }

  @Override
  public EngineSettings settings() {
    return SETTINGS;
  }

  @Override
  public Duration historyAge() {
    return SHORT;
  }

  @Override
  public Durability durability() {
    return durability;
  }

  @Override
  public void advance(Duration time) {
    try {
      // A publication's time is as exact as half of the quickest answer to a probe.
      Thread.sleep(time.toMillis() + 25);
    } catch (InterruptedException e) {
      throw new AssertionError("the test was interrupted", e);
    }
  }

  @Override
  public void close() {}
}
