package io.byssus.redis;

import static io.byssus.redis.Redis.args;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees that a primary has lost what it had: each partition has a mark in Redis, of which {@code
 * lib-mark.lua} tells. One of each primary is looked at every second, all of them when a connection
 * is new or one of them has changed. And it sees that the clock of a primary was set.
 */
final class Marks {
  private static final Logger LOG = LoggerFactory.getLogger(Marks.class);

  private final Redis redis;
  private final RandomGenerator random;
  private final Runnable forgot;
  private final Map<Link, Integer> clocksSet = new HashMap<>();
  private int round;

  /** By partition, the id that was seen last; empty before. */
  private final AtomicReferenceArray<String> known = new AtomicReferenceArray<>(Keys.PARTITIONS);

  private @Nullable CompletableFuture<Void> looking;

  /**
   * @param forgot called when something may have been lost, on any thread
   */
  Marks(Redis redis, RandomGenerator random, Runnable forgot) {
    this.redis = redis;
    this.random = random;
    this.forgot = forgot;
    IntStream.range(0, Keys.PARTITIONS).forEach(partition -> known.set(partition, ""));
  }

  /** Whether all were seen; from any thread. */
  boolean looked() {
    return IntStream.range(0, Keys.PARTITIONS).noneMatch(p -> known.get(p).isEmpty());
  }

  /**
   * Before anything else: so that a server on which nothing was yet is not taken for one that has
   * lost it. Blocks; what is not seen in time is seen later.
   */
  void lookFirst(Duration within) {
    look();
    try {
      if (looking != null) {
        looking.get(within.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("not all marks were seen at the start", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Called every second, by one thread. */
  void look() {
    try {
      lookOnce();
    } catch (Throwable failure) {
      LOG.error("the marks of the partitions could not be looked at; they will be again", failure);
    }
  }

  private void lookOnce() {
    if (looking != null && !looking.isDone()) {
      return;
    }
    var byLink = new HashMap<Link, List<Integer>>();
    for (int partition = 0; partition < Keys.PARTITIONS; partition++) {
      var shard = redis.primaries().route(partition).shard();
      var link = shard == null ? null : shard.link();
      if (link != null) {
        byLink.computeIfAbsent(link, _ -> new ArrayList<>()).add(partition);
      }
    }
    var clockWasSet = clockWasSet(byLink);
    round++;
    var due = new ArrayList<CompletableFuture<Boolean>>();
    byLink.forEach((link, partitions) -> due.add(look(link, partitions)));
    clocksSet.keySet().retainAll(byLink.keySet());
    byLink.keySet().forEach(link -> clocksSet.put(link, link.clockSet()));
    looking =
        CompletableFuture.allOf(due.toArray(CompletableFuture[]::new))
            .thenRun(() -> {
              if (clockWasSet || due.stream().anyMatch(CompletableFuture::join)) {
                forgot.run();
              }
            });
  }

  private boolean clockWasSet(Map<Link, List<Integer>> byLink) {
    return byLink.keySet().stream()
        .anyMatch(link -> link.clockSet() != clocksSet.getOrDefault(link, link.clockSet()));
  }

  /** Whether something has changed. */
  private CompletableFuture<Boolean> look(Link link, List<Integer> partitions) {
    if (!clocksSet.containsKey(link)) {
      return changed(partitions);
    }
    var one = partitions.get(round % partitions.size());
    return changed(List.of(one))
        .thenCompose(changed ->
            changed
                ? changed(partitions).thenApply(_ -> true)
                : CompletableFuture.completedFuture(false));
  }

  private CompletableFuture<Boolean> changed(List<Integer> partitions) {
    var looks = partitions.stream().map(this::changed).toList();
    return CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new))
        .thenApply(_ -> looks.stream().anyMatch(CompletableFuture::join));
  }

  /** A look that fails has changed nothing: the next one follows. */
  private CompletableFuture<Boolean> changed(int partition) {
    var before = known.get(partition);
    return redis
        .runAside(
            partition,
            Script.MARK,
            List.of(redis.keys().mark(partition)),
            link ->
                args(
                    link.lineage,
                    redis.primaries().lineages(),
                    Long.toString(random.nextLong(Long.MAX_VALUE), Character.MAX_RADIX),
                    before))
        .thenApply(reply -> {
          var now = Redis.text(reply.getFirst());
          known.set(partition, now);
          return !before.isEmpty() && !before.equals(now);
        })
        .exceptionally(failure -> {
          LOG.debug("the mark of partition {} was not read", partition, failure);
          return false;
        })
        .toCompletableFuture();
  }
}
