package io.byssus.redis;

import static io.byssus.redis.Redis.args;
import static io.byssus.redis.Redis.text;

import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.core.session.SessionStore.Orphan;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** What is done for sessions that nobody speaks for: their time has passed, or their owner died. */
final class UnattendedSessions {
  /** A sweep looks at so many partitions, the next one at the next so many. */
  private static final int SWEPT_PARTITIONS = 8;

  private final Redis redis;
  private final Keys keys;
  private final long ttlMs;
  private final AtomicInteger nextSwept = new AtomicInteger();

  UnattendedSessions(Redis redis, long ttlMs) {
    this.redis = redis;
    this.keys = redis.keys();
    this.ttlMs = ttlMs;
  }

  CompletionStage<List<Gone>> sweep(int limit) {
    var first = nextSwept.getAndAdd(SWEPT_PARTITIONS);
    return collected(
        first,
        SWEPT_PARTITIONS,
        limit,
        (partition, most) ->
            redis
                .run(
                    partition,
                    Script.SWEEP,
                    List.of(keys.due(partition)),
                    link -> args(most, keys.prefix(partition), ttlMs, link.sureTimeMs()))
                .thenApply(SessionReplies::allGone));
  }

  CompletionStage<List<String>> heldBy(Owner owner, int part) {
    return redis
        .run(part, Script.HELD, List.of(keys.owned(part, owner)), args())
        .thenApply(ids -> ids.stream().map(id -> Keys.name(text(id))).toList());
  }

  CompletionStage<List<Orphan>> abandon(Owner dead, int limit) {
    return collected(
        0,
        Keys.PARTITIONS,
        limit,
        (partition, most) ->
            redis
                .run(
                    partition,
                    Script.ABANDON,
                    List.of(keys.owned(partition, dead)),
                    args(Keys.owner(dead), most, ttlMs, keys.prefix(partition)))
                .thenApply(all ->
                    all.stream().map(parts -> SessionReplies.orphan(Redis.list(parts))).toList()));
  }

  /** One partition after the other, until there are {@code limit}. */
  private static <T> CompletionStage<List<T>> collected(
      int first, int count, int limit, BiFunction<Integer, Integer, CompletionStage<List<T>>> in) {
    CompletionStage<List<T>> all = CompletableFuture.completedFuture(new ArrayList<>());
    for (var i : IntStream.range(first, first + count).toArray()) {
      all =
          all.thenCompose(found -> {
            if (found.size() >= limit) {
              return CompletableFuture.completedFuture(found);
            }
            return in.apply(i & Keys.PARTITIONS - 1, limit - found.size())
                .thenApply(more -> {
                  found.addAll(more);
                  return found;
                });
          });
    }
    return all.thenApply(List::copyOf);
  }
}
