package io.byssus.core.node;

import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.presence.PresenceStore;
import io.byssus.core.session.Lease;
import io.byssus.core.session.SessionStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
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
final class Watch {
  private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long STALL_NS = TimeUnit.SECONDS.toNanos(1);

  private static final long PROBE_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long ALIVE_NS = TimeUnit.SECONDS.toNanos(5);

  /** A time to live is renewed three times before it runs out. */
  private static final int RENEWALS = 3;

  private static final int ENTERED_A_TICK = 500;
  private static final int LISTED_A_STEP = 500;
  private static final long LIST_STEP_NS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Lane lane;
  private final Node node;
  private final List<CommandDispatcher> dispatchers = new ArrayList<>();
  private final Gate gate;
  private final Outages outages;
  private final Debts debts;
  private final Healing healing;
  private final List<CompletableFuture<Void>> awaitingNone = new ArrayList<>();
  private long tickedAt;
  private long listeningSince;
  private long sessionsRenewedAt;

  /** When the engine last answered a renewal. */
  private long confirmedAt;

  private long presenceTouchedAt;
  private long probedAt;
  private volatile long aliveAt;

  /**
   * @param connects how many the lane may have with the engine at once
   */
  Watch(Lane lane, Node node, int connects) {
    this.lane = lane;
    this.node = node;
    this.gate = new Gate(connects);
    this.debts = new Debts(node, lane);
    this.outages = new Outages(node, lane, this);
    this.healing = new Healing(node, lane, this);
  }

  Gate gate() {
    return gate;
  }

  Debts debts() {
    return debts;
  }

  Healing healing() {
    return healing;
  }

  Outages outages() {
    return outages;
  }

  List<CommandDispatcher> dispatchers() {
    return dispatchers;
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
    sessionsRenewedAt = tickedAt;
    confirmedAt = tickedAt;
    presenceTouchedAt = tickedAt;
    probedAt = tickedAt;
    aliveAt = tickedAt;
    lane.every(TICK_NS, this::tick);
  }

  void add(CommandDispatcher dispatcher) {
    dispatcher.watchSlot = dispatchers.size();
    dispatchers.add(dispatcher);
  }

  void remove(CommandDispatcher dispatcher) {
    var last = dispatchers.removeLast();
    if (last != dispatcher) {
      dispatchers.set(dispatcher.watchSlot, last);
      last.watchSlot = dispatcher.watchSlot;
    }
    if (dispatchers.isEmpty()) {
      awaitingNone.forEach(done -> done.complete(null));
      awaitingNone.clear();
    }
  }

  private void tick() {
    var now = lane.nanoTime();
    if (now - tickedAt > TICK_NS + STALL_NS) {
      listeningSince = now;
      node.observer.laneStalled(Duration.ofNanos(now - tickedAt));
      lane.attempt(() -> renewSessions(answered -> {})); // someone else may hold them by now
    }
    tickedAt = now;
    lane.attempt(() -> gate.tick(now));
    // Downwards, because one that is closed leaves and the last takes its slot.
    for (int i = dispatchers.size() - 1; i >= 0; i--) {
      try {
        dispatchers.get(i).tick(now, listeningSince);
      } catch (Throwable failure) {
        lane.failed(failure); // the next round tries again
      }
    }
    lane.attempt(() -> renew(now));
    if (now - probedAt >= PROBE_NS) {
      probedAt = now;
      node.hub.probe(lane, () -> aliveAt = lane.nanoTime());
    }
    lane.attempt(() -> debts.tick(now));
  }

  private void renew(long now) {
    var engine = node.settings.engine();
    if (now - sessionsRenewedAt >= engine.sessionTtl().toNanos() / RENEWALS) {
      sessionsRenewedAt = now;
      renewSessions(answered -> {
        if (answered) {
          listSessions();
        }
      });
    }
    if (now - presenceTouchedAt >= engine.presenceTtl().toNanos() / RENEWALS) {
      presenceTouchedAt = now;
      touchPresence();
    }
  }

