package io.byssus.core.memory;

import io.byssus.core.lane.Ticker;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** All channels that have a history. Thread-safe: a step runs under the lock of its channel. */
final class ChannelTable {
  private final ConcurrentHashMap<String, ChannelEntry> channels = new ConcurrentHashMap<>();
  private final Broom<String, ChannelEntry> broom = new Broom<>(channels, this::forgetIfUnused);
  private final Supplier<String> epochs;
  private final Predicate<String> listenedTo;
  private final Ticker ticker;
  private final long ttlNs;

  /**
   * @param listenedTo whether a channel is in use though nothing is done with it
   */
  ChannelTable(Duration ttl, Ticker ticker, Supplier<String> epochs, Predicate<String> listenedTo) {
    this.ttlNs = ttl.toNanos();
    this.ticker = ticker;
    this.epochs = epochs;
    this.listenedTo = listenedTo;
  }

  /** Runs {@code step} on the channel, which is made if there is none, with the time now. */
  <T> T use(String name, BiFunction<ChannelEntry, Long, T> step) {
    while (true) {
      var channel =
          channels.computeIfAbsent(name, _ -> new ChannelEntry(epochs.get(), ticker.nanoTime()));
      synchronized (channel) {
        forgetIfUnused(name, channel);
        if (!channel.forgotten) {
          var nowNs = ticker.nanoTime();
          channel.use(nowNs);
          return step.apply(channel, nowNs);
        }
      }
    }
  }

  /** Notes that the channel was in use until now; makes none. */
  void touch(String name) {
    var channel = channels.get(name);
    if (channel != null) {
      synchronized (channel) {
        channel.use(ticker.nanoTime());
      }
    }
  }

  /** Looks at the next so many channels for unused ones. */
  void sweep(int limit) {
    broom.sweep(limit);
  }

  private void forgetIfUnused(String name, ChannelEntry channel) {
    synchronized (channel) {
      if (channel.unusedNs(ticker.nanoTime()) >= ttlNs && !listenedTo.test(name)) {
        channel.forgotten = true;
        channels.remove(name, channel);
      }
    }
  }

  /** How many are remembered. */
  int size() {
    return channels.size();
  }
}
