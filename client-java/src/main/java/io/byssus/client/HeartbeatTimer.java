package io.byssus.client;

import io.byssus.protocol.Command;
import io.byssus.protocol.ServerMessage;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Watches that the present connection lives. Confined to the lane. */
final class HeartbeatTimer {
  private static final System.Logger LOG = System.getLogger(HeartbeatTimer.class.getName());
  private static final Command PING = new Command.Ping(Command.NO_ID, false);
  private static final double SECOND_NS = 1e9;

  private final Lane lane;
  private final HeartbeatWish wish;
  private final AdaptiveInterval adaptive;
  private final Supplier<String> network;
  private @Nullable Heartbeat beat;
  private Lane.Alarm next = Lane.Alarm.NONE;
  private boolean probing;

  /** The network that the program was last in. */
  private volatile String present = "";

  /**
   * @param network names the network that the program is in, for what is learned about it
   */
  HeartbeatTimer(Lane lane, HeartbeatWish wish, Supplier<String> network) {
    this.lane = lane;
    this.wish = wish;
    this.adaptive = new AdaptiveInterval(wish);
    this.network = network;
  }

  /**
   * Asks the program where it is, off the lane. A program that cannot tell is always in the same
   * network.
   */
  void readNetwork() {
    try {
      present = String.valueOf(network.get());
    } catch (RuntimeException | Error thrown) {
      LOG.log(System.Logger.Level.WARNING, "the network cannot be named", thrown);
      present = "";
    }
  }

  /**
   * @param dead run when nothing has been heard for too long
   */
  void start(Connection connection, ServerMessage.HeartbeatNumbers numbers, Runnable dead) {
    adaptive.connected(present, numbers.intervalSeconds());
    probing = false;
    beat =
        new Heartbeat(
            wish.adaptive() ? intervalNs() : (long) (numbers.intervalSeconds() * SECOND_NS),
            (long) (numbers.timeoutSeconds() * SECOND_NS),
            lane.nanoTime());
    watch(connection, dead);
  }

  private long intervalNs() {
    return (long) (adaptive.seconds() * SECOND_NS);
  }

  private void watch(Connection connection, Runnable dead) {
    var watched = beat;
    if (watched == null) {
      return;
    }
    switch (watched.due(lane.nanoTime())) {
      case PING -> connection.sendOneWay(PING);
      case DEAD -> {
        dead.run();
        return;
      }
      case WAIT -> {}
    }
    // Not on each message: what was heard meanwhile is seen when the alarm rings.
    var delay = Duration.ofNanos(Math.max(1, watched.nextNs() - lane.nanoTime()));
    next.cancel();
    next = lane.schedule(delay, () -> watch(connection, dead));
  }

  void onFrame() {
    if (beat != null && beat.heard(lane.nanoTime()) && !probing && wish.adaptive()) {
      adaptive.answered();
      beat.interval(intervalNs());
    }
    probing = false;
  }

  /** Asks now: something says that the network has changed. */
  void probe(Connection connection, Runnable dead) {
    if (beat != null && beat.ask(lane.nanoTime()) == Heartbeat.Due.PING) {
      probing = true;
      connection.sendOneWay(PING);
      watch(connection, dead);
    }
  }

  /**
   * There is no connection any more.
   *
   * @param broken it was found dead, or ended without a word
   */
  void stop(boolean broken) {
    next.cancel();
    if (beat != null && broken && wish.adaptive()) {
      if (beat.silentNs(lane.nanoTime()) >= intervalNs() / 2) {
        adaptive.died();
      }
    }
    beat = null;
  }
}
