package io.byssus.client;

import io.byssus.protocol.Command;
import io.byssus.protocol.ServerMessage;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;

/** The way of a call from any thread into the queues of the lane. */
final class CallQueues {
  private final Lane lane;
  private final Executor executor;
  private final ClientCore core;
  private final Outbox outbox;
  private final RepeatableCalls repeatable;

  /** No other run of this program has made these ids. */
  private final String dedupePrefix = Long.toString(new SecureRandom().nextLong(), 36) + ".";

  private final AtomicLong dedupeLast = new AtomicLong();

  CallQueues(
      Lane lane, Executor executor, ClientCore core, Outbox outbox, RepeatableCalls repeatable) {
    this.lane = lane;
    this.executor = executor;
    this.core = core;
    this.outbox = outbox;
    this.repeatable = repeatable;
  }

  Lane lane() {
    return lane;
  }

  /** The program's own id, or one that was never used. */
  String dedupe(String own) {
    return own.isEmpty() ? dedupePrefix + Long.toString(dedupeLast.incrementAndGet(), 36) : own;
  }

  /** A command with a dedupe id. */
  <R extends ServerMessage, T> CompletableFuture<T> outbox(
      LongFunction<Command> command,
      Class<R> kind,
      Function<R, T> value,
      Optional<Duration> deadline) {
    return submit(command, kind, value, call -> outbox.submit(call, deadline));
  }

  /** A command that has the same effect once and twice. */
  <R extends ServerMessage, T> CompletableFuture<T> repeatable(
      LongFunction<Command> command,
      Class<R> kind,
      Function<R, T> value,
      Optional<Duration> deadline) {
    return submit(command, kind, value, call -> repeatable.submit(call, deadline));
  }

  private <R extends ServerMessage, T> CompletableFuture<T> submit(
      LongFunction<Command> command,
      Class<R> kind,
      Function<R, T> value,
      Consumer<PendingCall<R, T>> queue) {
    var promise = new Promise<T>(executor);
    var call = new PendingCall<>(command, kind, value, promise);
    lane.execute(() -> {
      if (core.state() == ClientState.CLOSED) {
        call.reject(ByssusException.closed("the client is closed"));
      } else {
        queue.accept(call);
      }
    });
    return promise.future();
  }
}
