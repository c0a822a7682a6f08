package io.byssus.core.channel;

import io.byssus.core.Bounds;
import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.lane.Lane;
import io.byssus.core.session.Subscription;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage.Item;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One channel on this node: what the engine delivers, in order, without holes and once, to the
 * lanes that have subscribers. Confined to the lane that the channel hashes to.
 *
 * <p>The engine's fast path may lose items and repeat them. The feed knows the position up to which
 * it has dispatched; an item that is not the next one makes it read the history from there before
 * it goes on. A subscription joins by the same rule: read the history after the position it holds,
 * then go live. Between the two nothing slips through, because what is dispatched while a join is
 * reading is kept for it:
 *
 * <pre>
 *   join(5) ── history(5) ──────────────── page 6‥9 ── joined: 6‥9, then 10, 11 from the buffer; 12 comes live
 *                    │ dispatched 8  9  10  11  │
 * </pre>
 *
 * <p>What the history has decides, not what was heard. An item that is not the next one, of this or
 * of any other epoch, is held until a read that began after it was heard is done: either that read
 * has reached it, or the engine has lost it since, and it is dropped.
 *
 * <p>When the history goes on from our position in a newer epoch, we and all who stand where we do
 * are moved to it: the position is the same place there, and from then on offsets count in it.
 *
 * <p>Patterns and ephemeral channels have no positions: they are dispatched as they come.
 */
final class Feed {
  /** Of one read that only repairs: the next goes on where it ends. */
  private static final int PAGE_BYTES = 256 << 10;

  private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final String name;
  private final Lane lane;
  private final Broker broker;
  private final Retention retention;
  private final AfterLoss afterLoss;
  private final Limits limits;
  private final NodeObserver observer;
  private final Map<Fanout, Integer> audience = new HashMap<>(4);
  private final ArrayDeque<Arrival> held = new ArrayDeque<>();
  private final List<Join> joins = new ArrayList<>();
  private boolean heldTooMany;
  private long reads;
  private State state = State.CATCHING_UP;
  private @Nullable Position position;

  private enum State {
    /** Reading the history to reach the present; what arrives is held. */
    CATCHING_UP,
    LIVE,
    CLOSED
  }

  Feed(
      String name,
      Lane lane,
      Broker broker,
      Namespace namespace,
      Limits limits,
      NodeObserver observer) {
    this.name = name;
    this.lane = lane;
    this.broker = broker;
    this.retention = namespace.retention();
    this.afterLoss = namespace.afterLoss();
    this.limits = limits;
    this.observer = observer;
  }

  /**
   * @param readsBefore how many reads had begun when it was heard
   */
  private record Arrival(String epoch, Item item, long readsBefore) {}

  /** A subscription on its way in. */
  private static final class Join {
    private final Subscription subscription;
    private final Fanout fanout;
    private final Optional<Position> from;
    private final Joining then;

    /** What went to the others since the page was asked for. */
    private final List<Item> dispatched = new ArrayList<>();

    private boolean reading;

    Join(Subscription subscription, Fanout fanout, Optional<Position> from, Joining then) {
      this.subscription = subscription;
      this.fanout = fanout;
      this.from = from;
      this.then = then;
    }
  }

  /** How a join ends, on the subscription's lane, the moment before it goes live. */
  @FunctionalInterface
  interface Joining {
    /**
     * @param position where it stands behind {@code missed}, which follow on each other; empty for
     *     patterns and ephemeral channels
     * @param recovery what became of the position that was asked for
     * @param missed what follows that position, or what is lost after it
     */
    void joined(Optional<Position> position, Recovery recovery, List<Item> missed);
  }

  // Life.

  void open() {
    lane.check();
    var subscribed =
        ChannelName.isPattern(name)
            ? broker.subscribePrefix(ChannelName.prefixOf(name), this::heard)
            : broker.subscribe(name, this::heard);
    lane.when(
        subscribed,
        (done, failure) -> {
          if (failure != null) {
            retry("subscribe", failure, this::open);
          } else if (positionless()) {
            goLive();
          } else {
            catchUp();
          }
        });
  }

  /** True when nobody is left and the feed has closed. */
  boolean closeIfDeserted() {
    lane.check();
    if (!audience.isEmpty() || !joins.isEmpty()) {
      return false;
    }
    state = State.CLOSED;
    if (ChannelName.isPattern(name)) {
      broker.unsubscribePrefix(ChannelName.prefixOf(name));
    } else {
      broker.unsubscribe(name);
    }
    return true;
  }

