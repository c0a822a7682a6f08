package io.byssus.core.simulation;

import io.byssus.core.Bounds;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.ChannelList;
import io.byssus.core.channel.Retention;
import io.byssus.protocol.Durability;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage.Item;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/**
 * Channels whose engine fails over now and then, and may lose their end. As the broker's prose has
 * it: the next publication opens an epoch that goes on from what survived. What keeps nothing goes
 * another way.
 */
final class FailoverBroker implements Broker {
  private static final int LOST_MOST = 4;

  private final Broker ephemeral;
  private final Map<String, Channel> channels = new HashMap<>();
  private final Map<String, Listener> listeners = new HashMap<>();
  private final Map<String, Listener> prefixListeners = new HashMap<>();
  private int epochs;

  FailoverBroker(Broker ephemeral) {
    this.ephemeral = ephemeral;
  }

  /**
   * @param after the offset after which the epoch began
   */
  private record Epoch(String name, long after) {}

  private static final class Channel {
    final List<Epoch> epochs = new ArrayList<>();
    final List<Item> items = new ArrayList<>();
    final Map<String, Position> dedupe = new HashMap<>();
    boolean newLineage = true;

    /** The newest offset that was dropped by number. A failover brings it not back. */
    int dropped;

    Position top() {
      return new Position(epochs.getLast().name, items.size());
    }

    int indexOf(String epoch) {
      for (int i = 0; i < epochs.size(); i++) {
        if (epochs.get(i).name.equals(epoch)) {
          return i;
        }
      }
      return -1;
    }

    /**
     * The offset up to which positions of the epoch can be read on from: none after it has lost
     * more.
     */
    long end(int index) {
      return epochs.stream()
          .skip(index + 1)
          .mapToLong(Epoch::after)
          .reduce(items.size(), Math::min);
    }
  }

  /** Another primary: it has everything, or lacks some of the newest. */
  void failOver(RandomGenerator random) {
    channels.keySet().forEach(name -> failOver(name, random.nextInt(LOST_MOST)));
  }

  /** One channel loses so many of its newest items. */
  void failOver(String name, int lost) {
    var channel = channel(name);
    for (int i = 0; i < lost && !channel.items.isEmpty(); i++) {
      channel.items.removeLast();
    }
    channel.dedupe.values().removeIf(position -> position.offset() > channel.items.size());
    channel.newLineage = true;
  }

  /** Where the item at {@code position} was first: the epoch that it was published in. */
  Position birth(String name, Position position) {
    var channel = channels.get(name);
    var index = channel.indexOf(position.epoch());
    while (index > 0 && position.offset() <= channel.epochs.get(index).after) {
      index--;
    }
    return new Position(channel.epochs.get(index).name, position.offset());
  }

  /** Up to which offset the one who holds {@code mine} has seen what is before {@code place}. */
  long shared(String name, Position mine, Position place) {
    var channel = channels.get(name);
    var from = channel.indexOf(mine.epoch());
    return from < 0
        ? 0
        : channel.epochs.subList(from + 1, channel.indexOf(place.epoch()) + 1).stream()
            .mapToLong(Epoch::after)
            .reduce(mine.offset(), Math::min);
  }

  /** Whether a failover has lost the item that was published here. */
  boolean lost(String name, Position birth) {
    var channel = channels.get(name);
    return birth.offset() > channel.end(channel.indexOf(birth.epoch()));
  }

  /** Whether both are the same place, {@code later} perhaps in a newer epoch. */
  boolean same(String name, Position earlier, Position later) {
    return birth(name, earlier).equals(birth(name, later));
  }

  private Channel channel(String name) {
    var channel = channels.computeIfAbsent(name, _ -> new Channel());
    if (channel.epochs.isEmpty()) {
      open(channel);
    }
    return channel;
  }

  private void open(Channel channel) {
    channel.epochs.add(new Epoch("e" + ++epochs, channel.items.size()));
    channel.newLineage = false;
  }

