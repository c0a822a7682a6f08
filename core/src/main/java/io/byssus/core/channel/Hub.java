package io.byssus.core.channel;

import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.Lanes;
import io.byssus.core.session.Subscription;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage;
import java.time.Duration;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
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
   * Hears how a join ended, unless the subscription has left meanwhile. On its lane; the first live
   * publication comes after.
   */
  @FunctionalInterface
  public interface Joined {
    /**
     * @param position where it stands once {@code missed} has been delivered; empty for patterns
     *     and ephemeral channels
     * @param missed what follows the position it came with, or what is lost after it; ready to be
     *     sent
     */
    void joined(Optional<Position> position, Recovery recovery, List<ServerMessage> missed);
  }

  /**
   * @param from the position to read on from; empty: from now on
   */
  public void join(Subscription subscription, Optional<Position> from, Joined then) {
    var fanout = channels(subscription.session().lane()).fanout;
    fanout.lane().check();
    var name = subscription.channel();
    var feedLane = lanes.of(name);
    Feed.Joining joining =
        (position, recovery, missed) -> {
          if (!subscription.left()) {
            then.joined(position, recovery, messages(name, missed));
            fanout.add(subscription, position.map(Position::offset).orElse(0L));
          }
        };
    feedLane.execute(() -> feed(feedLane, name).join(subscription, fanout, from, joining));
  }

  /** Live or still joining: nothing reaches the subscription from here on. */
  public void leave(Subscription subscription) {
    var fanout = channels(subscription.session().lane()).fanout;
    if (subscription.left()) {
      return;
    }
    fanout.remove(subscription);
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

  /**
   * The newest offset that this lane's subscribers of the channel have been sent: no client can
   * have handled more.
   */
  public long delivered(Subscription subscription) {
    return channels(subscription.session().lane()).fanout.delivered(subscription.channel());
  }

  private Feed feed(Lane lane, String name) {
    return channels(lane)
        .feeds
        .computeIfAbsent(
            name,
            missing -> {
              var feed = new Feed(name, lane, broker, namespaces.of(name), limits, observer);
              lane.execute(feed::open);
              return feed;
            });
  }

  private LaneChannels channels(Lane lane) {
    var channels = byLane.get(lane);
    if (channels == null) {
      throw new IllegalArgumentException("not a lane of this node");
    }
    return channels;
  }

  private static List<ServerMessage> messages(String channel, List<ServerMessage.Item> items) {
    return items.stream()
        .<ServerMessage>map(item -> new ServerMessage.Message(channel, "", item))
        .toList();
  }
}
