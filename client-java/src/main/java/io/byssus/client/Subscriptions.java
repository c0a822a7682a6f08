package io.byssus.client;

import static java.util.Objects.requireNonNull;

import io.byssus.client.Subscription.State;
import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions that the program wishes for, and what the server has of them. Confined to the
 * lane, but for {@link #wish} and {@link #leave}.
 *
 * <p>A channel whose subscription was left and a new one to it are never mixed up: until the server
 * has answered the unsubscribe, nothing of the channel is asked for, and nothing of it is heard.
 */
final class Subscriptions {
  private final Lane lane;
  private final Executor executor;
  private final DataCodec codec;
  private final int queueMax;
  private final Backoff backoff;
  private final Runnable changed;
  private final Consumer<Subscription> made;

  /** What {@link Client#subscribe} gives. Guarded by this. */
  private final Map<String, Subscription> wishes = new HashMap<>();

  /** The same, as far as the lane has heard of it, in the order in which it was wished for. */
  private final Map<String, Subscription> entered = new LinkedHashMap<>();

  private final EarlierPositions earlier = new EarlierPositions();

  /** Channels that the server may still have for a wish that is over. */
  private final Set<String> leaving = new LinkedHashSet<>();

  /** Channels to which the server has subscribed the session: only the server can end that. */
  private final Set<String> byServer = new HashSet<>();

  /** Those of {@link #leaving} that the present connection has been told of. */
  private final Set<String> unsubscribeSent = new HashSet<>();

  private @Nullable Connection connection;
  private Lane.Alarm again = Lane.Alarm.NONE;
  private boolean closed;

  /**
   * @param changed run on the lane: what a store should know has changed
   * @param made given each subscription that the server has made, before anything of it is told
   */
  Subscriptions(
      Lane lane,
      Executor executor,
      DataCodec codec,
      int queueMax,
      Backoff backoff,
      Runnable changed,
      Consumer<Subscription> made) {
    this.lane = lane;
    this.executor = executor;
    this.codec = codec;
    this.queueMax = queueMax;
    this.backoff = backoff;
    this.changed = changed;
    this.made = made;
  }

  // What the program says, on any thread. The lane hears it in the order in which it was done.

  synchronized Subscription subscribe(String channel, Optional<Position> position) {
    requireNonNull(channel);
    var subscription = wishes.computeIfAbsent(channel, _1 -> make(channel, position));
    subscription.wish();
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
    earlier.restore(saved, lane, changed);
    entered.values().forEach(this::startFromEarlier);
  }

  private void startFromEarlier(Subscription wish) {
    var position = earlier.take(wish.channel());
    if (wish.received().isEmpty()) {
      position.ifPresent(wish::startAfter);
    }
  }

  private void enter(Subscription subscription) {
    if (closed) {
      end(subscription, Optional.of(ByssusException.closed("the client is closed")));
    } else if (wished(subscription)) {
      entered.put(subscription.channel(), subscription);
      startFromEarlier(subscription);
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
    if (!closed && subscription.mayBeThere() && !byServer.contains(subscription.channel())) {
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
    var positions = earlier.all();
    entered.forEach(
        (channel, wish) -> wish.received().ifPresent(position -> positions.put(channel, position)));
    return positions;
  }

  Map<String, Position> handled() {
    var positions = earlier.all();
    entered.forEach(
        (channel, wish) -> wish.position().ifPresent(position -> positions.put(channel, position)));
    return positions;
  }

  void connected(Connection to, boolean resumed) {
    connection = to;
    if (!resumed) {
      leaving.clear();
      for (var wish : List.copyOf(entered.values())) {
        wish.become(State.NOT_REQUESTED);
        if (byServer.contains(wish.channel()) && !wish.wished()) {
          endedByServer(wish);
        }
      }
      byServer.clear();
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
    earlier.close();
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
      if (byServer.contains(wish.channel())) {
        wish.tracker().confirm();
      }
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
        if (code == ErrorCode.FORBIDDEN) {
          byServer.add(channel);
        }
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
    var channel = said.channel();
    if (said.byServer()) {
      madeByServer(channel);
    }
    var wish = entered.get(channel);
    if (leaving.contains(channel)) {
      return; // of the wish that is over
    }
    if (wish != null) {
      deliver(wish, said);
    } else if (!said.byServer()) {
      sendUnsubscribe(channel); // nobody wishes for it any more
    }
  }

  private void madeByServer(String channel) {
    // While ours is being given back: the server will refuse that, and go on.
    leaving.remove(channel);
    if (!byServer.add(channel) || entered.containsKey(channel)) {
      return; // known; the program may have left it
    }
    var subscription = adopt(channel);
    entered.put(channel, subscription);
    startFromEarlier(subscription);
    if (!subscription.wished()) {
      made.accept(subscription);
    }
    changed.run();
  }

  private synchronized Subscription adopt(String channel) {
    return wishes.computeIfAbsent(channel, _1 -> make(channel, Optional.empty()));
  }

  private void deliver(Subscription wish, ServerMessage.Subscribed said) {
    wish.become(State.ACTIVE);
    wish.deliver(wish.tracker().onSubscribed(said));
  }

  void onUnsubscribed(ServerMessage.Unsubscribed said) {
    byServer.remove(said.channel());
    var wish = receiving(said.channel());
    if (wish != null) {
      endedByServer(wish);
    }
  }

  private void endedByServer(Subscription wish) {
    wish.deliver(List.of(new StreamEvent.Unsubscribed()));
    wish.delivery().end(true, Optional.empty());
    end(wish, Optional.empty());
    changed.run();
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
