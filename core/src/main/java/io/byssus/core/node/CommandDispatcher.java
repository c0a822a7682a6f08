package io.byssus.core.node;

import io.byssus.core.Bounds;
import io.byssus.core.Budget;
import io.byssus.core.Budgets;
import io.byssus.core.NotDoneException;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.ChannelName;
import io.byssus.core.channel.Namespace;
import io.byssus.core.connection.Connection;
import io.byssus.core.delivery.Inbox;
import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.presence.PresenceStore;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Session;
import io.byssus.core.session.SessionStore;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.core.session.SessionWeight;
import io.byssus.core.session.StoredSession;
import io.byssus.core.session.Subscription;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Decoded;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Sender;
import io.byssus.protocol.ServerMessage;
import io.byssus.protocol.ServerMessage.Member;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one connection's client asks, done: one exhaustive switch over {@link Command}. Confined to
 * the connection's lane; other lanes reach it through {@link #loseSession} and {@link #wakeInbox}
 * only.
 *
 * <p>Commands start in the order in which they came. Most do not wait for the answer of the one
 * before; those that change what the session or the connection is (connect, subscribe, unsubscribe,
 * set, end) hold the later ones back until they are done, so that "subscribe, publish" sees its own
 * publication. While too many wait, the socket is not read.
 *
 * <p>The store is written first, and then the copy here: a command that failed leaves the session
 * as it was, so that saying it again does all of it.
 */
@LaneConfined
final class CommandDispatcher implements Connection.Receiver {
  private static final int HISTORY_ITEMS = 100;
  private static final long SETTLE_NS = TimeUnit.MILLISECONDS.toNanos(500);

  /** An answer of so many bytes costs a client as much as one more command. */
  private static final int BYTES_A_COMMAND = 16 << 10;

  /** After so many in a row that cannot be read, the client speaks something else. */
  private static final int UNREADABLE_MAX = 10;

  /** Longer than any connection lives, and short enough to compare. */
  private static final long LONGEST_NS = Long.MAX_VALUE / 2;

  /** So many messages, of the longest, may wait as well as any number of short ones. */
  private static final int MESSAGES_WAITING = 4;

  private static final long LAST_REPLIES_NS = TimeUnit.SECONDS.toNanos(1);

  /** Belongs to the lane's {@link Watch}. */
  int watchSlot;

  private final Node node;
  private final Connection connection;
  private final TokenBucket bucket;
  private final long connectBy;
  private long authorizedUntil;
  private @Nullable ArrayDeque<Decoded> waiting;
  private @Nullable Admission admission;
  private @Nullable Session session;

  /** Attributes of which nobody knows whether they are stored as they are here; nor the tags. */
  private @Nullable Set<String> doubtful;

  private @Nullable Inbox inbox;
  private @Nullable Readings readings;
  private @Nullable Places places;
  private int inFlight;

  /** Of the commands that wait here, in bytes, and of the large ones that are with the engine. */
  private int waitingBytes;

  private int inFlightBytes;

  /** Of the node's budget for sessions: for the connection, its session and what waits here. */
  private int kept;

  private int content;
  private boolean over;
  private int unreadable;
  private boolean held;
  private boolean paused;
  private boolean greeted;
  private boolean draining;
  private boolean degraded;

  /** Writes under the lease that are not answered yet. */
  private int writing;

  /** While the store does not have the session as it is here; says whether it has it again. */
  private @Nullable CompletableFuture<Boolean> mending;

  CommandDispatcher(Node node, Connection connection) {
    this.node = node;
    this.connection = connection;
    var now = connection.lane().nanoTime();
    var limits = node.settings.limits();
    this.bucket = new TokenBucket(limits.commandsPerSecond(), limits.commandsBurst(), now);
    this.connectBy = now + connectTimeout().toNanos();
    this.authorizedUntil = now + LONGEST_NS;
    var interval = node.settings.heartbeat().interval();
    connection.startHeartbeat(interval, node.randomUpTo(interval));
    keep(Budgets.CONNECTION_BYTES);
  }

  /**
   * A client that needs no token may stay without a session, as long as it says anything within two
   * heartbeats.
   */
  private Duration connectTimeout() {
    return node.authenticator.admitsAnonymous(connection.peer())
        ? node.settings.heartbeat().interval().multipliedBy(2)
        : node.settings.limits().connectTimeout();
  }

  // What comes in.

  @Override
  public void received(Decoded decoded) {
    switch (bucket.take(connection.lane().nanoTime())) {
      case YES -> admit(decoded);
      case NO -> fail(idOf(decoded), ErrorCode.RATE_LIMITED, "too many commands, slow down");
      case ABUSE -> connection.close(CloseCode.RATE_LIMITED);
    }
  }

  private void admit(Decoded decoded) {
    if (!held || passes(decoded)) {
      perform(decoded);
    } else {
      hold(decoded);
    }
    pauseOrResume();
  }

  private void hold(Decoded decoded) {
    var bytes = CommandWeight.of(decoded);
    if (!memory().offers(bytes)) {
      failForMemory(idOf(decoded), memory());
      return;
    }
    if (waiting == null) {
      waiting = new ArrayDeque<>();
    }
    waiting.add(decoded);
    waitingBytes += bytes;
    keep(bytes);
  }

  private Decoded unhold(ArrayDeque<Decoded> from) {
    var next = from.remove();
    var bytes = CommandWeight.of(next);
    waitingBytes -= bytes;
    keep(-bytes);
    return next;
  }

