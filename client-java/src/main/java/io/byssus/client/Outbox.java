package io.byssus.client;

import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Publications and directed messages that have no answer yet, in the order in which the program
 * gave them. Each is repeated with the same dedupe id until there is an answer that lasts, until
 * its deadline, and for at most 4 minutes: the server remembers the ids for 5. Confined to the
 * lane.
 */
final class Outbox {
  private static final Duration REPEATED = Duration.ofMinutes(4);

  /** The server reads no further while so many commands of a connection are under way: 64. */
  private static final int IN_FLIGHT_MAX = 64;

  /** What a server that asks for patience gets at least, and at most besides. */
  private static final Duration PAUSE = Duration.ofMillis(500);

  private static final Duration PAUSE_MAX = Duration.ofSeconds(10);

  private final Lane lane;
  private final int max;
  private final Backoff backoff;
  private final Set<PendingCall<?, ?>> all = new LinkedHashSet<>();
  private final Set<PendingCall<?, ?>> inFlight = new LinkedHashSet<>();
  private @Nullable Connection connection;
  private Lane.Alarm pause = Lane.Alarm.NONE;
  private boolean paused;

  /** How many may be under way: half as many after a refusal, one more with each success. */
  private int window = IN_FLIGHT_MAX;

  Outbox(Lane lane, int max, DoubleSupplier random) {
    this.lane = lane;
    this.max = max;
    this.backoff = new Backoff(random, PAUSE_MAX);
  }

  /**
   * @param deadline from now on
   */
  void submit(PendingCall<?, ?> call, Optional<Duration> deadline) {
    lane.check();
    if (all.size() >= max) {
      call.reject(ByssusException.outboxFull(max));
      return;
    }
    all.add(call);
    deadline.ifPresent(within -> limit(call, within));
    flush();
  }

  /** There is a connection with the session. */
  void connected(Connection to, boolean resumed) {
    lane.check();
    if (!resumed) {
      // The new session knows nothing of the dedupe ids of the old one.
      List.copyOf(all).stream()
          .filter(PendingCall::inDoubt)
          .forEach(call -> giveUp(call, REPEATED));
    }
    connection = to;
    resumeSending();
  }

  private void giveUp(PendingCall<?, ?> call, Duration after) {
    call.giveUp(ByssusException.timeout("not taken within " + after.toMillis() + " ms"));
    remove(call);
  }

  void disconnected() {
    connection = null;
    pause.cancel();
    paused = false;
  }

  void closed() {
    disconnected();
    List.copyOf(all).forEach(call -> call.giveUp(ByssusException.notSent()));
    all.clear();
    inFlight.clear();
  }

  private void resumeSending() {
    pause.cancel();
    paused = false;
    flush();
  }

  private void flush() {
    var to = connection;
    if (to == null || paused || inFlight.size() >= window) {
      return;
    }
    for (var call : all) {
      if (inFlight.size() >= window) {
        return;
      }
      if (inFlight.add(call)) {
        transmit(call, to);
      }
    }
  }

  private void transmit(PendingCall<?, ?> call, Connection to) {
    if (call.firstTry()) {
      limit(call, REPEATED);
    }
    to.call(call.command(), replyHandler(call));
  }

  /** Unless it ends sooner anyway. */
  private void limit(PendingCall<?, ?> call, Duration within) {
    var atNs = lane.nanoTime() + within.toNanos();
    if (!call.endsBy(atNs)) {
      call.deadline(atNs, lane.schedule(within, () -> onDeadline(call, within)));
    }
  }

  private void onDeadline(PendingCall<?, ?> call, Duration after) {
    call.inDoubt(call.inDoubt() || inFlight.contains(call));
    giveUp(call, after);
    flush();
  }

  private ReplyHandler replyHandler(PendingCall<?, ?> call) {
    return new ReplyHandler() {
      @Override
      public void onReply(ServerMessage message) {
        call.resolve(message);
        remove(call);
        backoff.reset();
        window = Math.min(IN_FLIGHT_MAX, window + 1);
        flush();
      }

      @Override
      public void onRefused(ErrorCode code, String message) {
        inFlight.remove(call);
        call.inDoubt(call.inDoubt() || code == ErrorCode.UNKNOWN);
        // A full inbox is not for the server to mend: to wait would hold up messages to others.
        if (!call.settled() && code.retryable() && code != ErrorCode.INBOX_FULL) {
          pauseSending();
          return;
        }
        call.giveUp(ByssusException.of(code, message));
        remove(call);
        flush();
      }

      @Override
      public void onBroken() {
        inFlight.remove(call);
        call.inDoubt(true);
      }
    };
  }

  private void remove(PendingCall<?, ?> call) {
    all.remove(call);
    inFlight.remove(call);
  }

  /** All of them: they would meet the same, and would overtake the one that did. */
  private void pauseSending() {
    if (!paused) {
      paused = true;
      window = Math.max(1, window / 2);
      pause = lane.schedule(PAUSE.plus(backoff.next()), this::resumeSending);
    }
  }
}
