package io.byssus.client;

import io.byssus.protocol.Position;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A client of a Byssus server. It holds one session over any number of connections: when a
 * connection breaks, it reconnects by itself, to any node, and continues where it was.
 *
 * <p><b>Threads.</b> All methods may be called by any thread, and return at once; but {@link
 * #close} waits for the store. One daemon thread, the lane, owns the client's state; there is one
 * for each processor, and clients share them. No code of the program ever runs on it, so nothing
 * that the program does holds up heartbeats, answers or reconnects. Handlers and what hangs on
 * futures run on the executor ({@link ClientBuilder#executor}): the events of the client one after
 * another, and those of each stream one after another. All threads are daemons: a program that only
 * listens must stay alive by itself.
 *
 * <p><b>Futures</b> fail with a {@link ByssusException}. Cancelling one changes nothing.
 */
public final class Client implements AutoCloseable {
  private final Lane lane;
  private final Events events;
  private final Subscriptions subscriptions;
  private final Inbox inbox;
  private final AckScheduler acks;
  private final ConnectRequest connectRequest;
  private final ClientCore core;
  private final Connector connector;
  private final Session session;
  private final Calls calls;
  private final Promise<Boolean> ready;
  private final Duration storing;

  Client(ClientBuilder with) {
    lane = with.lane.get();
    storing = with.storing;
    var executor = Threads.orOurs(lane, with.executor);
    var values = with.codec;
    ready = new Promise<>(executor);
    events = new Events(executor);
    subscriptions =
        new Subscriptions(
            lane,
            executor,
            values,
            with.queueMax,
            backoff(with),
            () -> this.changed(),
            subscription -> this.madeByServer(subscription));
    inbox = new Inbox(lane, executor, values, with.queueMax, () -> this.changed());
    var outbox = new Outbox(lane, with.outboxMax, with.random);
    var repeatable = new RepeatableCalls(lane, with.outboxMax, with.timeout);
    var heartbeatTimer = new HeartbeatTimer(lane, with.heartbeat, with.network);
    var token =
        new TokenProvider(
            lane, with.background, heartbeatTimer::readNetwork, with.token, with.tokenIsFixed);
    connectRequest =
        new ConnectRequest(
            with.server, token, with.attributes, with.tags, with.heartbeat, subscriptions, inbox);
    acks = new AckScheduler(lane, with.background, with.store, inbox, () -> this.saved());
    core = new ClientCore(events, subscriptions, inbox, outbox, repeatable, acks, ready);
    connector =
        new Connector(
            lane, with.transport.apply(lane), core, connectRequest, backoff(with), heartbeatTimer);
    session = new Session(connectRequest, values, () -> this.calls());
    calls =
        new Calls(
            new CallQueues(lane, executor, core, outbox, repeatable),
            values,
            session,
            connector,
            Optional.empty());
  }

  private Calls calls() {
    return calls;
  }

  private static Backoff backoff(ClientBuilder with) {
    return new Backoff(with.random, Duration.ofSeconds(30));
  }

  void start() {
    lane.execute(() ->
        acks.load(saved -> {
          saved.ifPresent(this::restore);
          connector.open();
        }));
  }

  private void restore(SavedSession saved) {
    connectRequest.identity(Identity.of(saved));
    subscriptions.restore(saved);
    inbox.restore(saved);
    // A resume does not bring attributes and tags.
    var unused = ready().thenCompose(Session::refresh);
  }

  private void changed() {
    acks.changed();
  }

  private void madeByServer(Subscription subscription) {
    events.emit(new ClientEvent.SubscribedByServer(subscription));
  }

  private Optional<SavedSession> saved() {
    var now = connectRequest.identity();
    return now.known()
        ? Optional.of(
            new SavedSession(now.session(), now.resume(), subscriptions.handled(), inbox.handled()))
        : Optional.empty();
  }

  // How it is.

  /** The present state; {@link ClientEvent.StateChanged} reports each change. */
  public ClientState state() {
    return core.state();
  }

  /** The session at the first connect; fails when the client is closed before. */
  public CompletableFuture<Session> ready() {
    return ready.future().thenApply(_1 -> session);
  }

  /** The present session. */
  public Session session() {
    return session;
  }

  /** Calls {@code handler} with each event of that kind from now on. */
  public <E extends ClientEvent> Client on(Class<E> kind, Consumer<? super E> handler) {
    events.on(kind, handler);
    return this;
  }

  // Channels.

  /**
   * Subscribes to a channel, or to a pattern ({@code news.*}), from now on. For the same channel it
   * returns the same object.
   */
  public Subscription subscribe(String channel) {
    return subscriptions.subscribe(channel, Optional.empty());
  }

  /** Subscribes from a position on, if this program has not subscribed to the channel yet. */
  public Subscription subscribe(String channel, Position after) {
    return subscriptions.subscribe(channel, Optional.of(after));
  }

  /**
   * Publishes JSON. It waits for a connection if there is none, and is repeated until the server
   * has answered, for at most 4 minutes; it is stored once. Fails with {@code unknown} if it may
   * have been stored or not; with any other code it surely was not.
   *
   * @param json one JSON value, such as {@code {"text":"hi"}}; {@link Byssus#text} makes one of
   *     text
   */
  public CompletableFuture<Published> publish(String channel, String json) {
    return calls.publish(channel, json);
  }

  /** The same with options. */
  public CompletableFuture<Published> publish(String channel, String json, PublishOptions options) {
    return calls.publish(channel, json, options);
  }

  /** Publishes what {@link ClientBuilder#codec} makes of {@code value}. */
  public CompletableFuture<Published> publishValue(String channel, Object value) {
    return calls.publishValue(channel, value);
  }

  /** The same with options. */
  public CompletableFuture<Published> publishValue(
      String channel, Object value, PublishOptions options) {
    return calls.publishValue(channel, value, options);
  }

  /** The members of a channel, where the operator shows them. */
  public CompletableFuture<Members> presence(String channel) {
    return calls.presence(channel);
  }

  /** The newest messages that a channel keeps. */
  public CompletableFuture<Page> history(String channel, int limit) {
    return calls.history(channel, limit);
  }

  /** The messages that a channel keeps after a position. */
  public CompletableFuture<Page> history(String channel, Position after, int limit) {
    return calls.history(channel, after, limit);
  }

  // Directed messages.

  /** The messages directed to this session. */
  public Inbox inbox() {
    return inbox;
  }

  /**
   * Sends JSON to a session, to all sessions of a user, or to all with a tag. It waits for a
   * connection if there is none, and is repeated until the server has answered, for at most 4
   * minutes; each inbox takes it once. Fails with {@code unknown} if some may have it; with any
   * other code surely nobody has.
   *
   * @param to for example {@code Target.user("42")}
   */
  public CompletableFuture<Sent> send(Target to, String json) {
    return calls.send(to, json);
  }

  /** The same with options. */
  public CompletableFuture<Sent> send(Target to, String json, SendOptions options) {
    return calls.send(to, json, options);
  }

  /** Sends what {@link ClientBuilder#codec} makes of {@code value}. */
  public CompletableFuture<Sent> sendValue(Target to, Object value) {
    return calls.sendValue(to, value);
  }

  /** The same with options. */
  public CompletableFuture<Sent> sendValue(Target to, Object value, SendOptions options) {
    return calls.sendValue(to, value, options);
  }

  /**
   * The same calls with a deadline: {@code client.within(Duration.ofSeconds(2)).publish(…)}. For
   * code that must answer somebody itself, such as the handler of an HTTP request.
   */
  public Calls within(Duration deadline) {
    return calls.within(deadline);
  }

  // The end, and what may hasten it.

  /**
   * Connects now instead of waiting any longer, since the network may be there again; if it is
   * connected, leaves that connection and resumes on another.
   */
  public void reconnect() {
    lane.execute(connector::reconnect);
  }

  /**
   * Sends a ping now, since the network may have changed. A connection without an answer in time is
   * dead, and the client reconnects.
   */
  public void probe() {
    lane.execute(connector::probe);
  }

  /**
   * Detaches: the session stays for its time to live, and {@link Store} knows it. What waits in the
   * outbox fails, with {@code not_sent} or {@code unknown}. Returns when the store has what it is
   * to have, and after two seconds at most.
   */
  @Override
  public void close() {
    lane.execute(connector::close);
    acks.awaitStored(storing);
  }

  /**
   * Ends the session for good, with all that it holds, and closes. Done when the server has. When
   * that fails ({@code unavailable}, {@code unknown}, {@code timeout}) the client is as it was:
   * call this again, or close.
   */
  public CompletableFuture<Void> end() {
    return calls.end();
  }
}
