package io.byssus.core.channel;

import io.byssus.core.Bounds;
import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.session.Subscription;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage.Item;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
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
@LaneConfined
final class Feed {
  /** Of one read that only repairs: the next goes on where it ends. */
  private static final int PAGE_BYTES = 256 << 10;

  private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final String name;
  private final Lane lane;
  private final ChannelSource source;
  private final Limits limits;
  private final NodeObserver observer;
  private final Audience audience;
  private final ArrayDeque<Arrival> held = new ArrayDeque<>(0);
  private final List<FeedJoin> joins = new ArrayList<>(1);
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

  Feed(ChannelSource source, Lane lane, Limits limits, NodeObserver observer) {
    this.name = source.name();
    this.lane = lane;
    this.source = source;
    this.audience = new Audience(name);
    this.limits = limits;
    this.observer = observer;
  }

  /** {@code readsBefore}: how many reads had begun when it was heard. */
  private record Arrival(String epoch, Item item, long readsBefore) {}

  // Life.

  void open() {
    lane.check();
    lane.ask(
        () -> source.listen(this::heard),
        (done, failure) -> {
          if (state == State.CLOSED) {
            return;
          }
          if (failure != null) {
            retry("subscribe", failure, this::open);
          } else if (source.positionless()) {
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
    source.listenNoMore();
    return true;
  }

  // From the engine.

  /** Never throws: the engine has others to tell, and the next item shows what is missing. */
  private void heard(String channel, String epoch, Item item) {
    try {
      if (source.positionless()) {
        lane.execute(() -> dispatch(new Push(channel, channel.equals(name) ? "" : name, item)));
      } else {
        lane.execute(() -> arrived(new Arrival(epoch, item, reads)));
      }
    } catch (Throwable failure) {
      lane.failed(failure);
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

  /** What finds no room is read from the history, like all else that the fast path drops. */
  private void hold(Arrival arrival) {
    if (held.size() < limits.recoveryItems()) {
      held.add(arrival);
    } else {
      heldTooMany = true;
    }
  }

  private void advance(Item item) {
    position = known().at(item.offset());
    for (var join : joins) {
      join.dispatched(item);
    }
    dispatch(new Push(name, "", item));
  }

  private void dispatch(Push push) {
    if (state != State.CLOSED) {
      audience.deliver(push);
    }
  }

  // Reading on from the position that was reached.

  private void catchUp() {
    state = State.CATCHING_UP;
    reads++;
    var from = Optional.ofNullable(position);
    var bounds = from.isPresent() ? new Bounds(limits.recoveryItems(), PAGE_BYTES) : Bounds.NOTHING;
    lane.ask(
        () -> source.history(from, bounds),
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
    var on = source.goingOn(page);
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
      audience.move(moved);
    }
  }

  /** Something is missing here; all that follows {@code place} comes after it. */
  private void lose(Gap reason, Position place) {
    position = place;
    // What we had of the place before may be other items there, or none.
    joins.forEach(FeedJoin::forget);
    observer.gap(name, reason);
    audience.gap(reason, place);
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
    joins.stream().filter(join -> join.step == FeedJoin.Step.DUE).toList().forEach(this::read);
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

  void join(
      Subscription subscription, Fanout fanout, Optional<Position> from, int bytes, Joined then) {
    lane.check();
    var join = new FeedJoin(subscription, fanout, from, bytes, then);
    joins.add(join);
    readIfLive(join);
  }

  /** The subscription has taken what it was given, and joins on from there. */
  void readOn(Subscription subscription, int bytes) {
    lane.check();
    for (var join : joins) {
      if (join.subscription == subscription && join.step == FeedJoin.Step.TAKING) {
        join.step = FeedJoin.Step.DUE;
        join.bytes = bytes;
        readIfLive(join);
        return;
      }
    }
  }

  private void readIfJoining(FeedJoin join) {
    join.step = FeedJoin.Step.DUE;
    if (joins.contains(join)) {
      readIfLive(join);
    }
  }

  private void readIfLive(FeedJoin join) {
    if (state == State.LIVE) {
      read(join);
    }
  }

  void leave(Subscription subscription, Fanout fanout) {
    lane.check();
    var wasJoining = joins.removeIf(join -> join.subscription == subscription);
    if (!wasJoining) {
      audience.remove(fanout);
    }
  }

  private void read(FeedJoin join) {
    if (source.positionless()) {
      var asked = join.from.isPresent();
      joined(join, asked ? new Recovery.Lost(Gap.EPHEMERAL) : Recovery.NOT_ASKED);
    } else if (join.from.isEmpty()) {
      joined(join, Recovery.NOT_ASKED);
    } else if (join.from.get().equals(known())) {
      joined(join, Recovery.COMPLETE);
    } else {
      readHistory(join);
    }
  }

  /** It has missed nothing, or is not told. */
  private void joined(FeedJoin join, Recovery recovery) {
    joined(join, recovery, Optional.ofNullable(position), List.of());
  }

  private void readHistory(FeedJoin join) {
    join.read();
    lane.ask(
        () -> source.history(join.from, new Bounds(limits.recoveryItems(), join.bytes)),
        (page, failure) -> {
          if (state != State.LIVE || !joins.contains(join)) {
            join.step = FeedJoin.Step.DUE;
            return; // closed, left, or goLive reads for it again
          }
          if (page == null) {
            retry("history", failure, () -> readIfJoining(join));
          } else {
            recovered(join, source.goingOn(page));
          }
        });
  }

  private void recovered(FeedJoin join, Broker.Page page) {
    if (join.tooMuch(page, limits)) {
      joined(join, new Recovery.Lost(Gap.OVERFLOW), Optional.of(known()), List.of());
      return;
    }
    if (page.cut() || join.overrun()) {
      join.give(page);
      return;
    }
    var top = page.top();
    if (!top.epoch().equals(known().epoch()) || page.from().offset() > known().offset()) {
      // It has seen more than the fast path has brought here, or we have seen what is lost.
      join.step = FeedJoin.Step.DUE;
      catchUp(); // and then goLive reads for the join again
      return;
    }
    // The page continues our own position too: what we have not dispatched yet, the others get now.
    var here = known().offset();
    page.items().stream().filter(item -> item.offset() > here).forEach(this::advance);
    var missed = join.missed(page);
    if (missed.size() != known().offset() - page.from().offset()) {
      // One of us knows what the other does not: we lost something while the page was under way and
      // went on after it, or the engine has lost what we had.
      join.step = FeedJoin.Step.DUE;
      catchUp();
    } else {
      joined(join, page.recovery(), Optional.of(page.from()), missed);
    }
  }

  private void joined(
      FeedJoin join, Recovery recovery, Optional<Position> from, List<Item> missed) {
    joins.remove(join);
    audience.add(join.fanout);
    join.end(recovery, from, missed);
  }
}