  /**
   * A sign of life waits for nothing, nor does what a slow reader should get through, as long as no
   * command that waits can have to do with it.
   */
  private boolean passes(Decoded decoded) {
    return decoded instanceof Decoded.Good(var command)
        && switch (command) {
          case Command.Ping _, Command.Pong _ -> true;
          case Command.AckInbox _ -> inbox != null;
          default -> false;
        };
  }

  private void perform(Decoded decoded) {
    switch (decoded) {
      case Decoded.Bad(var id, var code, var message) -> {
        fail(id, code, message);
        if (++unreadable >= UNREADABLE_MAX) {
          connection.close(CloseCode.BAD_REQUEST);
        }
      }
      case Decoded.Good(var command) -> {
        unreadable = 0;
        greeted |= node.authenticator.admitsAnonymous(connection.peer());
        perform(command);
      }
    }
  }

  private void perform(Command command) {
    switch (command) {
      case Command.Ping(var id, var upperCase) ->
          connection.send(new ServerMessage.Pong(id, upperCase));
      case Command.Pong _ -> {}
      case Command.Connect connect -> connect(connect);
      case Command.Subscribe subscribe -> inSession(command, s -> subscribe(s, subscribe));
      case Command.Unsubscribe unsubscribe -> inSession(command, s -> unsubscribe(s, unsubscribe));
      case Command.Publish publish -> inSession(command, s -> publish(s, publish));
      case Command.Send send -> inSession(command, s -> send(s, send));
      case Command.AckInbox ack -> inSession(command, s -> acknowledge(s, ack));
      case Command.AckChannel ack -> inSession(command, s -> acknowledge(s, ack));
      case Command.SetAttributes set -> inSession(command, s -> set(s, set));
      case Command.GetAttributes get ->
          inSession(command, s -> connection.send(attributes(get.id(), s)));
      case Command.GetPresence presence -> inSession(command, s -> presence(s, presence));
      case Command.GetHistory history -> inSession(command, s -> history(s, history));
      case Command.End end -> inSession(command, s -> end(s, end));
    }
  }

  private void inSession(Command command, Consumer<Session> action) {
    if (session == null) {
      fail(command.id(), ErrorCode.NOT_CONNECTED, "say connect first");
    } else {
      action.accept(session);
    }
  }

  // Order, and how much may wait.

  /** Later commands wait from here on until {@link #goOn}. */
  private void holdOthers() {
    held = true;
  }

  void goOn() {
    lane().check();
    held = false;
    while (!held && waiting != null && !waiting.isEmpty() && connection.open()) {
      perform(unhold(waiting));
    }
    pauseOrResume();
  }

  private void pauseOrResume() {
    var pending =
        inFlight
            + (waiting == null ? 0 : waiting.size())
            + (readings == null ? 0 : readings.waiting());
    var most = node.settings.limits().commandsWaiting();
    var bytes = (long) waitingBytes + inFlightBytes;
    var mostBytes = MESSAGES_WAITING * (long) node.settings.limits().messageBytes();
    var pause =
        connection.congested()
            || pending > (paused ? most / 2 : most)
            || bytes > (paused ? mostBytes / 2 : mostBytes);
    if (pause != paused) {
      paused = pause;
      connection.reading(!pause);
    }
  }

  // Memory.

  private Budget memory() {
    return node.budgets.sessions();
  }

  private void keep(int bytes) {
    if (!over) {
      kept += bytes;
      memory().add(bytes);
    }
  }

  /** What the session carries has changed. */
  private void weigh(Session session) {
    var now =
        SessionWeight.ofAttributes(session.attributes()) + SessionWeight.ofTags(session.tags());
    keep(now - content);
    content = now;
  }

  private void failForMemory(long id, Budget shortOf) {
    shortOf.refused();
    fail(id, ErrorCode.UNAVAILABLE, "the node is short of memory, try again later");
  }

  /** Large {@code data} is held until the engine has answered. */
  private <T> CompletionStage<T> inFlight(Json data, CompletionStage<T> stage) {
    var bytes = data.bytes();
    if (bytes >= CommandWeight.LARGE && !stage.toCompletableFuture().isDone()) {
      inFlightBytes += bytes;
      memory().add(bytes);
      lane()
          .when(
              stage,
              (answer, failure) -> {
                inFlightBytes -= bytes;
                memory().add(-bytes);
              });
    }
    return stage;
  }

  private boolean tooLargeNow(long id, Json data) {
    var no = data.bytes() >= CommandWeight.LARGE && !memory().offers(data.bytes());
    if (no) {
      failForMemory(id, memory());
    }
    return no;
  }

  /**
   * Goes on with the answer, on the lane, if the connection is still there to hear it; else the
   * engine's trouble is the reply: {@code unavailable} when it was surely not done, and {@code
   * unanswered} when nobody knows.
   */
  private <T> void answered(
      long id, ErrorCode unanswered, CompletionStage<T> stage, Consumer<T> then) {
    answered(id, unanswered, stage, then, () -> {});
  }

  /** As {@link #answered}, for a command that holds others back. */
  private <T> void heldAnswered(
      long id, ErrorCode unanswered, CompletionStage<T> stage, Consumer<T> then) {
    answered(id, unanswered, stage, then, this::goOn);
  }

  private <T> void answered(
      long id, ErrorCode unanswered, CompletionStage<T> stage, Consumer<T> then, Runnable orElse) {
    inFlight++;
    connection
        .lane()
        .when(
            stage,
            (value, failure) -> {
              inFlight--;
              if (!connection.open()) {
                return;
              }
              try {
                if (value == null) {
                  failed(id, unanswered, failure);
                  orElse.run();
                } else {
                  then.accept(value);
                }
                pauseOrResume();
              } catch (Throwable defect) {
                connection.failed(defect);
              }
            });
  }

