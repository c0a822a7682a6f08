package io.byssus.redis;

import io.byssus.core.session.Owner;
import io.byssus.protocol.Durability;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** How durable a write of each primary can be, and whether it is. Thread-safe. */
final class Replicas {
  private final Primaries primaries;
  private final Clients clients;
  private final Owner self;
  private final Keys keys;
  private final long timeoutMs;
  private final ConcurrentHashMap<Link, Confirmations> byLink = new ConcurrentHashMap<>();

  Replicas(Primaries primaries, Clients clients, Owner self, Keys keys, RedisSettings settings) {
    this.primaries = primaries;
    this.clients = clients;
    this.self = self;
    this.keys = keys;
    this.timeoutMs = settings.timeout().toMillis() * 2 / 3;
  }

  /** Whether a write to the partition can be so durable now. */
  boolean canBe(Durability level, int partition) {
    if (level == Durability.ACCEPTED) {
      return true;
    }
    var link = link(partition);
    if (link == null) {
      return true; // the write itself will say that there is no connection
    }
    var needed = primaries.safeReplicas(link);
    return needed > 0
        && link.health().replicas() >= needed
        && (level != Durability.FSYNCED || link.fsyncs);
  }

  private @Nullable Link link(int partition) {
    var shard = primaries.route(partition).shard();
    return shard == null ? null : shard.link();
  }

  /**
   * Completes when what was written to the partition over {@code link}, and answered, is so
   * durable; fails when that is not known. Another primary could not tell: it may lack the write.
   */
  CompletionStage<Void> confirmed(Durability level, int partition, Link link) {
    if (level == Durability.ACCEPTED) {
      return CompletableFuture.completedFuture(null);
    }
    if (link.lost()) {
      return CompletableFuture.failedFuture(
          new RedisException("the primary went before it could say how durable a write is"));
    }
    byLink
        .keySet()
        .removeIf(old -> {
          if (!old.lost()) {
            return false;
          }
          var confirmations = byLink.get(old);
          if (confirmations != null) {
            confirmations.close();
          }
          return true;
        });
    return byLink
        .computeIfAbsent(link, _ -> new Confirmations(() -> connect(link), timeoutMs, self, keys))
        .confirm(partition, level, primaries.safeReplicas(link));
  }

  private StatefulRedisConnection<String, byte[]> connect(Link link) {
    var connection = clients.commands(link.host);
    if (!Replication.of(connection.sync().info("replication")).lineage().equals(link.lineage)) {
      connection.closeAsync();
      throw new RedisException(link.host + " is not the primary any more that it was");
    }
    return connection;
  }

  void close() {
    byLink.values().forEach(Confirmations::close);
  }
}
