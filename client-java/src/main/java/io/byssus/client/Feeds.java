package io.byssus.client;

import io.byssus.client.Subscription.Standing;
import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions that the program wishes for, and what the server has of them. Confined to the
 * lane, but for {@link #wish} and {@link #leave}.
 */
final class Feeds {
  private final Lane lane;
  private final Executor executor;
  private final DataCodec codec;
  private final int queueMax;
  private final Backoff backoff;
  private final Runnable changed;
  private final Map<String, Subscription> wishes = new ConcurrentHashMap<>();
  // Where an earlier run of the program was in channels that this one has not wished for yet.
  private final Map<String, Position> earlier = new HashMap<>();
  // Those that the server may still have, and nobody wishes for.
  private final Set<String> leaving = new LinkedHashSet<>();
  private @Nullable Connection connection;
  private Lane.Alarm again = Lane.Alarm.NONE;
  private boolean closed;

  /**
   * @param changed run on the lane: what a store should know has changed
   */
  Feeds(
      Lane lane,
      Executor executor,
      DataCodec codec,
      int queueMax,
      Backoff backoff,
      Runnable changed) {
    this.lane = lane;
    this.executor = executor;
    this.codec = codec;
    this.queueMax = queueMax;
    this.backoff = backoff;
    this.changed = changed;
  }

  // What the program says, on any thread.

  Subscription wish(String channel, Optional<Position> position) {
    var subscription = wishes.computeIfAbsent(channel, _1 -> make(channel, position));
    lane.execute(() -> enter(subscription));
    return subscription;
  }

  private Subscription make(String channel, Optional<Position> position) {
    return new Subscription(channel, position, this, lane, executor, codec, queueMax, changed);
  }

  void leave(Subscription subscription) {
    wishes.remove(subscription.channel(), subscription);
    lane.execute(() -> drop(subscription));
  }

  // On the lane.

  /** As they were kept. What of it is wished for again is up to the program. */
  void restore(Held held) {
    earlier.putAll(held.positions());
    wishes.values().forEach(this::readOn);
  }

  private void readOn(Subscription wish) {
    var position = earlier.remove(wish.channel());
    if (position != null && wish.received().isEmpty()) {
      wish.readOn(position);
    }
  }

  private void enter(Subscription subscription) {
    if (closed) {
      end(subscription, Optional.of(ByssusException.closed("the client is closed")));
    } else if (wishes.get(subscription.channel()) == subscription) {
      readOn(subscription);
      if (subscription.stands(Standing.REFUSED)) {
        subscription.stand(Standing.UNASKED); // asked for once more
      }
      ask(subscription);
      changed.run();
    }
  }

  private void drop(Subscription subscription) {
    subscription.delivery().end(false, Optional.empty());
    if (!closed && !wishes.containsKey(subscription.channel())) {
      leaving.add(subscription.channel());
      sayLeaving();
    }
    changed.run();
  }

  private void end(Subscription subscription, Optional<ByssusException> why) {
    wishes.remove(subscription.channel(), subscription);
    subscription.delivery().end(false, why);
  }

  /** Received ones: what is still to be handled is here already. */
  Map<String, Position> positions() {
    var positions = new HashMap<>(earlier);
    wishes.forEach(
        (channel, wish) -> wish.received().ifPresent(position -> positions.put(channel, position)));
    return positions;
  }

  Map<String, Position> handled() {
    var positions = new HashMap<>(earlier);
    wishes.forEach(
        (channel, wish) -> wish.position().ifPresent(position -> positions.put(channel, position)));
    return positions;
  }

  void connected(Connection to, boolean resumed) {
    connection = to;
    if (!resumed) {
      leaving.clear();
      wishes.values().forEach(wish -> wish.stand(Standing.UNASKED));
    }
    sayLeaving();
    wishes.values().forEach(this::ask);
  }

  void disconnected() {
    connection = null;
    again.cancel();
    wishes
        .values()
        .forEach(wish -> {
          wish.course().broken();
          if (wish.stands(Standing.ASKED)) {
            wish.stand(Standing.UNASKED);
          }
        });
  }

  void closed(Optional<ByssusException> why) {
    disconnected();
    closed = true;
    List.copyOf(wishes.values()).forEach(wish -> end(wish, why));
  }

  private void sayLeaving() {
    if (connection == null) {
      return;
    }
    for (var channel : List.copyOf(leaving)) {
      leaving.remove(channel);
      connection.ask(id -> new Command.Unsubscribe(id, channel), new Left(channel));
    }
  }

  private void ask(Subscription wish) {
    if (connection == null || !wish.stands(Standing.UNASKED)) {
      return;
    }
    wish.stand(Standing.ASKED);
    connection.ask(
        id -> new Command.Subscribe(id, wish.channel(), wish.received()), new Entered(wish));
  }

  private void askAgainLater() {
    again.cancel();
    again =
        lane.schedule(
            backoff.next(),
            () -> {
              sayLeaving();
              wishes.values().forEach(this::ask);
            });
  }

  /** What becomes of a subscribe. */
  private final class Entered implements Answer {
    private final Subscription wish;

    Entered(Subscription wish) {
      this.wish = wish;
    }

    @Override
    public void reply(ServerMessage message) {
      if (message instanceof ServerMessage.Subscribed subscribed) {
        backoff.reset();
        hear(wish, subscribed);
      }
    }

    @Override
    public void refused(ErrorCode code, String message) {
      if (code == ErrorCode.ALREADY_SUBSCRIBED) {
        // An answer got lost with its connection; the server has restored the subscription.
        wish.stand(Standing.THERE);
      } else if (code.retryable()) {
        wish.stand(Standing.UNASKED);
        askAgainLater();
      } else {
        wish.stand(Standing.REFUSED);
        wish.hear(List.of(new FeedEvent.Refused(ByssusException.of(code, message))));
      }
    }

    @Override
    public void broken() {
      wish.stand(Standing.UNASKED);
    }
  }

  /** What becomes of an unsubscribe. */
  private final class Left implements Answer {
    private final String channel;

    Left(String channel) {
      this.channel = channel;
    }

    @Override
    public void reply(ServerMessage message) {}

    @Override
    public void refused(ErrorCode code, String message) {
      if (code.retryable() && !wishes.containsKey(channel)) {
        leaving.add(channel);
        askAgainLater();
      }
    }

    @Override
    public void broken() {
      if (!wishes.containsKey(channel)) {
        leaving.add(channel);
      }
    }
  }

  // What the server says.

  void hear(ServerMessage.Subscribed said) {
    var wish = wishes.get(said.channel());
    if (wish != null) {
      hear(wish, said);
    } else {
      leaving.add(said.channel()); // nobody wishes for it any more
      sayLeaving();
    }
  }

  private void hear(Subscription wish, ServerMessage.Subscribed said) {
    wish.stand(Standing.THERE);
    wish.hear(wish.course().subscribed(said));
  }

  void hear(ServerMessage.Unsubscribed said) {
    var wish = wishes.remove(said.channel());
    if (wish != null) {
      wish.hear(List.of(new FeedEvent.Unsubscribed()));
      wish.delivery().end(true, Optional.empty());
      changed.run();
    }
  }

  void hear(ServerMessage.Message said) {
    var wish = wishes.get(said.pattern().isEmpty() ? said.channel() : said.pattern());
    if (wish != null) {
      wish.hear(wish.course().message(said));
    }
  }

  void hear(ServerMessage.Missed said) {
    var wish = wishes.get(said.channel());
    if (wish != null) {
      wish.hear(List.of(wish.course().gap(said.reason(), said.position())));
    }
  }
}