  private void failed(long id, ErrorCode unanswered, @Nullable Throwable failure) {
    var surelyNot = NotDoneException.is(failure);
    var code = surelyNot ? ErrorCode.UNAVAILABLE : unanswered;
    node.engineFailed(code.wire(), failure);
    fail(id, code, surelyNot ? "the engine did not take it" : "the engine did not answer");
  }

  void fail(long id, ErrorCode code, String message) {
    node.observer.commandFailed(code);
    connection.send(new ServerMessage.Failed(id, code, message));
  }

  private static long idOf(Decoded decoded) {
    return switch (decoded) {
      case Decoded.Good(var command) -> command.id();
      case Decoded.Bad(var id, var _, var _) -> id;
    };
  }

  // Connect: the steps are Admission's.

  private void connect(Command.Connect connect) {
    if (session != null) {
      fail(connect.id(), ErrorCode.ALREADY_CONNECTED, "this connection has a session already");
    } else if (node.draining()) {
      fail(connect.id(), ErrorCode.DRAINING, "this node is going away, connect to another");
    } else if (!node.reachable()) {
      fail(connect.id(), ErrorCode.UNAVAILABLE, "the engine cannot be reached, try again");
    } else {
      admit(new Admission(node, connection, this, connect));
    }
  }

  /** What the client says from here on waits until it is let in, or is told why not. */
  void enter(Identity identity) {
    admit(new Admission(node, connection, this, identity));
  }

  private void admit(Admission coming) {
    holdOthers();
    admission = coming;
    // Not at once: a client that gave this connection up has closed it behind its connect, and
    // may be back on another.
    connection.lane().execute(() -> connection.attempt(coming::start));
  }

  /** The client has a good token, for so long. */
  void authorized(Duration lasts) {
    lane().check();
    var nanos = Math.min(TimeUnit.NANOSECONDS.convert(lasts), LONGEST_NS);
    authorizedUntil = connection.lane().nanoTime() + nanos;
  }

  /** The connection holds the session from here on, though it may not have been told. */
  Session hold(Lease lease, StoredSession stored) {
    lane().check();
    session = new Session(connection, lease, stored);
    keep(SessionWeight.SESSION);
    weigh(session);
    return session;
  }

  /** The client has been told: commands are served and directed messages flow. */
  void welcome(Session welcomed, long acknowledged, long held, Duration interval) {
    lane().check();
    greeted = true;
    connection.startHeartbeat(interval, node.randomUpTo(interval));
    inbox =
        new Inbox(
            node.engine.inboxes(),
            welcomed,
            acknowledged,
            held,
            node.observer,
            () -> refused(welcomed));
    inbox.wake();
    if (node.watch(connection.lane()).outages().lasting()) {
      degrade();
    }
  }

  /** The connect has taken all its steps, for good or ill. */
  void settled(Admission done) {
    lane().check();
    if (admission == done) {
      admission = null;
    }
  }

  // Channels.

  /** Says so, and which rule it breaks. */
  private boolean badName(long id, String channel, boolean patternAllowed) {
    var fault =
        ChannelName.fault(channel, patternAllowed, node.settings.limits().channelNameBytes());
    fault.ifPresent(why -> fail(id, ErrorCode.BAD_CHANNEL, why));
    return fault.isPresent();
  }

  private void subscribe(Session session, Command.Subscribe subscribe) {
    var id = subscribe.id();
    var channel = subscribe.channel();
    var limits = node.settings.limits();
    if (badName(id, channel, true)) {
      return;
    }
    if (!mayRead(session, channel)) {
      fail(id, ErrorCode.FORBIDDEN, "you may not subscribe to this channel");
    } else if (session.subscription(channel).filter(s -> !session.doubts(s)).isPresent()) {
      fail(id, ErrorCode.ALREADY_SUBSCRIBED, "the session is subscribed already");
    } else if (session.subscription(channel).isEmpty()
        && session.subscriptions().size() >= limits.subscriptions()) {
      fail(id, ErrorCode.TOO_MANY_SUBSCRIPTIONS, "at most " + limits.subscriptions());
    } else if (ChannelName.isPattern(channel) && subscribe.position().isPresent()) {
      fail(id, ErrorCode.MALFORMED, "a pattern has no position");
    } else if (!memory().offers(SessionWeight.ofSubscription(channel))) {
      failForMemory(id, memory());
    } else {
      holdOthers();
      var asked = subscribe.position().isPresent();
      heldAnswered(
          id,
          ErrorCode.UNAVAILABLE,
          start(subscribe),
          from -> subscribe(session, id, channel, from, asked));
    }
  }

  /**
   * Where the subscription begins. What is published between this and going live is recovered from
   * here.
   */
  private CompletionStage<Optional<Position>> start(Command.Subscribe subscribe) {
    if (subscribe.position().isPresent() || positionless(subscribe.channel())) {
      return CompletableFuture.completedFuture(subscribe.position());
    }
    return node.engine
        .broker()
        .history(
            subscribe.channel(),
            Optional.empty(),
            Bounds.NOTHING,
            namespace(subscribe.channel()).retention())
        .thenApply(page -> Optional.of(page.top()));
  }

  private void subscribe(
      Session session, long id, String channel, Optional<Position> from, boolean asked) {
    var stored = positionless(channel) ? Optional.<Position>empty() : from;
    heldAnswered(
        id,
        ErrorCode.UNKNOWN,
        underLease(
            session, () -> node.engine.sessions().subscribe(session.lease(), channel, stored)),
        fence -> {
          if (fence == Fence.HELD) {
            // One whose unsubscribe nobody knows the outcome of begins anew.
            session.subscription(channel).ifPresent(doubtful -> leave(session, doubtful));
            var subscription = session.subscribe(channel, stored);
            join(subscription, id, from, asked, () -> {}, this::goOn);
          }
        });
  }

