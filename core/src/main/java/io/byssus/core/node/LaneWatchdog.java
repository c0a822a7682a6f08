package io.byssus.core.node;

import io.byssus.core.NodeObserver;
import io.byssus.core.channel.Hub;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Looks after all connections of one lane with one timer: heartbeats, connect time-outs, and, in
 * batches, the renewal of sessions and presence. Confined to the lane.
 *
 * <p>It also notices when the lane itself stood still (a long collection, SIGSTOP, a frozen
 * machine). Silence in that time says nothing about the peers, so nobody is judged until the lane
 * has listened for a full period.
 *
 * <p>And it asks the lane for a sign of life, which goes by the way of the publications: a lane
 * that answers pings and delivers nothing makes the node unready.
 */
@LaneConfined
final class LaneWatchdog {
  private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long STALL_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long PROBE_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long ALIVE_NS = TimeUnit.SECONDS.toNanos(5);

  private final LaneContext context;
  private final Lane lane;
  private final LaneConnections connections;
  private final SessionRenewal renewal;
  private final Hub hub;
  private final RandomSource random;
  private final NodeObserver observer;
  private long tickedAt;
  private long listeningSince;
  private long probedAt;
  private volatile long aliveAt;

  LaneWatchdog(
      LaneContext context,
      LaneConnections connections,
      SessionRenewal renewal,
      Hub hub,
      RandomSource random,
      NodeObserver observer) {
    this.context = context;
    this.lane = context.lane();
    this.connections = connections;
    this.renewal = renewal;
    this.hub = hub;
    this.random = random;
    this.observer = observer;
  }

  /** The sessions of a lane, as an outage sees them. */
  record Sessions(LaneConnections connections, SessionRenewal renewal) implements Outages.Sessions {
    @Override
    public void degrade() {
      connections.each(SessionHolder::degrade);
    }

    @Override
    public void renew(Consumer<Boolean> then) {
      renewal.renewSessions(then);
    }

    @Override
    public ArrayDeque<Runnable> revivals() {
      var revivals = new ArrayDeque<Runnable>();
      connections.holders().forEach(holder -> revivals.add(holder::revive));
      return revivals;
    }
  }

  LaneContext context() {
    return context;
  }

  LaneConnections connections() {
    return connections;
  }

  Lane lane() {
    return lane;
  }

  /**
   * Whether the lane does what it is there for: it ticks, and what publications take to its
   * connections was free not long ago. From any thread.
   */
  boolean alive() {
    return lane.nanoTime() - aliveAt < ALIVE_NS;
  }

  void start() {
    lane.check();
    tickedAt = lane.nanoTime();
    listeningSince = tickedAt;
    probedAt = tickedAt;
    aliveAt = tickedAt;
    renewal.start();
    lane.every(TICK_NS, this::tick);
  }

  private void tick() {
    var now = lane.nanoTime();
    if (now - tickedAt > TICK_NS + STALL_NS) {
      listeningSince = now;
      observer.laneStalled(Duration.ofNanos(now - tickedAt));
      lane.attempt(() -> renewal.renewSessions(answered -> {})); // someone else may hold them now
    }
    tickedAt = now;
    lane.attempt(() -> context.gate().tick(now));
    // Downwards, because one that is closed leaves and the last takes its slot.
    for (int i = connections.size() - 1; i >= 0; i--) {
      try {
        connections.at(i).tick(now, listeningSince);
      } catch (Throwable failure) {
        lane.failed(failure); // the next round tries again
      }
    }
    lane.attempt(() -> renewal.tick(now));
    if (now - probedAt >= PROBE_NS) {
      probedAt = now;
      hub.probe(lane, () -> aliveAt = lane.nanoTime());
    }
    lane.attempt(() -> context.debts().tick(now));
  }

  /**
   * The engine may have lost anything: all that is attached here is written anew, when other nodes
   * have said which sessions are not to be.
   */
  void forgot() {
    lane.check();
    lane.schedule(
        EndedSessions.TOLD_NS,
        () -> {
          connections.each(SessionHolder::mayBeForgotten);
          renewal.touchPresence();
          renewal.listSessions();
        });
  }

  /** Sends everybody away, evenly over {@code window}, in random order. */
  void drain(Duration window, CompletableFuture<Void> done) {
    lane.check();
    var order = new ArrayList<>(connections.copy());
    if (!order.isEmpty()) {
      observer.draining(order.size());
      Collections.shuffle(order, random.generator());
      var step = window.toNanos() / order.size();
      for (int i = 0; i < order.size(); i++) {
        lane.schedule(i * step, order.get(i)::drain);
      }
    }
    connections.awaitNone(done);
  }
}
