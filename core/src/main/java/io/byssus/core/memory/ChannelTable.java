package io.byssus.core.memory;

import io.byssus.core.Budget;
import io.byssus.core.channel.ChannelList;
import io.byssus.core.lane.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * All channels that have a history. Thread-safe: a step runs under the lock of its channel.
 *
 * <p>When all together hold too much, the histories go that have held the most for the longest
 * without being used: the largest product of bytes and time, of some that are looked at. So neither
 * one who fills a few channels nor one who makes very many drives out what others use.
 */
final class ChannelTable {
  /** Of so many the worst goes. */
  private static final int SAMPLE = 16;

  private static final double SECOND_NS = 1e9;

  /** How many channels a page of a list looks at, most of which may not be wanted. */
  private static final int MOST_LISTED = 1_000;

  private final Parts<ChannelEntry> channels = new Parts<>();
  private final ExpirySweep<String, ChannelEntry> expiries =
      new ExpirySweep<>(channels::entries, channels::size, this::forgetIfUnused);
  private final Supplier<String> epochs;
  private final Predicate<String> listenedTo;
  private final Ticker ticker;
  private final long ttlNs;
  private final Budget histories;
  private final Object makingRoom = new Object();
  private Iterator<Map.Entry<String, ChannelEntry>> ahead = Collections.emptyIterator();

  /**
   * @param listenedTo whether a channel is in use though nothing is done with it
   */
  ChannelTable(
      Duration ttl,
      Ticker ticker,
      Supplier<String> epochs,
      Predicate<String> listenedTo,
      Budget histories) {
    this.histories = histories;
    this.ttlNs = ttl.toNanos();
    this.ticker = ticker;
    this.epochs = epochs;
    this.listenedTo = listenedTo;
  }

  /** Runs {@code step} on the channel, which is made if there is none, with the time now. */
  <T> T use(String name, BiFunction<ChannelEntry, Long, T> step) {
    if (histories.exceeded()) {
      makeRoom();
    }
    while (true) {
      var channel =
          channels
              .of(name)
              .computeIfAbsent(name, _ -> new ChannelEntry(epochs.get(), ticker.nanoTime()));
      synchronized (channel) {
        forgetIfUnused(name, channel);
        if (!channel.forgotten) {
          var nowNs = ticker.nanoTime();
          channel.use(nowNs);
          var result = step.apply(channel, nowNs);
          weigh(name, channel);
          return result;
        }
      }
    }
  }

  /** Notes that the channel was in use until now; makes none. */
  void touch(String name) {
    var channel = channels.of(name).get(name);
    if (channel != null) {
      synchronized (channel) {
        channel.use(ticker.nanoTime());
      }
    }
  }

  private void weigh(String name, ChannelEntry channel) {
    var now = channel.weight(name);
    histories.add(now - channel.counted);
    channel.counted = now;
  }

  /** Whether not even what is kept could make room. */
  boolean full() {
    return histories.exceeded() && !makeRoom();
  }

  private boolean makeRoom() {
    synchronized (makingRoom) {
      if (histories.exceeded()) {
        histories.refused();
      }
      for (var idle = 0; histories.full() && idle < channels.size(); idle += SAMPLE) {
        if (letOneGo()) {
          idle = -SAMPLE;
        }
      }
      return !histories.exceeded();
    }
  }

  /** Of the next few: the history, or the channel where that is gone and nobody listens. */
  private boolean letOneGo() {
    var worst = "";
    var most = 0.0;
    for (var i = 0; i < SAMPLE; i++) {
      if (!ahead.hasNext()) {
        ahead = channels.entries();
      }
      if (ahead.hasNext()) {
        var next = ahead.next();
        var cost = cost(next.getKey(), next.getValue());
        if (cost > most) {
          most = cost;
          worst = next.getKey();
        }
      }
    }
    var channel = channels.of(worst).get(worst);
    if (most == 0 || channel == null) {
      return false;
    }
    synchronized (channel) {
      if (channel.isEmpty() && !channel.forgotten && !listenedTo.test(worst)) {
        forget(worst, channel);
      } else if (!channel.forgotten) {
        channel.dropAll();
        weigh(worst, channel);
      }
    }
    return true;
  }

  private double cost(String name, ChannelEntry channel) {
    synchronized (channel) {
      return channel.forgotten || channel.isEmpty() && listenedTo.test(name)
          ? 0
          : (double) channel.counted * (channel.unusedNs(ticker.nanoTime()) + SECOND_NS);
    }
  }

  ChannelList list(String prefix, String cursor, int limit) {
    var from = Parts.Cursor.of(cursor);
    var after = from.after();
    var rows = new ArrayList<ChannelList.Row>();
    var lookedAt = 0;
    for (var part = from.part(); part < Parts.COUNT; part++) {
      for (var name : channels.namesAfter(after, part, each -> each.startsWith(prefix))) {
        row(name).ifPresent(rows::add);
        if (rows.size() == limit || ++lookedAt == MOST_LISTED) {
          return new ChannelList(rows, Optional.of(new Parts.Cursor(part, name).toString()));
        }
      }
      after = "";
    }
    return new ChannelList(rows, Optional.empty());
  }

  private Optional<ChannelList.Row> row(String name) {
    var channel = channels.of(name).get(name);
    if (channel == null) {
      return Optional.empty();
    }
    synchronized (channel) {
      forgetIfUnused(name, channel);
      return channel.forgotten
          ? Optional.empty()
          : Optional.of(new ChannelList.Row(name, channel.top()));
    }
  }

  /** Looks at the next so many channels for unused ones. */
  void sweep(int limit) {
    expiries.sweep(limit);
  }

  private void forgetIfUnused(String name, ChannelEntry channel) {
    synchronized (channel) {
      if (!channel.forgotten
          && channel.unusedNs(ticker.nanoTime()) >= ttlNs
          && !listenedTo.test(name)) {
        forget(name, channel);
      }
    }
  }

  private void forget(String name, ChannelEntry channel) {
    channel.forgotten = true;
    histories.add(-channel.counted);
    channels.of(name).remove(name, channel);
  }

  /** How many are remembered. */
  int size() {
    return channels.size();
  }
}
