package io.byssus.core.node;

import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Subscription;
import io.byssus.protocol.Position;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Where subscriptions of one session go on after a loss, until the store has it: it knows a
 * position that is useless, from which the next resume would start, and tell the loss again. What
 * fails is written again. Confined to the connection's lane.
 */
@LaneConfined
final class Places {
  private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Lane lane;
  private final Store store;
  private final FailureLog failures;
  private final Map<String, Place> unstored = new HashMap<>();

  Places(Lane lane, Store store, FailureLog failures) {
    this.lane = lane;
    this.store = store;
    this.failures = failures;
  }

  /** Writes where a subscription of the session goes on. */
  @FunctionalInterface
  interface Store {
    CompletionStage<Fence> write(String channel, Position position);
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
    lane.check();
    var place = new Place(subscription, position);
    unstored.put(subscription.channel(), place);
    store(place);
  }

  /** The client has said itself where it is, and must not be moved back. */
  void overtaken(String channel) {
    lane.check();
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
    lane.ask(
        () -> store.write(channel, place.position),
        (fence, failure) -> {
          if (fence == null) {
            failures.engineFailed("acknowledge", failure);
            lane.schedule(RETRY_NS, () -> store(place));
          } else {
            unstored.remove(channel, place);
            if (fence == Fence.HELD) {
              place.subscription.acknowledged(place.position);
            }
          }
        });
  }
}
