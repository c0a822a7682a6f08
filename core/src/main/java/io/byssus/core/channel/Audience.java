package io.byssus.core.channel;

import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The lanes that have live subscribers of one channel, and how many each has. Confined to the lane
 * of the channel's feed; each of the others is told by a task of its own.
 */
final class Audience {
  private final String channel;
  private final Map<Fanout, Integer> subscribers = new HashMap<>(4);

  Audience(String channel) {
    this.channel = channel;
  }

  boolean isEmpty() {
    return subscribers.isEmpty();
  }

  void add(Fanout fanout) {
    subscribers.merge(fanout, 1, Integer::sum);
  }

  void remove(Fanout fanout) {
    subscribers.computeIfPresent(fanout, (lane, count) -> count == 1 ? null : count - 1);
  }

  void deliver(Push push) {
    for (var fanout : subscribers.keySet()) {
      fanout.lane().execute(() -> fanout.deliver(channel, push));
    }
  }

  /** Who stands where the feed stands is at this place. */
  void move(Position place) {
    tell(fanout -> fanout.move(channel, place));
  }

  void gap(Gap reason, Position place) {
    tell(fanout -> fanout.gap(channel, reason, place));
  }

  private void tell(Consumer<Fanout> what) {
    for (var fanout : subscribers.keySet()) {
      fanout.lane().execute(() -> what.accept(fanout));
    }
  }
}
