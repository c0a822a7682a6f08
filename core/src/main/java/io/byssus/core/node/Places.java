package io.byssus.core.node;

import io.byssus.core.lane.LaneConfined;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Subscription;
import io.byssus.protocol.Position;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Where subscriptions of one session go on after a loss, until the store has it: it knows a
 * position that is useless, from which the next resume would start, and tell the loss again. What
 * fails is written again. Confined to the connection's lane.
 */
@LaneConfined
final class Places {
  private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Node node;
  private final CommandDispatcher dispatcher;
  private final Map<String, Place> unstored = new HashMap<>();

  Places(Node node, CommandDispatcher dispatcher) {
    this.node = node;
    this.dispatcher = dispatcher;
  }

  /** Compared by identity: the same place told again is another one. */
  private static final class Place {
    final Subscription subscription;
    final Position position;

    Place(Subscription subscription, Position position) {
      this.subscription = subscription;
      this.position = position;
    }
  }

  void keep(Subscription subscription, Position position) {
    dispatcher.lane().check();
    var place = new Place(subscription, position);
    unstored.put(subscription.channel(), place);
    store(place);
  }

  /** The client has said itself where it is, and must not be moved back. */
  void overtaken(String channel) {
    dispatcher.lane().check();
    unstored.remove(channel);
  }

  private void store(Place place) {
    var channel = place.subscription.channel();
    if (unstored.get(channel) != place) {
      return;
    }
    if (place.subscription.left()) {
      unstored.remove(channel);
      return;
    }
    var session = place.subscription.session();
    dispatcher
        .lane()
        .ask(
            () ->
                dispatcher.underLease(
                    session,
                    () ->
                        node.engine
                            .sessions()
                            .acknowledge(session.lease(), channel, place.position)),
            (fence, failure) -> {
              if (fence == null) {
                node.engineFailed("acknowledge", failure);
                dispatcher.lane().schedule(RETRY_NS, () -> store(place));
              } else {
                unstored.remove(channel, place);
                if (fence == Fence.HELD) {
                  place.subscription.acknowledged(place.position);
                }
              }
            });
  }
}
