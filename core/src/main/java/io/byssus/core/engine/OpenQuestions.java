package io.byssus.core.engine;

import io.byssus.core.NotDoneException;
import io.byssus.core.engine.ClusterBus.Reply;
import io.byssus.core.lane.Lane;
import io.byssus.core.session.Owner;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/**
 * The questions of one node that are not answered yet, for a {@link ClusterBus} whose messages may
 * get lost or come twice. Thread-safe.
 */
public final class OpenQuestions {
  /** With more, nobody is asked. */
  static final int OPEN_MAX = 10_000;

  private final ConcurrentHashMap<Long, Open> open = new ConcurrentHashMap<>();
  private final AtomicLong newest = new AtomicLong();

  private record Open(Owner of, CompletableFuture<Optional<Reply>> reply) {}

  /**
   * As {@link ClusterBus#ask}.
   *
   * @param send says it to the other node under this number; answers whether anybody may hear it
   */
  public CompletionStage<Optional<Reply>> ask(
      Lane timer, Owner of, Duration within, LongFunction<CompletionStage<Boolean>> send) {
    if (open.size() >= OPEN_MAX) {
      return CompletableFuture.failedFuture(
          new NotDoneException(OPEN_MAX + " questions to other nodes are open"));
    }
    var number = newest.incrementAndGet();
    var reply = new CompletableFuture<Optional<Reply>>();
    open.put(number, new Open(of, reply));
    timer.execute(() -> timer.schedule(within.toNanos(), () -> end(number)));
    send.apply(number)
        .whenComplete((heard, failure) -> {
          if (failure != null && NotDoneException.is(failure)) {
            open.remove(number);
            reply.completeExceptionally(failure);
          } else if (failure == null && !heard) {
            end(number);
          }
        });
    return reply;
  }

  private void end(long number) {
    var ended = open.remove(number);
    if (ended != null) {
      ended.reply.complete(Optional.empty());
    }
  }

  /** What {@code by} said to the question of this number. */
  public void answered(long number, Owner by, Reply reply) {
    var answered = open.get(number);
    if (answered != null && answered.of.equals(by) && open.remove(number, answered)) {
      answered.reply.complete(Optional.of(reply));
    }
  }
}
