package io.byssus.core.memory;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.byssus.core.Bounds;
import io.byssus.core.Budget;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.ChannelList;
import io.byssus.core.channel.Retention;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.lane.Ticker;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Position;
import io.byssus.protocol.Sender;
import io.byssus.protocol.ServerMessage.Item;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Channels in this process. A publication that is kept is told to the listeners under the lock of
 * its channel, so that all hear the order of the history; listeners therefore only put it in some
 * queue. Ephemeral ones take no lock and leave nothing.
 */
final class MemoryBroker implements Broker {
  private final ConcurrentHashMap<String, Listener> listeners = new ConcurrentHashMap<>();
  private final PrefixListeners prefixListeners = new PrefixListeners();
  private final ChannelTable channels;
  private final Dedupe dedupe;

  /**
   * @param epochs names that were never used before
   */
  MemoryBroker(
      EngineSettings settings,
      Ticker ticker,
      Supplier<String> epochs,
      int dedupeIdsMax,
      Budget histories) {
    channels =
        new ChannelTable(settings.channelTtl(), ticker, epochs, listeners::containsKey, histories);
    dedupe = new Dedupe(settings.dedupeWindow(), dedupeIdsMax, ticker, histories);
  }

  @Override
  public CompletionStage<Outcome> publish(String channel, Draft draft, Retention retention) {
    if (draft.durability() != Durability.ACCEPTED) {
      return completedFuture(new Outcome.Rejected(ErrorCode.DURABILITY_UNAVAILABLE));
    }
    return completedFuture(
        retention.ephemeral() ? pass(channel, draft) : keep(channel, draft, retention));
  }

  private Outcome pass(String channel, Draft draft) {
    return once(
        channel,
        draft,
        Optional.empty(),
        () -> tell(channel, "", new Item(0, draft.data(), draft.from())));
  }

  private Outcome keep(String name, Draft draft, Retention retention) {
    if (channels.full()) {
      return new Outcome.Rejected(ErrorCode.UNAVAILABLE);
    }
    return channels.use(
        name,
        (channel, nowNs) -> {
          var top = channel.top();
          return once(
              name,
              draft,
              Optional.of(top.at(top.offset() + 1)),
              () ->
                  tell(
                      name,
                      channel.epoch,
                      channel.append(draft.data(), draft.from(), retention, nowNs)));
        });
  }

  private Outcome once(
      String channel, Draft draft, Optional<Position> position, Runnable publication) {
    return switch (firstUse(channel, draft, position)) {
      case Dedupe.Answer.First _ -> {
        publication.run();
        yield new Outcome.Stored(position, Durability.ACCEPTED, false);
      }
      case Dedupe.Answer.Again(var first) -> new Outcome.Stored(first, Durability.ACCEPTED, true);
      case Dedupe.Answer.Full _ -> new Outcome.Rejected(ErrorCode.RATE_LIMITED);
    };
  }

  private Dedupe.Answer firstUse(String channel, Draft draft, Optional<Position> position) {
    return draft.dedupe().isEmpty()
        ? Dedupe.Answer.FIRST
        : dedupe.use(channel, draft.dedupe(), publisher(draft), position);
  }

  private static String publisher(Draft draft) {
    return draft.from().map(Sender::session).orElse("");
  }

  private void tell(String channel, String epoch, Item item) {
    var listener = listeners.get(channel);
    if (listener != null) {
      listener.publication(channel, epoch, item);
    }
    prefixListeners.forEach(channel, each -> each.publication(channel, epoch, item));
  }

  @Override
  public CompletionStage<Void> subscribe(String channel, Listener listener) {
    listeners.put(channel, listener);
    return completedFuture(null);
  }

  @Override
  public void unsubscribe(String channel) {
    // While the listener still keeps the channel: it has been in use until now.
    channels.touch(channel);
    listeners.remove(channel);
  }

  @Override
  public CompletionStage<Void> subscribePrefix(String prefix, Listener listener) {
    prefixListeners.put(prefix, listener);
    return completedFuture(null);
  }

  @Override
  public void unsubscribePrefix(String prefix) {
    prefixListeners.remove(prefix);
  }

  @Override
  public CompletionStage<Page> history(
      String channel, Optional<Position> after, Bounds bounds, Retention retention) {
    if (retention.ephemeral()) {
      throw new IllegalArgumentException("an ephemeral channel has no history: " + channel);
    }
    return completedFuture(
        channels.use(channel, (found, nowNs) -> found.page(after, bounds, retention, nowNs)));
  }

  @Override
  public CompletionStage<ChannelList> channels(String prefix, String cursor, int limit) {
    return completedFuture(channels.list(prefix, cursor, ChannelList.checked(limit)));
  }

  /** Looks at so many channels for something to forget. */
  void sweep(int limit) {
    channels.sweep(limit);
    dedupe.dropOld();
  }

  /** How many channels are remembered. */
  int size() {
    return channels.size();
  }
}