  /**
   * @param from where to read on from
   * @param asked whether the client hears of the recovery
   * @param begun once the client was told where it stands
   * @param then once it is live
   */
  private void join(
      Subscription subscription,
      long id,
      Optional<Position> from,
      boolean asked,
      Runnable begun,
      Runnable then) {
    keep(SessionWeight.ofSubscription(subscription.channel()));
    new Restoring(
            node,
            readings(),
            subscription,
            id,
            from,
            asked,
            this::places,
            () -> {
              enterPresence(subscription.session(), subscription.channel());
              begun.run();
            },
            then)
        .start();
  }

  private Places places() {
    if (places == null) {
      places = new Places(node, this);
    }
    return places;
  }

  private Readings readings() {
    if (readings == null) {
      var limits = node.settings.limits();
      readings = new Readings(connection, limits.outboxBytes(), limits.messageBytes());
    }
    return readings;
  }

  /**
   * A subscription of a resumed session: what it cannot read again is lost, and the client is told.
   *
   * @param acknowledged what the store keeps as its position
   * @param from where the client reads on from
   */
  void rejoin(
      Session session,
      String channel,
      Optional<Position> acknowledged,
      Optional<Position> from,
      Runnable begun,
      Runnable then) {
    join(session.subscribe(channel, acknowledged), Command.NO_ID, from, true, begun, then);
  }

  private void unsubscribe(Session session, Command.Unsubscribe unsubscribe) {
    var id = unsubscribe.id();
    var channel = unsubscribe.channel();
    if (ChannelName.fault(channel, true, node.settings.limits().channelNameBytes()).isPresent()) {
      fail(id, ErrorCode.NOT_SUBSCRIBED, "the session is not subscribed");
      return;
    }
    // Also for a channel that is not subscribed here: a subscribe whose answer was lost may have
    // left it in the store.
    holdOthers();
    answered(
        id,
        ErrorCode.UNKNOWN,
        underLease(session, () -> node.engine.sessions().unsubscribe(session.lease(), channel)),
        fence -> {
          if (fence == Fence.HELD) {
            var subscription = session.subscription(channel);
            if (subscription.isPresent()) {
              leave(session, subscription.get());
              connection.send(new ServerMessage.Unsubscribed(id, channel));
            } else {
              fail(id, ErrorCode.NOT_SUBSCRIBED, "the session is not subscribed");
            }
            goOn();
          }
        },
        () -> {
          session.subscription(channel).ifPresent(session::doubt);
          goOn();
        });
  }

  private void leave(Session session, Subscription subscription) {
    node.hub.leave(subscription);
    session.unsubscribe(subscription);
    keep(-SessionWeight.ofSubscription(subscription.channel()));
    leavePresence(session, subscription.channel());
  }

  private void leavePresence(Session session, String channel) {
    if (node.showsPresence(channel)) {
      debts().leave(channel, session.lease());
    }
  }

  private void publish(Session session, Command.Publish publish) {
    var channel = publish.channel();
    if (badName(publish.id(), channel, false)) {
      return;
    }
    var namespace = namespace(channel);
    if (!namespace.publish().allows(session.user())) {
      fail(publish.id(), ErrorCode.FORBIDDEN, "you may not publish to this channel");
      return;
    }
    if (tooLargeNow(publish.id(), publish.data())) {
      return;
    }
    var dedupe = publish.dedupe().isEmpty() ? "" : session.id() + ':' + publish.dedupe();
    var draft =
        new Broker.Draft(
            publish.data(), Optional.of(sender(session)), dedupe, publish.durability());
    answered(
        publish.id(),
        ErrorCode.UNKNOWN,
        inFlight(
            publish.data(), node.engine.broker().publish(channel, draft, namespace.retention())),
        outcome -> published(publish, outcome));
  }

  private void published(Command.Publish publish, Broker.Outcome outcome) {
    switch (outcome) {
      case Broker.Outcome.Stored(var position, var level, var duplicate) -> {
        node.observer.published(publish.channel());
        if (publish.id() != Command.NO_ID) {
          connection.send(new ServerMessage.Published(publish.id(), position, level, duplicate));
        }
      }
      case Broker.Outcome.Rejected(var code) -> fail(publish.id(), code, "not published");
    }
  }

  private void history(Session session, Command.GetHistory history) {
    var channel = history.channel();
    var limits = node.settings.limits();
    if (badName(history.id(), channel, false)) {
      return;
    }
    if (!mayRead(session, channel)) {
      fail(history.id(), ErrorCode.FORBIDDEN, "you may not read this channel");
    } else if (positionless(channel)) {
      fail(history.id(), ErrorCode.NO_HISTORY, "this channel keeps no history");
    } else {
      var asked = history.limit() == 0 ? HISTORY_ITEMS : history.limit();
      var bounds = pageOf(Math.min(asked, limits.historyItems()));
      readAlone(
          history.id(),
          bounds,
          () ->
              node.engine
                  .broker()
                  .history(channel, history.after(), bounds, namespace(channel).retention()),
          page ->
              new ServerMessage.History(
                  history.id(), channel, page.top(), page.recovery(), page.items()));
    }
  }