  /**
   * Renews all sessions of the lane, and closes those that are lost.
   *
   * @param then whether the engine has answered
   */
  void renewSessions(Consumer<Boolean> then) {
    var leases = new ArrayList<Lease>(dispatchers.size());
    dispatchers.forEach(dispatcher -> dispatcher.lease().ifPresent(leases::add));
    if (leases.isEmpty()) {
      then.accept(true);
      return;
    }
    lane.ask(
        () -> node.engine.sessions().renew(leases),
        (renewal, failure) -> {
          if (renewal == null) {
            node.engineFailed("renew", failure);
          } else {
            renewed(renewal);
          }
          then.accept(renewal != null);
        });
  }

  /**
   * Who was not heard by the engine for long may not write a session anew: what forbids it may have
   * passed meanwhile.
   */
  private void renewed(SessionStore.Renewal renewal) {
    var now = lane.nanoTime();
    var late = now - confirmedAt >= node.restorableFor().toNanos();
    confirmedAt = now;
    each(renewal.lost(), CommandDispatcher::lost);
    each(renewal.forgotten(), late ? CommandDispatcher::lost : CommandDispatcher::forgotten);
    each(renewal.regained(), CommandDispatcher::revive);
  }

  void listSessions() {
    list(new ArrayDeque<>(dispatchers));
  }

  /**
   * Says where the sessions stand in the directory, some at a time: there are as many entries as
   * sessions have users and tags. What fails is said again with the next renewal.
   */
  private void list(ArrayDeque<CommandDispatcher> waiting) {
    var entries = new ArrayList<SessionDirectory.Entry>();
    while (entries.size() < LISTED_A_STEP && !waiting.isEmpty()) {
      waiting.poll().collectListings(entries);
    }
    if (entries.isEmpty()) {
      return;
    }
    lane.when(
        node.engine.directory().add(entries),
        (done, failure) -> {
          if (failure != null) {
            node.engineFailed("directory", failure);
          }
          if (!waiting.isEmpty() && !outages.lasting()) {
            lane.schedule(LIST_STEP_NS, () -> list(waiting));
          }
        });
  }

  /** For those who hold these leases, and nobody who has come for the same sessions since. */
  private void each(List<Lease> leases, Consumer<CommandDispatcher> step) {
    if (leases.isEmpty()) {
      return;
    }
    var meant = new HashSet<>(leases);
    for (var dispatcher : List.copyOf(dispatchers)) {
      if (dispatcher.lease().filter(meant::contains).isPresent()) {
        lane.attempt(() -> step.accept(dispatcher));
      }
    }
  }

  /** Those that are not there are entered again. */
  void touchPresence() {
    var entries = new ArrayList<PresenceStore.Entry>();
    dispatchers.forEach(dispatcher -> dispatcher.collectPresence(entries));
    if (!entries.isEmpty()) {
      lane.when(
          node.engine.presence().touch(entries),
          (missing, failure) -> {
            if (missing == null) {
              node.engineFailed("presence", failure);
            } else {
              enterAgain(new ArrayDeque<>(missing));
            }
          });
    }
  }

  /** A few at a time: a store that has lost them all has as much to do as after an outage. */
  private void enterAgain(ArrayDeque<PresenceStore.Entry> missing) {
    for (int i = 0; i < ENTERED_A_TICK && !missing.isEmpty(); i++) {
      var entry = missing.poll();
      node.attachments
          .of(entry.lease().session())
          .filter(dispatcher -> dispatcher.lane() == lane)
          .ifPresent(dispatcher -> lane.attempt(() -> dispatcher.enterAgain(entry)));
    }
    if (!missing.isEmpty()) {
      lane.schedule(TICK_NS, () -> enterAgain(missing));
    }
  }

  /** Sends everybody away, evenly over {@code window}, in random order. */
  void drain(Duration window, CompletableFuture<Void> done) {
    lane.check();
    if (dispatchers.isEmpty()) {
      done.complete(null);
      return;
    }
    node.observer.draining(dispatchers.size());
    awaitingNone.add(done);
    var order = new ArrayList<>(dispatchers);
    Collections.shuffle(order, node.random);
    var step = window.toNanos() / order.size();
    for (int i = 0; i < order.size(); i++) {
      lane.schedule(i * step, order.get(i)::drain);
    }
  }
}
