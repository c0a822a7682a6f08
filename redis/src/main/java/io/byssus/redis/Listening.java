package io.byssus.redis;

import io.byssus.core.NotDoneException;
import io.byssus.core.session.Owner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node wants to hear, and who hears it. It is wanted until it is taken back, whatever
 * becomes of the connections: each new one is asked for all of it. Thread-safe.
 */
final class Listening implements PubSubLink.Hearer {
  private static final Logger LOG = LoggerFactory.getLogger(Listening.class);
  private static final byte[] MYSELF = Packed.utf8("!");

  private final boolean sharded;
  private final Owner self;
  private final Keys keys;
  private final Map<String, Consumer<byte[]>> channels = new ConcurrentHashMap<>();
  private final Map<String, PatternHearer> patterns = new ConcurrentHashMap<>();
  private final Map<String, Runnable> said = new ConcurrentHashMap<>();
  private volatile @Nullable Primaries primaries;
  private volatile Consumer<Collection<Integer>> missed = _ -> {};

  /** Hears what fits a pattern. */
  interface PatternHearer {
    void heard(String channel, byte[] message);
  }

  /**
   * @param sharded whether Redis is a Cluster, where a partition is heard on its own primary only
   */
  Listening(boolean sharded, Owner self, Keys keys) {
    this.sharded = sharded;
    this.self = self;
    this.keys = keys;
  }

  void over(Primaries connections) {
    primaries = connections;
  }

  boolean sharded() {
    return sharded;
  }

  /** The command by which a script publishes. */
  byte[] verb() {
    return Packed.utf8(sharded ? "SPUBLISH" : "PUBLISH");
  }

  /** Told when publications of these partitions may have been missed. */
  void onMissed(Consumer<Collection<Integer>> newMissed) {
    missed = newMissed;
  }

  void missedSome(Collection<Integer> partitions) {
    missed.accept(partitions);
  }

  // What is wanted. The locks keep the map and what is sent in one order.

  /**
   * @param hearer on the connection's thread: must neither block nor throw
   */
  synchronized CompletionStage<Void> hear(String channel, Consumer<byte[]> hearer) {
    channels.put(channel, hearer);
    return asked(channel);
  }

  private CompletionStage<Void> asked(String channel) {
    var taker = takersPubSub(partition(channel));
    if (taker != null) {
      var _ = taker.subscribe(List.of(channel), true); // the answer that counts is the other's
    }
    var pubSub = pubSub(partition(channel));
    return pubSub == null
        ? CompletableFuture.failedFuture(new NotDoneException("Redis is not heard now"))
        : pubSub.subscribe(List.of(channel));
  }

  /** Asks for a wanted channel once more: it does not seem to be heard. */
  synchronized void hearAgain(String channel) {
    if (channels.containsKey(channel)) {
      asked(channel)
          .exceptionally(failure -> {
            LOG.debug("will be asked for with the next connection", failure);
            return null;
          });
    }
  }

  synchronized void forget(String channel) {
    var pubSub = pubSub(partition(channel));
    if (channels.remove(channel) != null && pubSub != null) {
      pubSub.unsubscribe(channel);
      var taker = takersPubSub(partition(channel));
      if (taker != null) {
        taker.unsubscribe(channel, true);
      }
    }
  }

  /** Not in a Cluster. */
  synchronized CompletionStage<Void> hearPattern(String pattern, PatternHearer hearer) {
    patterns.put(pattern, hearer);
    var pubSub = pubSub(Keys.COMMON);
    return pubSub == null
        ? CompletableFuture.failedFuture(new NotDoneException("Redis is not heard now"))
        : pubSub.subscribePattern(pattern);
  }

  synchronized void forgetPattern(String pattern) {
    var pubSub = pubSub(Keys.COMMON);
    if (patterns.remove(pattern) != null && pubSub != null) {
      pubSub.unsubscribePattern(pattern);
    }
  }

  /** Asks a new connection for everything of these partitions. */
  synchronized List<CompletionStage<Void>> restore(
      PubSubLink pubSub, Collection<Integer> partitions) {
    var asked = new ArrayList<CompletionStage<Void>>();
    IntFunction<List<String>> wanted =
        partition ->
            channels.keySet().stream().filter(channel -> partition(channel) == partition).toList();
    if (sharded) {
      partitions.forEach(partition -> asked.add(pubSub.subscribe(wanted.apply(partition))));
    } else {
      asked.add(pubSub.subscribe(channels.keySet()));
      patterns.keySet().forEach(pattern -> asked.add(pubSub.subscribePattern(pattern)));
    }
    return asked;
  }

  /** Asks the primary that is taking a partition over for everything of it. */
  synchronized CompletionStage<Void> restoreTaken(PubSubLink pubSub, int partition) {
    return pubSub.subscribe(
        channels.keySet().stream().filter(channel -> partition(channel) == partition).toList(),
        true);
  }

  /** Asks for what is not there: who is giving the partition away says then who has the rest. */
  void seekTaker(Primaries connections, int partition) {
    connections
        .route(partition)
        .send((redis, _, _) -> redis.exists(keys.of(partition, "f", "")))
        .exceptionally(failure -> {
          LOG.debug("it will be asked again", failure);
          return 0L;
        });
  }

  private @Nullable PubSubLink pubSub(int partition) {
    var connections = primaries;
    return connections == null ? null : pubSub(connections.route(partition).shard());
  }

  private @Nullable PubSubLink takersPubSub(int partition) {
    var connections = primaries;
    return connections == null ? null : pubSub(connections.route(partition).taker());
  }

  private static @Nullable PubSubLink pubSub(@Nullable Shard shard) {
    return shard == null ? null : shard.pubSub();
  }

  private static int partition(String channel) {
    return Integer.parseInt(channel, channel.indexOf('{') + 1, channel.indexOf('}'), 10);
  }

  // What is heard.

  @Override
  public void heard(String channel, byte[] message) {
    if (Arrays.equals(message, MYSELF)) {
      var hearer = said.get(channel);
      if (hearer != null) {
        hearer.run();
      }
      return;
    }
    var hearer = channels.get(channel);
    if (hearer != null) {
      heard(() -> hearer.accept(message));
    }
  }

  @Override
  public void heard(String pattern, String channel, byte[] message) {
    var hearer = patterns.get(pattern);
    if (hearer != null) {
      heard(() -> hearer.heard(channel, message));
    }
  }

  /** Whoever can reach Redis can say anything there. */
  private static void heard(Runnable hearer) {
    try {
      hearer.run();
    } catch (RuntimeException e) {
      LOG.warn("a message that no node of ours can have sent was dropped: {}", e.getMessage());
    }
  }

  @Override
  public void ended(String channel) {
    var connections = primaries;
    if (connections != null && channels.containsKey(channel)) {
      connections.deaf(partition(channel));
    }
  }

  /** Says something to this node itself; {@code hears} is run when it hears that. */
  void say(Link link, int partition, Runnable hears) {
    var channel = keys.wake(partition, self);
    said.put(channel, hears);
    link.sendAside(
        redis -> sharded ? redis.spublish(channel, MYSELF) : redis.publish(channel, MYSELF));
  }
}
