package io.byssus.redis;

import io.byssus.core.NotDoneException;
import io.byssus.redis.RedisAddress.Host;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The connection over which commands go to one primary, from when it was found to be one until it
 * is lost: it is never mended, another takes its place. Thread-safe.
 *
 * <p>Beside it there is a second one, for what must not wait behind long replies: the probe and the
 * messages between nodes. A first one that is busy is no dead Redis.
 *
 * <p>Commands are written together: one is flushed at once when nothing is under way, else when as
 * many wait as are under way. So a quiet connection waits for nothing, and a busy one makes few
 * system calls, without a timer.
 */
final class Link {
  /** Unanswered and unwritten commands together; more are refused. */
  private static final int MOST = 50_000;

  /** Clocks that are adjusted do not move by more than this at once. */
  private static final long JUMP_MS = 5_000;

  private static final long SURE_AFTER_NS = TimeUnit.SECONDS.toNanos(30);

  final Host host;

  /** The primary's {@code master_replid}: whoever has the same has the same data up to a point. */
  final String lineage;

  /** Whether it can tell that a write is on disk: {@code WAITAOF}, and an append-only file. */
  final boolean fsyncs;

  private final StatefulRedisConnection<String, byte[]> connection;
  private final StatefulRedisConnection<String, byte[]> aside;
  private final RedisAsyncCommands<String, byte[]> commands;
  private final AtomicBoolean lost = new AtomicBoolean();
  private final Runnable onLoss;
  private final Object lock = new Object();
  private int unwritten;
  private int underWay;

  /** When the last answer came, or what is under way was written if none came since. */
  private long answeredNs;

  private volatile Health health;

  /** What the clock was ahead before it was set, and until when that counts. */
  private volatile Jump jump = new Jump(0, 0, 0);

  /**
   * @param aheadMs how much the primary's clock is ahead of this JVM's monotonic clock
   * @param withinMs how far that may be off: half of the time that the answer took
   * @param replicas how many replicas follow it now
   */
  record Health(long aheadMs, long withinMs, int replicas) {
    /** A reply of TIME, against the middle of the time that it took. */
    static Health of(List<byte[]> time, long askedNs, long answeredNs, int replicas) {
      var millis =
          Long.parseLong(Packed.text(time.get(0))) * 1_000
              + Long.parseLong(Packed.text(time.get(1))) / 1_000;
      var half = (answeredNs - askedNs) / 2;
      return new Health(millis - (askedNs + half) / 1_000_000, half / 1_000_000, replicas);
    }

    /**
     * Of two estimates that agree the surer one counts: on a busy machine an answer may take a
     * hundred times as long as the one before. The older one grows less sure, as clocks drift. If
     * they do not agree, the clock was set.
     */
    private Health after(Health before) {
      var agree = Math.abs(aheadMs - before.aheadMs) <= withinMs + before.withinMs + 1;
      return agree && before.withinMs < withinMs
          ? new Health(before.aheadMs, before.withinMs + 1, replicas)
          : this;
    }
  }

  /**
   * @param aside to the same primary
   * @param onLoss called once, on any thread
   */
  Link(
      Host host,
      StatefulRedisConnection<String, byte[]> connection,
      StatefulRedisConnection<String, byte[]> aside,
      Replication replication,
      boolean fsyncs,
      Health health,
      Runnable onLoss) {
    this.host = host;
    this.lineage = replication.lineage();
    this.fsyncs = fsyncs;
    this.connection = connection;
    this.aside = aside;
    this.commands = connection.async();
    this.health = health;
    this.onLoss = onLoss;
    connection.setAutoFlushCommands(false);
    connection.addListener(new Loss(this::lose));
    aside.addListener(new Loss(this::lose));
    if (!connection.isOpen() || !aside.isOpen()) {
      lose();
    }
  }

  /**
   * @param times how often the clock was set since this connection was made
   */
  private record Jump(int times, long aheadMs, long untilNs) {}

  Health health() {
    return health;
  }