  /**
   * One long answer after the other, each when the client has taken the one before. They count as
   * more commands, by their size.
   */
  private <T> void readAlone(
      long id, Bounds bounds, Supplier<CompletionStage<T>> read, Function<T, ServerMessage> reply) {
    var reading = readings();
    reading.askAlone(() -> {
      var sending = node.budgets.sending();
      if (!sending.offers(bounds.bytes())) {
        failForMemory(id, sending);
        reading.cameAlone();
        return;
      }
      answered(
          id,
          ErrorCode.UNAVAILABLE,
          read.get(),
          answer -> {
            var bytes = connection.sendCounted(reply.apply(answer));
            bucket.spend(bytes / BYTES_A_COMMAND, connection.lane().nanoTime());
            reading.cameAlone();
          },
          reading::cameAlone);
    });
  }

  /** A reply must not fill the outbox by itself. */
  private Bounds pageOf(int items) {
    var limits = node.settings.limits();
    return new Bounds(items, Math.min(limits.historyBytes(), limits.outboxBytes() / 2));
  }

  private boolean mayRead(Session session, String channel) {
    return node.settings.namespaces().maySubscribe(channel, session.user());
  }

  private Namespace namespace(String channel) {
    return node.settings.namespaces().of(channel);
  }

  private boolean positionless(String channel) {
    return ChannelName.isPattern(channel) || namespace(channel).retention().ephemeral();
  }

  private static Sender sender(Session session) {
    return new Sender(session.user(), session.id());
  }

  // Presence.

  private void presence(Session session, Command.GetPresence presence) {
    var channel = presence.channel();
    var limits = node.settings.limits();
    if (badName(presence.id(), channel, false)) {
      return;
    }
    if (!mayRead(session, channel)) {
      fail(presence.id(), ErrorCode.FORBIDDEN, "you may not read this channel");
    } else if (!node.showsPresence(channel)) {
      fail(presence.id(), ErrorCode.NO_PRESENCE, "this channel does not tell who is in it");
    } else {
      var bounds = pageOf(limits.presenceMembers());
      readAlone(
          presence.id(),
          bounds,
          () -> node.engine.presence().members(channel, bounds),
          page -> new ServerMessage.Presence(presence.id(), channel, page.total(), page.members()));
    }
  }

  private void enterPresence(Session session, String channel) {
    if (connection.open() && node.showsPresence(channel)) {
      var shown = new HashMap<String, Json>();
      for (var name : namespace(channel).presenceAttributes()) {
        var value = session.attributes().get(name);
        if (value != null) {
          shown.put(name, value);
        }
      }
      var member = new Member(session.id(), session.user(), shown);
      lane()
          .when(
              node.engine.presence().enter(channel, member, session.lease()),
              (done, failure) -> {
                if (failure != null) {
                  node.engineFailed("presence", failure);
                  enterPresenceLater(session, channel);
                }
              });
    }
  }

  /** What is shown may be older than what the session has. The end of an outage enters all anew. */
  private void enterPresenceLater(Session session, String channel) {
    if (!node.watch(lane()).outages().lasting()) {
      lane()
          .schedule(
              SETTLE_NS,
              () -> {
                if (this.session == session && session.subscription(channel).isPresent()) {
                  enterPresence(session, channel);
                }
              });
    }
  }

  void collectPresence(Collection<PresenceStore.Entry> entries) {
    if (session != null) {
      for (var subscription : session.subscriptions()) {
        if (node.showsPresence(subscription.channel())) {
          entries.add(new PresenceStore.Entry(subscription.channel(), session.lease()));
        }
      }
    }
  }

  /** Is in the channel, and is not shown there: someone took it out, or the store forgot it. */
  void enterAgain(PresenceStore.Entry entry) {
    if (session != null
        && session.lease().equals(entry.lease())
        && session.subscription(entry.channel()).isPresent()) {
      enterPresence(session, entry.channel());
    }
  }

  // Directed messages.

  private void send(Session session, Command.Send send) {
    if (tooLargeNow(send.id(), send.data())) {
      return;
    }
    answered(
        send.id(),
        ErrorCode.UNKNOWN,
        inFlight(
            send.data(),
            node.router.send(
                send.to(),
                send.data(),
                Optional.of(sender(session)),
                send.dedupe().isEmpty() ? "" : session.id() + ':' + send.dedupe())),
        routed -> {
          if (routed.sessions() > 0) {
            if (send.id() != Command.NO_ID) {
              connection.send(
                  new ServerMessage.Sent(
                      send.id(), routed.sessions(), routed.full(), routed.duplicate()));
            }
          } else if (routed.full() > 0) {
            fail(send.id(), ErrorCode.INBOX_FULL, "the inbox is full, nobody took it");
          } else {
            fail(send.id(), ErrorCode.NO_RECIPIENT, "there is no such session, nobody took it");
          }
        });
  }

  private void acknowledge(Session session, Command.AckInbox ack) {
    if (inbox == null || !inbox.mayAcknowledge(ack.offset())) {
      fail(ack.id(), ErrorCode.BAD_OFFSET, "nothing was sent at this offset yet");
      return;
    }
    var reader = inbox;
    acknowledged(
        session,
        ack.id(),
        () -> node.engine.inboxes().acknowledge(session.lease(), ack.offset()),
        () -> reader.acknowledged(ack.offset()));
  }

  private void acknowledge(Session session, Command.AckChannel ack) {
    var subscription = session.subscription(ack.channel());
    if (subscription.isEmpty() || positionless(ack.channel())) {
      fail(ack.id(), ErrorCode.NOT_SUBSCRIBED, "the session is not subscribed, with positions");
    } else if (!node.hub.sent(subscription.get(), ack.position())) {
      fail(ack.id(), ErrorCode.BAD_OFFSET, "nothing was sent at this position yet");
    } else {
      if (places != null) {
        places.overtaken(ack.channel());
      }
      acknowledged(
          session,
          ack.id(),
          () -> node.engine.sessions().acknowledge(session.lease(), ack.channel(), ack.position()),
          () -> subscription.get().acknowledged(ack.position()));
    }
  }