  @Override
  public CompletionStage<Outcome> publish(String name, Draft draft, Retention retention) {
    if (retention.ephemeral()) {
      return ephemeral.publish(name, draft, retention);
    }
    var channel = channel(name);
    var first = channel.dedupe.get(draft.dedupe());
    if (first != null) {
      return stored(first, true);
    }
    if (channel.newLineage) {
      open(channel);
    }
    var item = new Item(channel.items.size() + 1, draft.data(), draft.from());
    channel.items.add(item);
    channel.dedupe.put(draft.dedupe(), channel.top());
    var epoch = channel.top().epoch();
    var listener = listeners.get(name);
    if (listener != null) {
      listener.publication(name, epoch, item);
    }
    prefixListeners.forEach((prefix, each) -> {
      if (name.startsWith(prefix)) {
        each.publication(name, epoch, item);
      }
    });
    return stored(channel.top(), false);
  }

  private static CompletionStage<Outcome> stored(Position position, boolean duplicate) {
    return CompletableFuture.completedFuture(
        new Outcome.Stored(Optional.of(position), Durability.ACCEPTED, duplicate));
  }

  @Override
  public CompletionStage<Page> history(
      String name, Optional<Position> after, Bounds bounds, Retention retention) {
    var channel = channel(name);
    channel.dropped = Math.max(channel.dropped, channel.items.size() - retention.size());
    var kept = channel.dropped;
    if (after.isEmpty()) {
      var from = Math.max(kept, channel.items.size() - bounds.items());
      return page(channel, Recovery.NOT_ASKED, from, bounds);
    }
    var place = Math.max(kept, survived(channel, after.get()));
    return gap(channel, after.get(), kept)
        .map(reason -> page(channel, new Recovery.Lost(reason), place, bounds))
        .orElseGet(() -> page(channel, Recovery.COMPLETE, place, bounds));
  }

  /** How much of what its holder has seen is still there: nothing of an epoch that is not ours. */
  private static int survived(Channel channel, Position position) {
    var index = channel.indexOf(position.epoch());
    return index < 0 ? 0 : (int) Math.min(position.offset(), channel.end(index));
  }

  private static Optional<Gap> gap(Channel channel, Position after, int kept) {
    var index = channel.indexOf(after.epoch());
    if (index < 0) {
      return Optional.of(Gap.EPOCH);
    }
    if (after.offset() > channel.end(index)) {
      return Optional.of(Gap.DIVERGED);
    }
    return after.offset() < kept ? Optional.of(Gap.TRIMMED) : Optional.empty();
  }

  private static CompletionStage<Page> page(
      Channel channel, Recovery recovery, int from, Bounds bounds) {
    var to = from;
    long bytes = 0;
    while (to < channel.items.size()) {
      var length = channel.items.get(to).data().bytes();
      if (!bounds.fits(to - from, bytes, length)) {
        break;
      }
      bytes += length;
      to++;
    }
    var top = channel.top();
    return CompletableFuture.completedFuture(
        new Page(top, top.at(from), recovery, channel.items.subList(from, to)));
  }

  @Override
  public CompletionStage<Void> subscribe(String channel, Listener listener) {
    listeners.put(channel, listener);
    return ephemeral.subscribe(channel, listener);
  }

  @Override
  public void unsubscribe(String channel) {
    listeners.remove(channel);
    ephemeral.unsubscribe(channel);
  }

  @Override
  public CompletionStage<Void> subscribePrefix(String prefix, Listener listener) {
    prefixListeners.put(prefix, listener);
    return ephemeral.subscribePrefix(prefix, listener);
  }

  @Override
  public CompletionStage<ChannelList> channels(String prefix, String cursor, int limit) {
    return ephemeral.channels(prefix, cursor, limit);
  }

  @Override
  public void unsubscribePrefix(String prefix) {
    prefixListeners.remove(prefix);
    ephemeral.unsubscribePrefix(prefix);
  }
}