  private boolean positionless() {
    return retention.ephemeral() || ChannelName.isPattern(name);
  }

  // From the engine.

  private void heard(String channel, String epoch, Item item) {
    if (positionless()) {
      lane.execute(() -> dispatch(new Push(channel, channel.equals(name) ? "" : name, item)));
    } else {
      lane.execute(() -> arrived(new Arrival(epoch, item, reads)));
    }
  }

  private void arrived(Arrival arrival) {
    switch (state) {
      case CLOSED -> {}
      case CATCHING_UP -> hold(arrival);
      case LIVE -> {
        if (!next(arrival)) {
          hold(arrival);
          catchUp();
        }
      }
    }
  }

  /** False when something before this item is missing. Repeated items are passed over. */
  private boolean next(Arrival arrival) {
    var here = known();
    if (!arrival.epoch.equals(here.epoch()) || arrival.item.offset() > here.offset() + 1) {
      return false;
    }
    if (arrival.item.offset() == here.offset() + 1) {
      advance(arrival.item);
    }
    return true;
  }

  private void hold(Arrival arrival) {
    if (held.size() < limits.recoveryItems()) {
      held.add(arrival);
    } else {
      heldTooMany =
          true; // not lost: read from the history like everything else that the fast path drops
    }
  }

  private void advance(Item item) {
    position = known().at(item.offset());
    for (var join : joins) {
      join.dispatched.add(item);
    }
    dispatch(new Push(name, "", item));
  }

  private void dispatch(Push push) {
    if (state == State.CLOSED) {
      return;
    }
    for (var fanout : audience.keySet()) {
      fanout.lane().execute(() -> fanout.deliver(name, push));
    }
  }

  // Reading on from the position that was reached.

  private void catchUp() {
    state = State.CATCHING_UP;
    reads++;
    var from = Optional.ofNullable(position);
    var bounds = from.isPresent() ? new Bounds(limits.recoveryItems(), PAGE_BYTES) : Bounds.NOTHING;
    lane.when(
        broker.history(name, from, bounds, retention),
        (page, failure) -> {
          if (state == State.CLOSED) {
            return;
          }
          if (page == null) {
            retry("history", failure, this::catchUp);
          } else {
            caughtUp(page);
          }
        });
  }

  private void caughtUp(Broker.Page page) {
    if (position == null) {
      position = page.top();
      goLive();
      return;
    }
    var on = goingOn(page);
    if (on.recovery() instanceof Recovery.Lost(var reason)) {
      lose(reason, on.from());
    } else {
      moveTo(on.from().epoch());
    }
    var before = known().offset();
    on.items().stream().filter(item -> item.offset() > before).forEach(this::advance);
    if (!on.items().isEmpty()) {
      observer.gapRepaired(name, on.items().size());
    }
    if (known().offset() == on.top().offset()) {
      goLive();
    } else if (known().offset() > before) {
      catchUp();
    } else {
      retry("history", new IllegalStateException("a page without its items"), this::catchUp);
    }
  }

  /** The history goes on from here in {@code epoch}: those who stand here are told. */
  private void moveTo(String epoch) {
    var here = known();
    if (!epoch.equals(here.epoch())) {
      var moved = new Position(epoch, here.offset());
      position = moved;
      for (var fanout : audience.keySet()) {
        fanout.lane().execute(() -> fanout.move(name, moved));
      }
    }
  }

  /** Something is missing here; all that follows {@code place} comes after it. */
  private void lose(Gap reason, Position place) {
    position = place;
    // What we had of the place before may be other items there, or none.
    joins.forEach(join -> join.dispatched.clear());
    observer.gap(name, reason);
    for (var fanout : audience.keySet()) {
      fanout.lane().execute(() -> fanout.gap(name, reason, place));
    }
  }

  /** Behind what the channel dropped, the namespace may want the present rather than the past. */
  private Broker.Page goingOn(Broker.Page page) {
    var skips =
        afterLoss == AfterLoss.FROM_NOW
            && page.recovery() instanceof Recovery.Lost(var reason)
            && (reason == Gap.TRIMMED || reason == Gap.EXPIRED);
    return skips ? new Broker.Page(page.top(), page.top(), page.recovery(), List.of()) : page;
  }