  private void acknowledged(
      Session session, long id, Supplier<CompletionStage<Fence>> step, Runnable remembered) {
    answered(
        id,
        ErrorCode.UNKNOWN,
        underLease(session, step),
        fence -> {
          if (fence == Fence.HELD) {
            remembered.run();
            acked(id);
          }
        });
  }

  private void acked(long id) {
    if (id != Command.NO_ID) {
      connection.send(new ServerMessage.Acked(id));
    }
  }

  /** From any thread: something was appended to the inbox. */
  void wakeInbox() {
    connection
        .lane()
        .execute(() -> {
          if (inbox != null) {
            inbox.wake();
          }
        });
  }

  // Attributes and tags.

  private void set(Session session, Command.SetAttributes set) {
    var attributes = session.attributesAfter(set.attributes());
    var refusal = SessionBounds.refusal(node.settings, attributes, set.tags());
    if (refusal.isPresent()) {
      fail(set.id(), refusal.get().code(), refusal.get().message());
      return;
    }
    // Twice: an engine in this process counts what it stores, too.
    if (!memory().offers(2L * SessionWeight.ofAttributes(set.attributes()))) {
      failForMemory(set.id(), memory());
      return;
    }
    holdOthers();
    var written = write(session, set.attributes(), set.tags());
    answered(
        set.id(),
        ErrorCode.UNKNOWN,
        written,
        fence -> {
          if (fence == Fence.HELD) {
            session.attributes(attributes);
            weigh(session);
            set.tags().ifPresent(tags -> retagged(session, tags));
            session.subscriptions().forEach(s -> enterPresence(session, s.channel()));
            connection.send(attributes(set.id(), session));
            goOn();
          }
        },
        () -> {
          lane().when(written, (fence, failure) -> doubt(set.attributes().keySet(), failure));
          goOn();
        });
  }

  /** What nobody knows to be stored is written back to what is here, unless it surely was not. */
  private void doubt(Set<String> attributes, @Nullable Throwable failure) {
    if (!NotDoneException.is(failure)) {
      if (doubtful == null) {
        doubtful = new HashSet<>();
        lane().schedule(SETTLE_NS, this::settle);
      }
      doubtful.addAll(attributes);
    }
  }

  /** The store has what is here, from the answer on: until then get and presence may differ. */
  private void settle() {
    var attached = session;
    if (attached == null || doubtful == null) {
      return;
    }
    if (held || node.watch(lane()).outages().lasting()) {
      lane().schedule(SETTLE_NS, this::settle); // a set may be under way, which comes first
      return;
    }
    var values = new HashMap<String, Json>();
    doubtful.forEach(name -> values.put(name, attached.attributes().getOrDefault(name, Json.NULL)));
    doubtful = null;
    lane()
        .when(
            underLease(
                attached,
                () ->
                    node.engine
                        .sessions()
                        .set(attached.lease(), values, Optional.of(attached.tags()))),
            (fence, failure) -> {
              if (fence == null && session == attached) {
                node.engineFailed("settle", failure);
                doubt(values.keySet(), new IllegalStateException("still in doubt", failure));
              }
            });
  }

  /**
   * Listed first, stored then, struck off the list last: whatever fails, the directory lists too
   * many and never too few. What is listed is all that the session will have, not what is new: of
   * an earlier try nobody knows what it left.
   */
  private CompletionStage<Fence> write(
      Session session, Map<String, Json> attributes, Optional<Set<String>> tags) {
    return underLease(
        session,
        () ->
            lane()
                .then(
                    list(session, tags),
                    listed -> node.engine.sessions().set(session.lease(), attributes, tags)));
  }

  private CompletionStage<Boolean> list(Session session, Optional<Set<String>> tags) {
    if (tags.isEmpty()) {
      return CompletableFuture.completedFuture(true);
    }
    var listed = new CompletableFuture<Boolean>();
    lane()
        .ask(
            () -> node.engine.directory().add(Listings.of(session.id(), "", tags.get())),
            (done, failure) -> {
              if (failure == null) {
                listed.complete(true);
              } else {
                // The command is not done as a whole, whatever became of the list.
                listed.completeExceptionally(
                    new NotDoneException("not listed, and so not stored", failure));
              }
            });
    return listed;
  }

  /** The store has these tags, in place of those that are here. */
  private void retagged(Session session, Set<String> tags) {
    for (var tag : session.tags()) {
      if (!tags.contains(tag)) {
        node.noting(
            "directory", node.engine.directory().remove(new Target.ToTag(tag), session.id()));
      }
    }
    session.tags(tags);
    weigh(session);
  }

  /** The session is to have these tags, which not the client has chosen. */
  CompletionStage<Fence> retag(Session session, Set<String> tags) {
    return lane()
        .then(
            write(session, Map.of(), Optional.of(tags)),
            fence -> {
              if (fence == Fence.HELD) {
                retagged(session, tags);
              }
              return CompletableFuture.completedFuture(fence);
            });
  }

  /** Under what the session is to be listed. */
  void collectListings(Collection<SessionDirectory.Entry> entries) {
    if (session != null) {
      entries.addAll(Listings.of(session));
    }
  }

  private static ServerMessage attributes(long id, Session session) {
    return new ServerMessage.Attributes(id, session.attributes(), session.tags());
  }

  // How a session leaves this connection.

  private void end(Session session, Command.End end) {
    holdOthers();
    answered(
        end.id(),
        ErrorCode.UNKNOWN,
        forgetting(node.engine.sessions().end(session.lease())),
        gone -> {
          if (gone.isPresent()) {
            ended(session, end.id());
          } else {
            endRefused(session, end);
          }
        },
        () -> {
          lane().schedule(SETTLE_NS, () -> verify(session));
          goOn();
        });
  }

