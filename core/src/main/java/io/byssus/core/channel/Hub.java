package io.byssus.core.channel;

import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.Lanes;
import io.byssus.core.session.Subscription;
import io.byssus.protocol.Position;
import java.time.Duration;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * This node's channels: brings subscriptions to the feed of their channel and publications back.
 *
 * <p>A feed lives on the lane that its channel hashes to, a subscription on the lane of its
 * connection, and tasks go between them: publication → {@link Feed} → each {@link Fanout} with
 * subscribers, once → its connections. So "subscribe, then history, then live" needs no lock. The
 * methods here are called on the subscription's lane.
 */
public final class Hub {
  private final Broker broker;
  private final Lanes lanes;
  private final Namespaces namespaces;
  private final Limits limits;
  private final NodeObserver observer;
  private final Map<Lane, LaneChannels> byLane = new IdentityHashMap<>();

  public Hub(
      Broker broker,
      Lanes lanes,
      Namespaces namespaces,
      Limits limits,
      Duration joinDelay,
      NodeObserver observer) {
    this.broker = broker;
    this.lanes = lanes;
    this.namespaces = namespaces;
    this.limits = limits;
    this.observer = observer;
    for (var lane : lanes.all()) {
      var fanout = new Fanout(lane, namespaces, observer, joinDelay.toNanos());
      byLane.put(lane, new LaneChannels(fanout, new HashMap<>()));
    }
  }

  /**
   * What one lane owns: its connections' subscriptions, and the feeds of the channels that hash to
   * it.
   */
  private record LaneChannels(Fanout fanout, Map<String, Feed> feeds) {}

  /**
   * Each piece that is not the last is followed by the next after {@link #readOn}.
   *
   * @param from the position to read on from; empty: from now on
   * @param bytes most of the first piece, or one item
   */
  public void join(Subscription subscription, Optional<Position> from, int bytes, Joined then) {
    var fanout = channels(subscription.session().lane()).fanout;
    fanout.lane().check();
    subscription.joining();
    var name = subscription.channel();
    var feedLane = lanes.of(name);
    Joined joining =
        piece -> {
          if (subscription.left()) {
            return;
          }
          subscription.connection().attempt(() -> then.joined(piece));
          // Told may be gone: an outbox that has no room closes its connection.
          if (piece.live() && !subscription.left()) {
            var end = piece.from().map(at -> at.at(at.offset() + piece.items().size()));
            fanout.add(subscription, end);
          }
        };
    feedLane.execute(() -> feed(feedLane, name).join(subscription, fanout, from, bytes, joining));
  }

  /**
   * The client has taken a piece: the next one.
   *
   * @param bytes most of it, or one item
   */
  public void readOn(Subscription subscription, int bytes) {
    var name = subscription.channel();
    var feedLane = lanes.of(name);
    feedLane.execute(() -> {
      var feed = channels(feedLane).feeds.get(name);
      if (feed != null) {
        feed.readOn(subscription, bytes);
      }
    });
  }

  /** Live or still joining: nothing reaches the subscription from here on. */
  public void leave(Subscription subscription) {
    var fanout = channels(subscription.session().lane()).fanout;
    if (subscription.left()) {
      return;
    }
    var apart = subscription.apart();
    fanout.remove(subscription);
    if (apart) {
      return;
    }
    var name = subscription.channel();
    var feedLane = lanes.of(name);
    feedLane.execute(() -> {
      var feeds = channels(feedLane).feeds;
      var feed = feeds.get(name);
      if (feed != null) {
        feed.leave(subscription, fanout);
        if (feed.closeIfDeserted()) {
          feeds.remove(name);
        }
      }
    });
  }

  /** Whether the subscription's client can have handled the channel up to {@code position}. */
  public boolean sent(Subscription subscription, Position position) {
    return channels(subscription.session().lane()).fanout.sent(subscription.channel(), position);
  }

  /** How many feeds there are on all lanes. While nothing runs on them. */
  int feeds() {
    return byLane.values().stream().mapToInt(channels -> channels.feeds.size()).sum();
  }

  /**
   * How many channels have live subscriptions, counted on each lane. While nothing runs on them.
   */
  int audiences() {
    return byLane.values().stream().mapToInt(channels -> channels.fanout.size()).sum();
  }

  /** Runs {@code alive} on {@code lane} by the way that publications take there. On the lane. */
  public void probe(Lane lane, Runnable alive) {
    channels(lane).fanout.probe(alive);
  }

  /** A new one listens before anybody can leave it again. */
  private Feed feed(Lane lane, String name) {
    var feeds = channels(lane).feeds;
    var known = feeds.get(name);
    if (known != null) {
      return known;
    }
    var feed =
        new Feed(new ChannelSource(name, namespaces.of(name), broker), lane, limits, observer);
    feeds.put(name, feed);
    feed.open();
    return feed;
  }

  private LaneChannels channels(Lane lane) {
    var channels = byLane.get(lane);
    if (channels == null) {
      throw new IllegalArgumentException("not a lane of this node");
    }
    return channels;
  }
}