  void health(Health now) {
    var before = health;
    var after = now.after(before);
    if (Math.abs(after.aheadMs - before.aheadMs) > JUMP_MS) {
      jump = new Jump(jump.times + 1, before.aheadMs, System.nanoTime() + SURE_AFTER_NS);
    }
    health = after;
  }

  /** How often the primary's clock was seen to be set, by more than some seconds. */
  int clockSet() {
    return jump.times;
  }

  /**
   * The latest time, in ms, that may be meant where something ends because its time has passed.
   * When the clock is put forward, all nodes have half a minute to start the time of what they have
   * anew.
   */
  long sureTimeMs() {
    var last = jump;
    var now = System.nanoTime();
    var set = last.times > 0 && now - last.untilNs < 0;
    // One that no node has seen to be set may be ahead of what was measured.
    return now / 1_000_000
        + (set ? Math.min(last.aheadMs, health.aheadMs) : health.aheadMs)
        + JUMP_MS;
  }

  boolean lost() {
    return lost.get();
  }

  /** The primary's time in ms, as well as it is known. */
  long timeMs() {
    return System.nanoTime() / 1_000_000 + health.aheadMs;
  }

  /** A command of Lettuce's, given the commands of a connection. */
  @FunctionalInterface
  interface Command<T> {
    RedisFuture<T> on(RedisAsyncCommands<String, byte[]> redis);
  }

  /**
   * Fails with {@link NotDoneException} when it was surely not sent. Commands of one thread arrive
   * in their order.
   */
  <T> CompletionStage<T> send(Command<T> command) {
    synchronized (lock) {
      if (lost.get()) {
        return CompletableFuture.failedFuture(new NotDoneException("no connection to " + host));
      }
      if (unwritten + underWay >= MOST) {
        return CompletableFuture.failedFuture(
            new NotDoneException("too many commands wait for " + host));
      }
      var sent = command.on(commands);
      if (sent.toCompletableFuture().isCompletedExceptionally()) {
        return CompletableFuture.failedFuture(new NotDoneException("no connection to " + host));
      }
      unwritten++;
      var answer = new CompletableFuture<T>();
      // Before it is written, so that it is the connection's thread that hears of the answer.
      sent.whenComplete((value, failure) -> {
        answered();
        complete(answer, value, failure);
      });
      if (underWay == 0) {
        write();
      }
      return answer;
    }
  }

  /**
   * As {@link #send}, at once and beside all that is under way: such commands are in order among
   * themselves only.
   */
  <T> CompletionStage<T> sendAside(Command<T> command) {
    if (lost.get()) {
      return CompletableFuture.failedFuture(new NotDoneException("no connection to " + host));
    }
    var sent = command.on(aside.async());
    return sent.toCompletableFuture().isCompletedExceptionally()
        ? CompletableFuture.failedFuture(new NotDoneException("no connection to " + host))
        : sent;
  }

  /** How long nothing was answered of what is under way. */
  long silentNs(long now) {
    synchronized (lock) {
      return underWay == 0 ? 0 : now - answeredNs;
    }
  }

  @SuppressWarnings("NullAway") // a stage without a failure may have null as its value
  private static <T> void complete(
      CompletableFuture<T> answer, @Nullable T value, @Nullable Throwable failure) {
    if (failure != null) {
      answer.completeExceptionally(failure);
    } else {
      answer.complete(value);
    }
  }

  /**
   * On the connection's thread, whose writes would overtake those of others: others therefore write
   * only when nothing is under way.
   */
  private void answered() {
    synchronized (lock) {
      underWay = Math.max(0, underWay - 1);
      answeredNs = System.nanoTime();
      if (unwritten > 0 && unwritten >= underWay) {
        write();
      }
    }
  }

  private void write() {
    if (underWay == 0) {
      answeredNs = System.nanoTime();
    }
    underWay += unwritten;
    unwritten = 0;
    connection.flushCommands();
  }

  /** Gives the connection up: what is under way fails, and it is not known whether it was done. */
  void lose() {
    if (lost.compareAndSet(false, true)) {
      connection.closeAsync();
      aside.closeAsync();
      onLoss.run();
    }
  }
}
