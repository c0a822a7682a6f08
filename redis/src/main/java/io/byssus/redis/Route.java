package io.byssus.redis;

import io.byssus.core.NotDoneException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The way of one partition's commands to its primary. Redis refuses some commands that would be
 * done elsewhere or a little later; they are sent again, and those that came after them wait until
 * they have been: so what one thread asks for one partition keeps its order, whatever moves.
 * Thread-safe.
 */
final class Route {
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(2);
  private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int MOST_WAITING = 10_000;

  private final Primaries primaries;
  private final ArrayDeque<Call<?>> again = new ArrayDeque<>();
  private final ArrayDeque<Call<?>> behind = new ArrayDeque<>();
  private volatile @Nullable Shard shard;
  private volatile @Nullable Shard taker;
  private int underWay;

  /** Where what is under way goes. */
  private @Nullable Shard goes;

  private boolean holding;
  private long pause;

  Route(Primaries primaries) {
    this.primaries = primaries;
  }

  @Nullable Shard shard() {
    return shard;
  }

  /** On the control thread: the partition is on this primary from here on. */
  void to(@Nullable Shard newShard) {
    shard = newShard;
  }

  /** The primary that is taking the partition over; null if none is known to. */
  @Nullable Shard taker() {
    return taker;
  }

  /** On the control thread. */
  void taker(@Nullable Shard newTaker) {
    taker = newTaker;
  }

  /** What is asked of Redis: a command, which may depend on the primary that it goes to. */
  @FunctionalInterface
  interface Request<T> {
    /**
     * @param whole whether to send a script's source, for Redis does not know it
     */
    RedisFuture<T> on(RedisAsyncCommands<String, byte[]> redis, Link link, boolean whole);
  }

  private static final class Call<T> {
    final Request<T> request;
    final CompletableFuture<T> answer = new CompletableFuture<>();
    final long since = System.nanoTime();
    final boolean aside;
    boolean whole;
    boolean moved;
    @Nullable Shard asked;

    Call(Request<T> request, boolean aside) {
      this.request = request;
      this.aside = aside;
    }

    CompletionStage<T> over(Link link) {
      var asking = asked != null;
      Link.Command<T> command =
          redis -> {
            if (asking) {
              redis.asking(); // its answer is of no interest: the command behind it tells
            }
            return request.on(redis, link, whole);
          };
      return aside ? link.sendAside(command) : link.send(command);
    }

    void fail(Throwable failure) {
      answer.completeExceptionally(failure);
    }
  }

  /**
   * Fails with {@link NotDoneException} when it was surely not done, with anything else when that
   * is not known.
   */
  <T> CompletionStage<T> send(Request<T> request) {
    return send(new Call<>(request, false));
  }

  /** As {@link #send}, beside what may wait behind long replies. */
  <T> CompletionStage<T> sendAside(Request<T> request) {
    return send(new Call<>(request, true));
  }

  private <T> CompletionStage<T> send(Call<T> call) {
    synchronized (this) {
      // What is under way to where the partition was may yet be sent on to where it is now.
      holding |= underWay > 0 && goes != shard;
      if (!holding) {
        underWay++;
        goes = shard;
      } else if (behind.size() < MOST_WAITING) {
        behind.add(call);
        return call.answer;
      } else {
        call.fail(new NotDoneException("too many commands wait"));
        return call.answer;
      }
      dispatch(call, goes);
    }
    return call.answer;
  }

  /** Under the lock, so that the order is kept. */
  private <T> void dispatch(Call<T> call, @Nullable Shard to) {
    var link = to == null ? null : to.link();
    if (link == null && call.moved) {
      sendAgain(call, PAUSE_NS); // to a primary that we have just heard of
      return;
    }
    var stage =
        link == null
            ? CompletableFuture.<T>failedFuture(new NotDoneException(primaries.trouble()))
            : call.over(link);
    stage.whenComplete((value, failure) -> answered(call, link, value, failure));
  }

  private <T> void answered(
      Call<T> call, @Nullable Link link, @Nullable T value, @Nullable Throwable failure) {
    if (failure == null) {
      done();
      complete(call, value);
      return;
    }
    var refusal = link == null ? null : Refusal.of(failure, link.host).orElse(null);
    switch (refusal) {
      case null -> {
        done();
        call.fail(failure);
      }
      case Refusal.Moved(var host) -> {
        primaries.moved(this, host);
        call.moved = true;
        call.asked = null;
        sendAgain(call, 0);
      }
      case Refusal.Ask(var host) -> {
        call.asked = primaries.asked(this, host);
        call.moved = true;
        sendAgain(call, 0);
      }
      case Refusal.Unknown() -> {
        call.whole = true;
        sendAgain(call, 0);
      }
      case Refusal.Later _ -> {
        primaries.look();
        call.asked = null;
        sendAgain(call, PAUSE_NS);
      }
      case Refusal.Unfit(var error) -> {
        if (link != null) {
          link.lose();
        }
        done();
        call.fail(new NotDoneException(error));
      }
      case Refusal.Refused(var error) -> {
        done();
        call.fail(new NotDoneException(error));
      }
    }
  }

  @SuppressWarnings("NullAway") // null is what some commands answer
  private static <T> void complete(Call<T> call, @Nullable T value) {
    call.answer.complete(value);
  }

  private void done() {
    synchronized (this) {
      underWay--;
      goOnSoon();
    }
  }

  private void sendAgain(Call<?> call, long pauseNs) {
    if (System.nanoTime() - call.since > PATIENCE_NS) {
      done();
      call.fail(new NotDoneException(primaries.trouble()));
      return;
    }
    synchronized (this) {
      again.add(call);
      holding = true;
      pause = Math.max(pause, pauseNs);
      underWay--;
      goOnSoon();
    }
  }

  /** Once the last that is under way has been answered, so that all that go again are known. */
  private void goOnSoon() {
    if (holding && underWay == 0) {
      primaries.later(pause, this::goOn);
    }
  }

  /**
   * Sends again what comes first and goes the same way. What goes another way follows when that has
   * been answered: of two primaries neither waits for the other.
   */
  private void goOn() {
    synchronized (this) {
      if (!holding || underWay > 0) {
        return;
      }
      pause = 0;
      again.addAll(behind);
      behind.clear();
      var round = new ArrayList<Call<?>>();
      while (!again.isEmpty() && (round.isEmpty() || way(again.peek()) == way(round.getFirst()))) {
        round.add(again.poll());
      }
      behind.addAll(again);
      again.clear();
      holding = !behind.isEmpty();
      if (round.isEmpty()) {
        return;
      }
      underWay += round.size();
      goes = way(round.getFirst());
      round.forEach(call -> dispatch(call, goes));
    }
  }

  private @Nullable Shard way(Call<?> call) {
    return call.asked != null ? call.asked : shard;
  }
}
