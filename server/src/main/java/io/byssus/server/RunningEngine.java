package io.byssus.server;

import io.byssus.core.Budgets;
import io.byssus.core.engine.Engine;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.lane.Ticker;
import io.byssus.core.memory.MemoryEngine;
import io.byssus.core.session.Owner;
import io.byssus.redis.RedisEngine;
import io.byssus.redis.RedisSettings;
import io.byssus.redis.RedisUnavailableException;
import io.byssus.server.cli.Exit;
import io.byssus.server.settings.Config;
import io.byssus.server.settings.EngineConfig;
import java.util.random.RandomGenerator;

/**
 * The engine that a configuration asks for.
 *
 * @param end ends its connections and threads
 */
record RunningEngine(Engine engine, Runnable end) implements AutoCloseable {
  /** Returns when it works. */
  static RunningEngine start(
      Config config, Owner owner, Ticker ticker, RandomGenerator random, Budgets budgets)
      throws StartFailedException {
    var settings = config.forEngine();
    return switch (config.engine()) {
      case EngineConfig.Memory() ->
          new RunningEngine(MemoryEngine.create(settings, ticker, random, budgets), () -> {});
      case EngineConfig.Redis(var address) ->
          redis(config.redis().settings(address), settings, owner, random);
    };
  }

  private static RunningEngine redis(
      RedisSettings redis, EngineSettings settings, Owner owner, RandomGenerator random)
      throws StartFailedException {
    try {
      var engine = RedisEngine.connect(redis, settings, owner, random);
      return new RunningEngine(engine.engine(), engine::close);
    } catch (RedisUnavailableException e) {
      throw new StartFailedException(Exit.UNAVAILABLE, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    end.run();
  }
}
