package io.byssus.client;

import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Publications and directed messages that have no answer yet, in the order in which the program
 * gave them. A publication is repeated with the same dedupe id until there is an answer that lasts,
 * for at most 4 minutes: the server remembers the ids for 5. A directed message is said once, since
 * nothing would tell the second from the first. Confined to the lane.
 */
final class Outbox {
  private static final Duration REPEATED = Duration.ofMinutes(4);

  /** The server reads no further while so many commands of a connection are under way: 64. */
  private static final int UNDER_WAY_MAX = 64;

  /** What a server that asks for patience gets at least, and at most besides. */
  private static final Duration PAUSE = Duration.ofMillis(500);

  private static final Duration PAUSE_MAX = Duration.ofSeconds(10);

  private final Lane lane;
  private final int max;
  private final Backoff backoff;
  private final Set<Errand<?, ?>> all = new LinkedHashSet<>();
  private final Set<Errand<?, ?>> underWay = new LinkedHashSet<>();
  private @Nullable Connection connection;
  private Lane.Alarm pause = Lane.Alarm.NONE;
  private boolean paused;

  /** How many may be under way: half as many after a refusal, one more with each success. */
  private int window = UNDER_WAY_MAX;

  Outbox(Lane lane, int max, DoubleSupplier random) {
    this.lane = lane;
    this.max = max;
    this.backoff = new Backoff(random, PAUSE_MAX);
  }

  void add(Errand<?, ?> errand) {
    lane.check();
    if (all.size() >= max) {
      errand.reject(ByssusException.outboxFull(max));
      return;
    }
    all.add(errand);
    flush();
  }

  /** There is a connection with the session. */
  void connected(Connection to, boolean resumed) {
    lane.check();
    if (!resumed) {
      // The new session knows nothing of the dedupe ids of the old one.
      List.copyOf(all).stream().filter(Errand::perhapsDone).forEach(this::giveUp);
    }
    connection = to;
    goOn();
  }

  private void giveUp(Errand<?, ?> errand) {
    errand.giveUp(ByssusException.timeout("not taken within " + REPEATED.toMinutes() + " min"));
    remove(errand);
  }

  void disconnected() {
    connection = null;
    pause.cancel();
    paused = false;
  }

  void closed() {
    disconnected();
    List.copyOf(all).forEach(errand -> errand.giveUp(ByssusException.notSent()));
    all.clear();
    underWay.clear();
  }

  private void goOn() {
    pause.cancel();
    paused = false;
    flush();
  }

  private void flush() {
    var to = connection;
    if (to == null || paused || underWay.size() >= window) {
      return;
    }
    for (var errand : all) {
      if (underWay.size() >= window) {
        return;
      }
      if (underWay.add(errand)) {
        say(errand, to);
      }
    }
  }

  private void say(Errand<?, ?> errand, Connection to) {
    if (errand.tried()) {
      errand.deadline(lane.schedule(REPEATED, () -> late(errand)));
    }
    to.ask(errand.command(), answer(errand));
  }

  private void late(Errand<?, ?> errand) {
    errand.perhapsDone(errand.perhapsDone() || underWay.contains(errand));
    giveUp(errand);
    flush();
  }

  private Answer answer(Errand<?, ?> errand) {
    return new Answer() {
      @Override
      public void reply(ServerMessage message) {
        errand.resolve(message);
        remove(errand);
        backoff.reset();
        window = Math.min(UNDER_WAY_MAX, window + 1);
        flush();
      }

      @Override
      public void refused(ErrorCode code, String message) {
        underWay.remove(errand);
        errand.perhapsDone(errand.perhapsDone() || code == ErrorCode.UNKNOWN);
        if (!errand.settled() && code.retryable() && errand.repeatable()) {
          waitAWhile();
          return;
        }
        errand.giveUp(ByssusException.of(code, message));
        remove(errand);
        flush();
      }

      @Override
      public void broken() {
        underWay.remove(errand);
        errand.perhapsDone(true);
        if (!errand.repeatable()) {
          errand.reject(ByssusException.unknown("the connection broke before the answer"));
          remove(errand);
        }
      }
    };
  }

  private void remove(Errand<?, ?> errand) {
    all.remove(errand);
    underWay.remove(errand);
  }

  /** All of them: they would meet the same, and would overtake the one that did. */
  private void waitAWhile() {
    if (!paused) {
      paused = true;
      window = Math.max(1, window / 2);
      pause = lane.schedule(PAUSE.plus(backoff.next()), this::goOn);
    }
  }
}
