package io.byssus.core.channel;

import io.byssus.core.Limits;
import io.byssus.core.session.Subscription;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A subscription on its way into a feed, which it belongs to. Confined to that one's lane. */
final class FeedJoin {
  final Subscription subscription;
  final Fanout fanout;
  private final Joined then;

  /** Where it stands behind what it was given; empty: from now on. */
  Optional<Position> from;

  Step step = Step.DUE;
  private boolean begun;

  /** Most of the next piece, and how much it has been given in all. */
  int bytes;

  private long given;

  /** What went to the others since the page was asked for. */
  private final List<Item> dispatched = new ArrayList<>();

  private long dispatchedBytes;

  FeedJoin(
      Subscription subscription, Fanout fanout, Optional<Position> from, int bytes, Joined then) {
    this.subscription = subscription;
    this.fanout = fanout;
    this.from = from;
    this.bytes = bytes;
    this.then = then;
  }

  void read() {
    step = Step.READING;
    forget();
  }

  void forget() {
    dispatched.clear();
    dispatchedBytes = 0;
  }

  void dispatched(Item item) {
    if (step == Step.READING) {
      dispatchedBytes += item.data().bytes();
      if (overrun()) {
        dispatched.clear();
      } else {
        dispatched.add(item);
      }
    }
  }

  /** More was published while a page was read than a piece may hold: it is read again. */
  boolean overrun() {
    return dispatchedBytes > bytes;
  }

  /** What the page has, and what was published behind it while it was read. */
  List<Item> missed(Broker.Page page) {
    var missed = new ArrayList<>(page.items());
    var reached = page.end().offset();
    dispatched.stream().filter(item -> item.offset() > reached).forEach(missed::add);
    return missed;
  }

  /** More than may be read again for one subscription. */
  boolean tooMuch(Broker.Page page, Limits limits) {
    var behind = page.top().offset() - page.from().offset();
    return !begun && behind > limits.recoveryItems() || givenWith(page) > limits.recoveryBytes();
  }

  private long givenWith(Broker.Page page) {
    var bytes = given;
    for (var item : page.items()) {
      bytes += item.data().bytes();
    }
    return bytes;
  }

  /** A piece that does not reach the present: the next one when the client has taken it. */
  void give(Broker.Page page) {
    step = Step.TAKING;
    begun = true;
    given = givenWith(page);
    from = Optional.of(page.end());
    tell(
        new Piece(
            Optional.of(page.from()), page.top().offset(), page.recovery(), page.items(), false));
  }

  /** The last piece: it is live from here on. */
  void end(Recovery recovery, Optional<Position> place, List<Item> missed) {
    var top = place.map(Position::offset).orElse(0L) + missed.size();
    tell(new Piece(place, top, recovery, missed, true));
  }

  private void tell(Piece piece) {
    fanout.lane().execute(() -> then.joined(piece));
  }

  /** What a join waits for. */
  enum Step {
    /** That the feed is live. */
    DUE,
    /** A page of the history. */
    READING,
    /** That the client takes what it was given. */
    TAKING
  }
}