  private Bounds recovery() {
    return new Bounds(limits.recoveryItems(), limits.recoveryBytes());
  }

  private void goLive() {
    state = State.LIVE;
    while (!held.isEmpty()) {
      var arrival = held.poll();
      if (!next(arrival) && arrival.readsBefore == reads) {
        held.addFirst(arrival);
        catchUp();
        return;
      }
    }
    if (heldTooMany) {
      heldTooMany = false;
      catchUp();
      return;
    }
    joins.stream().filter(join -> !join.reading).toList().forEach(this::read);
  }

  private Position known() {
    if (position == null) {
      throw new IllegalStateException("the feed of " + name + " has no position yet");
    }
    return position;
  }

  private void retry(String step, @Nullable Throwable failure, Runnable again) {
    observer.engineFailed(step, failure == null ? new IllegalStateException("no answer") : failure);
    lane.schedule(
        RETRY_NS,
        () -> {
          if (state != State.CLOSED) {
            again.run();
          }
        });
  }

  // Subscriptions that come and go.

  void join(Subscription subscription, Fanout fanout, Optional<Position> from, Joining then) {
    lane.check();
    var join = new Join(subscription, fanout, from, then);
    joins.add(join);
    if (state == State.LIVE) {
      read(join);
    }
  }

  void leave(Subscription subscription, Fanout fanout) {
    lane.check();
    var wasJoining = joins.removeIf(join -> join.subscription == subscription);
    if (!wasJoining) {
      audience.computeIfPresent(fanout, (lane, count) -> count == 1 ? null : count - 1);
    }
  }

  private void read(Join join) {
    if (positionless()) {
      var asked = join.from.isPresent();
      joined(join, asked ? new Recovery.Lost(Gap.EPHEMERAL) : Recovery.NOT_ASKED, List.of());
    } else if (join.from.isEmpty()) {
      joined(join, Recovery.NOT_ASKED, List.of());
    } else if (join.from.get().equals(known())) {
      joined(join, Recovery.COMPLETE, List.of());
    } else {
      readHistory(join);
    }
  }

  private void readHistory(Join join) {
    join.reading = true;
    join.dispatched.clear();
    lane.when(
        broker.history(name, join.from, recovery(), retention),
        (page, failure) -> {
          join.reading = false;
          if (state != State.LIVE || !joins.contains(join)) {
            return; // closed, left, or goLive reads for it again
          }
          if (page == null) {
            join.reading = true;
            retry("history", failure, () -> readHistory(join));
          } else {
            recovered(join, goingOn(page));
          }
        });
  }

  private void recovered(Join join, Broker.Page page) {
    var top = page.top();
    if (!top.epoch().equals(known().epoch()) || page.from().offset() > known().offset()) {
      // It has seen more than the fast path has brought here, or we have seen what is lost.
      catchUp(); // and then goLive reads for the join again
      return;
    }
    // The page continues our own position too: what we have not dispatched yet, the others get now.
    var here = known().offset();
    page.items().stream().filter(item -> item.offset() > here).forEach(this::advance);
    var missed = new ArrayList<>(page.items());
    var reached = missed.isEmpty() ? page.from().offset() : missed.getLast().offset();
    join.dispatched.stream().filter(item -> item.offset() > reached).forEach(missed::add);
    if (reached < top.offset() || tooMuch(missed)) {
      joined(join, new Recovery.Lost(Gap.OVERFLOW), List.of());
    } else if (missed.size() != known().offset() - page.from().offset()) {
      // One of us knows what the other does not: we lost something while the page was under way and
      // went on after it, or the engine has lost what we had.
      catchUp();
    } else {
      joined(join, page.recovery(), missed);
    }
  }

  private boolean tooMuch(List<Item> items) {
    long bytes = 0;
    for (var item : items) {
      bytes += item.data().bytes();
    }
    return items.size() > limits.recoveryItems() || bytes > limits.recoveryBytes();
  }

  private void joined(Join join, Recovery recovery, List<Item> missed) {
    joins.remove(join);
    audience.merge(join.fanout, 1, Integer::sum);
    var here = Optional.ofNullable(position);
    join.fanout.lane().execute(() -> join.then.joined(here, recovery, missed));
  }
}
