package io.byssus.redis;

import io.byssus.redis.RedisAddress.Host;
import java.time.Duration;

/** Finds out where the primaries are. Blocks. */
interface Discovery extends AutoCloseable {
  /** Throws when nobody who could know answers, with a sentence for a person. */
  Layout find() throws RedisUnavailableException;

  /** How often to look though nothing seems wrong. */
  Duration every();

  @Override
  void close();

  static Discovery of(RedisAddress address, Clients clients) {
    return switch (address.kind()) {
      case STANDALONE -> new One(address.hosts().getFirst());
      case SENTINEL -> new Sentinels(address, clients);
      case CLUSTER -> new ClusterNodes(address, clients);
    };
  }

  /** The primary has a fixed address. */
  record One(Host host) implements Discovery {
    @Override
    public Layout find() {
      return Layout.one(host, 0);
    }

    @Override
    public Duration every() {
      return Duration.ofHours(1);
    }

    @Override
    public void close() {}
  }
}