  /**
   * What a session leaves is known from this answer alone: it is removed though the connection may
   * be gone by then.
   */
  private CompletionStage<Optional<Gone>> forgetting(CompletionStage<Optional<Gone>> ending) {
    return lane()
        .then(
            ending,
            gone -> {
              gone.ifPresent(node::ended);
              return CompletableFuture.completedFuture(gone);
            });
  }

  /** Whether the session is there, though an end may have been done whose answer got lost. */
  private void verify(Session session) {
    if (this.session != session) {
      return;
    }
    if (held || node.watch(lane()).outages().lasting()) {
      lane().schedule(SETTLE_NS, () -> verify(session)); // it may be ending again, and be told so
      return;
    }
    ask(session, () -> verify(session));
  }

  private void ended(Session session, long id) {
    connection.send(new ServerMessage.Ended(id));
    node.observer.sessionEnded(session.id());
    letGo(session);
    connection.close(CloseCode.ENDED);
  }

  /**
   * The lease does not hold. There may be no such session any more, because an earlier end was done
   * though its answer got lost, or because the store forgot it: then it has ended as asked. Else
   * someone has it, or could, or it was taken from a node that seemed dead.
   */
  private void endRefused(Session session, Command.End end) {
    heldAnswered(
        end.id(),
        ErrorCode.UNKNOWN,
        node.engine.sessions().holder(session.id()),
        holder -> {
          if (this.session != session) {
            return;
          }
          if (holder.isEmpty()) {
            node.ended(session.gone());
            ended(session, end.id());
          } else {
            lane()
                .when(
                    refused(session),
                    (whole, failure) -> {
                      if (whole != null && whole) {
                        end(session, end);
                      }
                    });
          }
        });
  }

  /**
   * A write under the session's lease. If the store has forgotten the session, it is written anew
   * first, and the write, which was surely not done, follows then. {@link Fence#LOST} when others
   * have the session: then the connection is closed.
   */
  CompletionStage<Fence> underLease(Session session, Supplier<CompletionStage<Fence>> step) {
    return lane()
        .then(
            counted(step),
            fence ->
                fence == Fence.HELD
                    ? CompletableFuture.completedFuture(fence)
                    : lane().then(refused(session), whole -> again(whole, step)));
  }

  private CompletionStage<Fence> again(boolean whole, Supplier<CompletionStage<Fence>> step) {
    return whole
        ? lane()
            .then(
                counted(step),
                fence ->
                    fence == Fence.HELD
                        ? CompletableFuture.completedFuture(fence)
                        : CompletableFuture.failedFuture(
                            new NotDoneException("the engine has forgotten the session again")))
        : CompletableFuture.completedFuture(Fence.LOST);
  }

  private CompletionStage<Fence> counted(Supplier<CompletionStage<Fence>> step) {
    var stage = step.get();
    writing++;
    lane().when(stage, (fence, failure) -> writing--);
    return stage;
  }

  /** A write that no client waits for. */
  void writing(Session session, String step, Supplier<CompletionStage<Fence>> write) {
    lane()
        .when(
            underLease(session, write),
            (fence, failure) -> {
              if (fence == null) {
                node.engineFailed(step, failure);
              }
            });
  }

  // When the store does not have the session.

  /**
   * The store says that the session is not held under its lease: because others have it, or because
   * it has forgotten it.
   *
   * @return whether it is held again; else the connection is closed
   */
  private CompletionStage<Boolean> refused(Session session) {
    lane().check();
    if (this.session != session) {
      return CompletableFuture.completedFuture(false);
    }
    if (mending != null) {
      return mending;
    }
    var mended = new CompletableFuture<Boolean>();
    mending = mended;
    ask(session);
    return mended;
  }

  private void ask(Session session) {
    ask(session, () -> ask(session));
  }

  /** What the store knows of the session; {@code again} when it did not answer. */
  private void ask(Session session, Runnable again) {
    lane()
        .ask(
            () -> node.engine.sessions().renew(List.of(session.lease())),
            (renewal, failure) -> {
              if (this.session != session) {
                return;
              }
              if (renewal == null) {
                node.engineFailed("renew", failure);
                lane().schedule(SETTLE_NS, again);
              } else {
                judge(renewal);
              }
            });
  }

  /** What a renewal of this session alone says. */
  private void judge(SessionStore.Renewal renewal) {
    if (!renewal.lost().isEmpty()) {
      lost();
    } else if (!renewal.forgotten().isEmpty()) {
      heal();
    } else {
      mended();
    }
  }

  /** The store has forgotten the session, and what was in its inbox. */
  void forgotten() {
    if (inbox != null) {
      inbox.doubt();
    }
    mayBeForgotten();
  }

  void mayBeForgotten() {
    lane().check();
    if (session != null && mending == null) {
      mending = new CompletableFuture<>();
      heal();
    }
  }

  private void heal() {
    lease().ifPresent(lease -> node.watch(lane()).healing().add(this, lease));
  }

  /** Writes the session anew, as it is here, if the connection still has it under this lease. */
  void restore(Lease lease, Consumer<Healing.Outcome> done) {
    lane().check();
    var attached = session;
    var reader = inbox;
    if (attached == null || !attached.lease().equals(lease)) {
      done.accept(Healing.Outcome.OVER);
    } else if (reader == null || writing > 0) {
      // It is not known yet what there is, or what is under way would be written over.
      done.accept(Healing.Outcome.AGAIN);
    } else {
      var known = attached.stored(reader.acknowledged());
      lane()
          .ask(
              () -> node.engine.sessions().restore(lease, known, reader.sent(), reader.unread()),
              (fence, failure) -> done.accept(restored(attached, fence, failure)));
    }
  }

