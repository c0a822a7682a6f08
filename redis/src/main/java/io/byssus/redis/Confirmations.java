package io.byssus.redis;

import io.byssus.core.session.Owner;
import io.byssus.protocol.Durability;
import io.lettuce.core.RedisException;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits until replicas have what a primary was written over a {@link Link}.
 *
 * <p>{@code WAIT} answers for what its own connection wrote, and blocks it. So a connection of its
 * own writes a few bytes behind what is to be confirmed, and waits for those: replication is one
 * stream, and whoever has them has all before. One round does for all that were asked for before it
 * began. Thread-safe.
 */
final class Confirmations {
  private static final int WAITING_MOST = 50_000;
  private static final RedisCodec<String, byte[]> CODEC =
      RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

  private final Supplier<StatefulRedisConnection<String, byte[]>> connect;
  private final long timeoutMs;
  private final Owner self;
  private final Keys keys;
  private final List<Wish> wishes = new ArrayList<>();
  private @Nullable StatefulRedisConnection<String, byte[]> connection;
  private boolean busy;

  private record Wish(
      int partition, Durability level, int replicas, CompletableFuture<Void> granted) {}

  private record Keyword(String word) implements ProtocolKeyword {
    @Override
    public byte[] getBytes() {
      return word.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
      return word;
    }
  }

  /**
   * @param connect makes a connection to the same primary; blocks
   */
  Confirmations(
      Supplier<StatefulRedisConnection<String, byte[]>> connect,
      long timeoutMs,
      Owner self,
      Keys keys) {
    this.connect = connect;
    this.timeoutMs = timeoutMs;
    this.self = self;
    this.keys = keys;
  }

  /**
   * Completes when {@code replicas} replicas have everything that was written to a key of {@code
   * partition} and answered before; fails when that could not be seen in time.
   */
  CompletionStage<Void> confirm(int partition, Durability level, int replicas) {
    var wish = new Wish(partition, level, replicas, new CompletableFuture<>());
    synchronized (this) {
      if (wishes.size() >= WAITING_MOST) {
        wish.granted.completeExceptionally(new RedisException("too many wait for replicas"));
        return wish.granted;
      }
      wishes.add(wish);
      if (busy) {
        return wish.granted;
      }
      busy = true;
    }
    Thread.startVirtualThread(this::rounds);
    return wish.granted;
  }

  private void rounds() {
    while (true) {
      List<Wish> round;
      synchronized (this) {
        if (wishes.isEmpty()) {
          busy = false;
          return;
        }
        round = List.copyOf(wishes);
        wishes.clear();
      }
      try {
        wait(round);
      } catch (RuntimeException e) {
        drop();
        round.forEach(wish -> wish.granted.completeExceptionally(e));
      }
    }
  }

  private void wait(List<Wish> round) {
    var redis = open();
    var most = round.stream().mapToInt(Wish::replicas).max().orElseThrow();
    var fsynced = round.stream().anyMatch(wish -> wish.level == Durability.FSYNCED);
    var partition = round.getFirst().partition;
    redis.sync().set(keys.of(partition, "f", self.node()), new byte[0], SetArgs.Builder.ex(60));
    // Lettuce gives up after its own time-out, which is longer than the one that Redis is told.
    long have = redis.sync().waitForReplication(most, timeoutMs);
    var onDisk = fsynced ? onDisk(redis, most) : 0;
    for (var wish : round) {
      var confirmed = wish.level == Durability.FSYNCED ? onDisk : have;
      if (confirmed >= wish.replicas) {
        wish.granted.complete(null);
      } else {
        wish.granted.completeExceptionally(
            new RedisException(
                confirmed
                    + " of "
                    + wish.replicas
                    + " replicas had it within "
                    + timeoutMs
                    + " ms"));
      }
    }
  }

  /** How many replicas have it on disk; -1 if the primary itself has not. */
  private long onDisk(StatefulRedisConnection<String, byte[]> redis, int replicas) {
    var reply =
        redis
            .sync()
            .dispatch(
                new Keyword("WAITAOF"),
                new NestedMultiOutput<>(CODEC),
                new CommandArgs<>(CODEC).add(1).add(replicas).add(timeoutMs));
    return (Long) reply.get(0) >= 1 ? (Long) reply.get(1) : -1;
  }

  private StatefulRedisConnection<String, byte[]> open() {
    var made = connection;
    if (made == null || !made.isOpen()) {
      made = connect.get();
      connection = made;
    }
    return made;
  }

  private void drop() {
    var old = connection;
    connection = null;
    if (old != null) {
      old.closeAsync();
    }
  }

  synchronized void close() {
    var old = connection;
    if (old != null) {
      old.closeAsync();
    }
  }
}
