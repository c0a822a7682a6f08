package io.byssus.server.settings;

import io.byssus.redis.RedisAddress;

/** The key engine: where state lives. */
public sealed interface EngineConfig {
  record Memory() implements EngineConfig {
    @Override
    public String toString() {
      return "memory";
    }
  }

  /** Shown without user and password. */
  record Redis(RedisAddress address) implements EngineConfig {
    @Override
    public String toString() {
      return address.toString();
    }
  }
}
