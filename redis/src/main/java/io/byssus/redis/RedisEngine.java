package io.byssus.redis;

import io.byssus.core.node.Engine;
import io.byssus.core.node.EngineSettings;
import io.byssus.core.session.Owner;
import java.util.random.RandomGenerator;

/** The engine that shares its state with other nodes through Redis. */
public final class RedisEngine implements AutoCloseable {
  private RedisEngine() {}

  /**
   * Connects, and returns when every port works.
   *
   * @param random for the epochs of channels; thread-safe
   */
  public static RedisEngine connect(
      RedisSettings redis, EngineSettings settings, Owner owner, RandomGenerator random)
      throws RedisUnavailableException {
    throw new RedisUnavailableException("not built yet");
  }

  public Engine engine() {
    throw new UnsupportedOperationException("not built yet");
  }

  @Override
  public void close() {}
}
