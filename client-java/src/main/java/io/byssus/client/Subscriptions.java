package io.byssus.client;

import static java.util.Objects.requireNonNull;

import io.byssus.client.Subscription.State;
import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions that the program wishes for, and what the server has of them. Confined to the
 * lane, but for {@link #wish} and {@link #leave}.
 *
 * <p>A channel whose subscription was left and a new one to it are never mixed up: until the server
 * has answered the unsubscribe, nothing of the channel is asked for, and nothing of it is heard.
 */
final class Subscriptions {
  /** How long a program has, from its start, to wish again for what its earlier run had. */
  private static final Duration EARLIER = Duration.ofMinutes(10);

  private final Lane lane;
  private final Executor executor;
  private final DataCodec codec;
  private final int queueMax;
  private final Backoff backoff;
  private final Runnable changed;

  /** What {@link Client#subscribe} gives. Guarded by this. */
  private final Map<String, Subscription> wishes = new HashMap<>();

  /** The same, as far as the lane has heard of it, in the order in which it was wished for. */
  private final Map<String, Subscription> entered = new LinkedHashMap<>();

  /** Where an earlier run of the program was in channels that this one has not wished for yet. */
  private final Map<String, Position> earlier = new HashMap<>();

  /** Channels that the server may still have for a wish that is over. */
  private final Set<String> leaving = new LinkedHashSet<>();

  /** Those of them that the present connection has been told of. */
  private final Set<String> unsubscribeSent = new HashSet<>();

  private @Nullable Connection connection;
  private Lane.Alarm again = Lane.Alarm.NONE;
  private Lane.Alarm tooLate = Lane.Alarm.NONE;
  private boolean closed;

  /**
   * @param changed run on the lane: what a store should know has changed
   */
  Subscriptions(
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

  // What the program says, on any thread. The lane hears it in the order in which it was done.

  synchronized Subscription subscribe(String channel, Optional<Position> position) {
    requireNonNull(channel);
    var subscription = wishes.computeIfAbsent(channel, _1 -> make(channel, position));
    lane.execute(() -> enter(subscription));
    return subscription;
  }

  private Subscription make(String channel, Optional<Position> position) {
    return new Subscription(channel, position, this, lane, executor, codec, queueMax, changed);
  }

  synchronized void unsubscribe(Subscription subscription) {
    if (wishes.remove(subscription.channel(), subscription)) {
      lane.execute(() -> drop(subscription));
    }
  }

  private synchronized boolean wished(Subscription subscription) {
    return wishes.get(subscription.channel()) == subscription;
  }

  // On the lane.

  /** As they were kept. What of it is wished for again is up to the program. */
  void restore(SavedSession saved) {
    earlier.putAll(saved.positions());
    entered.values().forEach(this::readOn);
    // Else what no run wishes for any more would be kept, and said in each resume, for ever.
    tooLate =
        lane.schedule(
            EARLIER,
            () -> {
              earlier.clear();
              changed.run();
            });
  }

  private void readOn(Subscription wish) {
    var position = earlier.remove(wish.channel());
    if (position != null && wish.received().isEmpty()) {
      wish.startAfter(position);
    }
  }

  private void enter(Subscription subscription) {
    if (closed) {
      end(subscription, Optional.of(ByssusException.closed("the client is closed")));
    } else if (wished(subscription)) {
      entered.put(subscription.channel(), subscription);
      readOn(subscription);
      if (subscription.is(State.REFUSED)) {
        subscription.become(State.NOT_REQUESTED); // asked for once more
      }
      sendSubscribe(subscription);
      changed.run();
    }
  }

  private void drop(Subscription subscription) {
    entered.remove(subscription.channel(), subscription);
    subscription.delivery().end(false, Optional.empty());
    if (!closed && subscription.mayBeThere()) {
      sendUnsubscribe(subscription.channel());
    }
    changed.run();
  }

  private synchronized void forget(Subscription subscription) {
    wishes.remove(subscription.channel(), subscription);
  }

  private void end(Subscription subscription, Optional<ByssusException> why) {
    forget(subscription);
    entered.remove(subscription.channel(), subscription);
    subscription.delivery().end(false, why);
  }

  /** Received ones: what is still to be handled is here already. */
  Map<String, Position> positions() {
    var positions = new HashMap<>(earlier);
    entered.forEach(
        (channel, wish) -> wish.received().ifPresent(position -> positions.put(channel, position)));
    return positions;
  }

  Map<String, Position> handled() {
    var positions = new HashMap<>(earlier);
    entered.forEach(
        (channel, wish) -> wish.position().ifPresent(position -> positions.put(channel, position)));
    return positions;
  }

  void connected(Connection to, boolean resumed) {
    connection = to;
    if (!resumed) {
      leaving.clear();
      entered.values().forEach(wish -> wish.become(State.NOT_REQUESTED));
    }
    sendAll();
  }

  void disconnected() {
    connection = null;
    unsubscribeSent.clear();
    again.cancel();
    entered
        .values()
        .forEach(wish -> {
          wish.tracker().onConnectionLost();
          if (wish.is(State.REQUESTED)) {
            wish.become(State.NOT_REQUESTED);
          }
        });
  }

  void closed(Optional<ByssusException> why) {
    disconnected();
    closed = true;
    tooLate.cancel();
    List.copyOf(entered.values()).forEach(wish -> end(wish, why));
  }

  private void sendAll() {
    leaving.forEach(this::sendUnsubscribeOnce);
    entered.values().forEach(this::sendSubscribe);
  }

  private void sendUnsubscribe(String channel) {
    leaving.add(channel);
    sendUnsubscribeOnce(channel);
  }

  private void sendUnsubscribeOnce(String channel) {
    if (connection != null && unsubscribeSent.add(channel)) {
      connection.call(id -> new Command.Unsubscribe(id, channel), new Left(channel));
    }
  }

  private void sendSubscribe(Subscription wish) {
    if (connection == null || !wish.is(State.NOT_REQUESTED) || leaving.contains(wish.channel())) {
      return;
    }
    wish.become(State.REQUESTED);
    connection.call(
        id -> new Command.Subscribe(id, wish.channel(), wish.received()), new Entered(wish));
  }

  private void retryLater() {
    again.cancel();
    again = lane.schedule(backoff.next(), this::sendAll);
  }

  /** What becomes of a subscribe. */
  private final class Entered implements ReplyHandler {
    private final Subscription wish;

    Entered(Subscription wish) {
      this.wish = wish;
    }

    @Override
    public void onReply(ServerMessage message) {
      if (message instanceof ServerMessage.Subscribed subscribed) {
        backoff.reset();
        deliver(wish, subscribed);
      }
    }

    @Override
    public void onRefused(ErrorCode code, String message) {
      if (code == ErrorCode.ALREADY_SUBSCRIBED) {
        already();
      } else if (code.retryable()) {
        wish.become(State.NOT_REQUESTED);
        retryLater();
      } else {
        wish.become(State.REFUSED);
        wish.deliver(List.of(new StreamEvent.Refused(ByssusException.of(code, message))));
      }
    }

    /** An answer got lost. If its connection did too, the server has told of it in this resume. */
    private void already() {
      if (wish.tracker().confirmed()) {
        wish.become(State.ACTIVE);
      } else if (entered.get(wish.channel()) == wish) {
        // Nobody knows where it stands: it begins anew.
        wish.become(State.NOT_REQUESTED);
        sendUnsubscribe(wish.channel());
      }
    }

    @Override
    public void onBroken() {
      wish.become(State.NOT_REQUESTED);
    }
  }

  /** What becomes of an unsubscribe. */
  private final class Left implements ReplyHandler {
    private final String channel;

    Left(String channel) {
      this.channel = channel;
    }

    @Override
    public void onReply(ServerMessage message) {
      left();
    }

    @Override
    public void onRefused(ErrorCode code, String message) {
      if (code.retryable()) {
        unsubscribeSent.remove(channel);
        retryLater();
      } else {
        left();
      }
    }

    private void left() {
      leaving.remove(channel);
      unsubscribeSent.remove(channel);
      var next = entered.get(channel);
      if (next != null) {
        sendSubscribe(next);
      }
    }

    @Override
    public void onBroken() {
      // Said again after a resume; a new session has it not.
    }
  }

  // What the server says unasked.

  void onSubscribed(ServerMessage.Subscribed said) {
    var wish = entered.get(said.channel());
    if (leaving.contains(said.channel())) {
      return; // of the wish that is over
    }
    if (wish == null) {
      sendUnsubscribe(said.channel()); // nobody wishes for it any more
    } else {
      deliver(wish, said);
    }
  }

  private void deliver(Subscription wish, ServerMessage.Subscribed said) {
    wish.become(State.ACTIVE);
    wish.deliver(wish.tracker().onSubscribed(said));
  }

  void onUnsubscribed(ServerMessage.Unsubscribed said) {
    var wish = receiving(said.channel());
    if (wish != null) {
      wish.deliver(List.of(new StreamEvent.Unsubscribed()));
      wish.delivery().end(true, Optional.empty());
      end(wish, Optional.empty());
      changed.run();
    }
  }

  void onMessage(ServerMessage.Message said) {
    var wish = receiving(said.pattern().isEmpty() ? said.channel() : said.pattern());
    if (wish != null) {
      wish.deliver(wish.tracker().onMessage(said));
    }
  }

  void onGap(ServerMessage.Missed said) {
    var wish = receiving(said.channel());
    if (wish != null) {
      wish.deliver(wish.tracker().onGap(said.reason(), said.position()));
    }
  }

  private @Nullable Subscription receiving(String channel) {
    return leaving.contains(channel) ? null : entered.get(channel);
  }
}
