package io.byssus.redis;

import io.byssus.redis.RedisAddress.Host;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The connection over which one primary is heard, until it is lost: it is never mended, another
 * takes its place. Pub/Sub tells no error when nothing is heard any more, so a node says something
 * to itself now and then. Thread-safe.
 */
final class PubSubLink {
  private static final int AT_ONCE = 500;

  final Host host;
  private final StatefulRedisPubSubConnection<String, byte[]> connection;
  private final boolean sharded;
  private final AtomicBoolean lost = new AtomicBoolean();
  private final Runnable onLoss;

  /** What is done with what is heard, on the connection's thread. */
  interface Hearer {
    void heard(String channel, byte[] message);

    void heard(String pattern, String channel, byte[] message);

    /** The server has ended a subscription, because the slot is no longer its own. */
    void ended(String channel);
  }

  PubSubLink(
      Host host,
      StatefulRedisPubSubConnection<String, byte[]> connection,
      boolean sharded,
      Hearer hearer,
      Runnable onLoss) {
    this.host = host;
    this.connection = connection;
    this.sharded = sharded;
    this.onLoss = onLoss;
    connection.addListener(
        new RedisPubSubAdapter<>() {
          @Override
          public void message(String channel, byte[] message) {
            hearer.heard(channel, message);
          }

          @Override
          public void smessage(String channel, byte[] message) {
            hearer.heard(channel, message);
          }

          @Override
          public void message(String pattern, String channel, byte[] message) {
            hearer.heard(pattern, channel, message);
          }

          @Override
          public void sunsubscribed(String channel, long count) {
            hearer.ended(channel);
          }
        });
    connection.addListener(new Loss(this::lose));
    if (!connection.isOpen()) {
      lose();
    }
  }

  boolean lost() {
    return lost.get();
  }

  /** The channels must be of one partition, if Redis is a Cluster. */
  CompletionStage<Void> subscribe(Collection<String> channels) {
    return subscribe(channels, false);
  }

  /**
   * @param asking whether this server has the partition only in part: without {@code ASKING} it
   *     would send us away. Others must not come in between, so that is the caller's lock
   */
  CompletionStage<Void> subscribe(Collection<String> channels, boolean asking) {
    var all = List.copyOf(channels);
    CompletionStage<Void> done = CompletableFuture.completedFuture(null);
    for (int i = 0; i < all.size(); i += AT_ONCE) {
      var some = all.subList(i, Math.min(all.size(), i + AT_ONCE)).toArray(String[]::new);
      var redis = connection.async();
      if (asking) {
        redis.asking();
      }
      var subscribed = sharded ? redis.ssubscribe(some) : redis.subscribe(some);
      done = done.thenCombine(subscribed, (one, other) -> one);
    }
    return done;
  }

  void unsubscribe(String channel) {
    unsubscribe(channel, false);
  }

  /**
   * @param asking as for {@link #subscribe}
   */
  void unsubscribe(String channel, boolean asking) {
    var redis = connection.async();
    if (asking) {
      redis.asking();
    }
    if (sharded) {
      redis.sunsubscribe(channel);
    } else {
      redis.unsubscribe(channel);
    }
  }

  CompletionStage<Void> subscribePattern(String pattern) {
    return connection.async().psubscribe(pattern);
  }

  void unsubscribePattern(String pattern) {
    connection.async().punsubscribe(pattern);
  }

  void lose() {
    if (lost.compareAndSet(false, true)) {
      connection.closeAsync();
      onLoss.run();
    }
  }
}