  private Healing.Outcome restored(
      Session restored, @Nullable Fence fence, @Nullable Throwable failure) {
    if (fence == null) {
      node.engineFailed("restore", failure);
      return Healing.Outcome.AGAIN;
    }
    if (session != restored) {
      debts().release(restored.lease()); // it was let go of meanwhile, and nobody else would
      return Healing.Outcome.OVER;
    }
    if (fence == Fence.HELD) {
      connection.attempt(this::mended);
      return Healing.Outcome.HEALED;
    }
    lost();
    return Healing.Outcome.OVER;
  }

  private void mended() {
    var mended = mending;
    mending = null;
    if (mended != null) {
      mended.complete(true);
    }
    revive();
  }

  void lost(Lease lease) {
    if (lease().filter(lease::equals).isPresent()) {
      lost();
    }
  }

  /** On the lane: others have the session, or could have had it, or it has ended. */
  void lost() {
    lane().check();
    if (session == null) {
      return;
    }
    if (mending == null) {
      mending = new CompletableFuture<>();
    }
    var lease = session.lease();
    lane()
        .ask(
            () -> node.engine.sessions().holder(lease.session()),
            (holder, failure) -> {
              var taken = holder != null && holder.flatMap(held -> held).isPresent();
              lose(lease, taken ? CloseCode.TAKEN_OVER : CloseCode.SESSION_LOST);
            });
  }

  /**
   * From any thread: {@code lease} was superseded. {@code done} when nothing more is sent under it.
   */
  void loseSession(Lease lease, CloseCode code, CompletableFuture<Boolean> done) {
    connection
        .lane()
        .execute(() -> {
          lose(lease, code);
          done.complete(true);
        });
  }

  void lose(Lease lease, CloseCode code) {
    if (session != null && session.lease().equals(lease)) {
      node.observer.sessionLost(session.id());
      letGo(session);
      connection.close(code);
    }
  }

  /** The user may not have this session after all: it is removed before anybody heard of it. */
  void discard(Session refused) {
    letGo(refused);
    debts().end(refused.lease());
  }

  /** Whoever came for the session cannot have it yet, and may come again. */
  void giveBack(Session refused) {
    letGo(refused);
    debts().release(refused.lease());
  }

  /** Forgets the session here; the store is left as it is. */
  private void letGo(Session left) {
    for (var subscription : List.copyOf(left.subscriptions())) {
      node.hub.leave(subscription);
    }
    node.attachments.detach(left.lease(), this);
    node.letGo(left.lease());
    keep(Budgets.CONNECTION_BYTES + waitingBytes - kept);
    content = 0;
    session = null;
    inbox = null;
    if (mending != null) {
      mending.complete(false);
      mending = null;
    }
  }

  @Override
  public void drained() {
    if (readings != null) {
      readings.goOn();
    }
    pauseOrResume();
    if (inbox != null) {
      inbox.wake();
    }
  }

  @Override
  public void gone(CloseCode code) {
    lane().check();
    node.closed(this);
    waiting = null;
    keep(-waitingBytes);
    waitingBytes = 0;
    if (admission != null) {
      admission.connectionGone();
    }
    if (session != null) {
      var left = session;
      var reader = inbox;
      left.subscriptions().forEach(each -> leavePresence(left, each.channel()));
      letGo(left);
      if (reader == null) {
        debts().release(left.lease());
      } else {
        var known = left.stored(reader.acknowledged());
        debts().release(left.lease(), known, reader.sent());
      }
      node.observer.sessionDetached(left.id());
    }
    keep(-kept);
    over = true;
  }

  // What the watch does.

  void tick(long now, long listeningSince) {
    if (!greeted && now - connectBy >= 0) {
      connection.close(CloseCode.CONNECT_TIMEOUT);
    } else if (now - authorizedUntil >= 0) {
      connection.close(CloseCode.UNAUTHORIZED);
    } else {
      connection.tick(node.settings.heartbeat(), now, listeningSince);
    }
  }

  /** The engine cannot be reached. */
  void degrade() {
    lane().check();
    if (inbox != null && !degraded) {
      degraded = true;
      connection.send(new ServerMessage.Degraded(true));
    }
  }

  /** The engine can be reached again, and the lease was checked: catches up with what it said. */
  void revive() {
    lane().check();
    var attached = session;
    if (attached == null || inbox == null || mending != null) {
      return;
    }
    inbox.wake();
    attached.subscriptions().forEach(s -> enterPresence(attached, s.channel()));
    node.noting("directory", node.engine.directory().add(Listings.of(attached)));
    if (degraded) {
      degraded = false;
      connection.send(new ServerMessage.Degraded(false));
    }
  }

  Lane lane() {
    return connection.lane();
  }

  private Debts debts() {
    return node.watch(connection.lane()).debts();
  }

  Optional<Lease> lease() {
    return Optional.ofNullable(session).map(Session::lease);
  }

  /** Sends the client elsewhere, with the answers that it still waits for. */
  void drain() {
    lane().check();
    if (!connection.open() || draining) {
      return;
    }
    draining = true;
    var after = node.randomUpTo(Duration.ofSeconds(1)).toMillis();
    connection.send(new ServerMessage.Reconnect(after, "drain"));
    var lane = connection.lane();
    if (inFlight == 0) {
      lane.afterTurn(() -> connection.close(CloseCode.SERVICE_RESTART));
    } else {
      lane.schedule(LAST_REPLIES_NS, () -> connection.close(CloseCode.SERVICE_RESTART));
    }
  }
}
