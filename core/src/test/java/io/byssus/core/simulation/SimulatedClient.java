package io.byssus.core.simulation;

import io.byssus.core.connection.Connection;
import io.byssus.core.connection.Peer;
import io.byssus.core.lane.Lane;
import io.byssus.core.testing.FakeSocket;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Decoded;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage;
import io.byssus.protocol.ServerMessage.Item;
import io.byssus.protocol.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * A well-behaved client which believes nothing: it keeps its positions, comes back with them,
 * repeats what was not answered, and throws when what it hears breaks a promise.
 */
final class SimulatedClient {
  private final TestNode node;
  private final RandomGenerator random;
  private final World world;
  private final String name;

  private FakeSocket socket = new FakeSocket();
  private Link link = new Link();
  private Lane lane;
  private int pongs;
  private boolean online;
  private boolean connecting;

  private Optional<ServerMessage.Connected> session = Optional.empty();
  private boolean withPositions;
  private final Map<String, Position> held = new HashMap<>();
  private final Map<String, Position> acknowledged = new HashMap<>();
  private final Set<String> live = new HashSet<>();
  private final Set<String> jumps = new HashSet<>();
  private long inboxHeld;
  private boolean inboxJump;

  private long lastId;
  private final Map<Long, Command> unanswered = new HashMap<>();
  private final List<Command.Publish> toRepeat = new ArrayList<>();

  SimulatedClient(TestNode node, World world, String name) {
    this.node = node;
    this.random = node.random;
    this.world = world;
    this.name = name;
  }

  /** The connection that a socket got, once its lane has opened it. */
  private static final class Link {
    private Connection connection;
  }

  boolean online() {
    return online;
  }

  Optional<String> session() {
    return session.map(ServerMessage.Connected::session);
  }

  boolean welcome() {
    return online && !connecting && session.isPresent();
  }

  // What it does.

  void come() {
    socket = new FakeSocket();
    var lanes = node.lanes.lanes().all();
    lane = lanes.get(random.nextInt(lanes.size()));
    pongs = 0;
    link = new Link();
    var opened = socket;
    var opening = link;
    var on = lane;
    opened.onDrained(() -> on.execute(() -> opening.connection.drained()));
    lane.execute(() ->
        opening.connection = node.node.open(on, opened, node.wire, new Peer("127.0.0.1", true)));
    online = true;
    connecting = true;
    live.clear();
    unanswered.clear();
    withPositions = random.nextInt(4) > 0;
    say(connect());
  }

  private Command connect() {
    return new Command.Connect(
        ++lastId,
        name,
        session.map(s -> new Command.Resume(s.session(), s.resume())),
        Set.of(),
        Map.of(),
        withPositions ? held : Map.of(),
        session.isPresent() ? Optional.of(inboxHeld) : Optional.empty(),
        false,
        0);
  }

  void cut() {
    socket.cut();
    leave();
  }

  /**
   * The transport of a real node would tell the connection; so do we, unless the node closed it
   * itself.
   */
  private void leave() {
    online = false;
    var dead = link;
    lane.execute(() -> dead.connection.gone(CloseCode.GOING_AWAY));
    for (var command : unanswered.values()) {
      if (command instanceof Command.Publish publish) {
        toRepeat.add(publish);
      }
    }
    unanswered.clear();
    live.clear();
  }

  void subscribe(String channel) {
    if (!live.contains(channel)) {
      var from = Optional.ofNullable(random.nextBoolean() ? held.get(channel) : null);
      say(new Command.Subscribe(++lastId, channel, from));
    }
  }

  void unsubscribe(String channel) {
    if (live.contains(channel)) {
      say(new Command.Unsubscribe(++lastId, channel));
    }
  }

  void publish(String channel) {
    var text = world.newText();
    say(new Command.Publish(++lastId, channel, text, text.toString(), Durability.ACCEPTED));
  }

  void repeatOne() {
    if (!toRepeat.isEmpty()) {
      var old = toRepeat.removeFirst();
      say(new Command.Publish(++lastId, old.channel(), old.data(), old.dedupe(), old.durability()));
    }
  }

  void send(String toSession) {
    say(new Command.Send(++lastId, new Target.ToSession(toSession), world.newText()));
  }

  void acknowledge(String channel) {
    var position = held.get(channel);
    if (live.contains(channel) && position != null) {
      say(new Command.AckChannel(++lastId, channel, position));
    }
  }

  void acknowledgeInbox() {
    say(new Command.AckInbox(++lastId, inboxHeld));
  }

  void end() {
    say(new Command.End(++lastId));
  }

  void stopReading() {
    socket.stopReading();
  }

  void readAgain() {
    socket.readAgain();
  }

  boolean mustRepeat() {
    return !toRepeat.isEmpty();
  }

  private void say(Command command) {
    unanswered.put(command.id(), command);
    var to = link;
    lane.execute(() -> to.connection.received(new Decoded.Good(command)));
  }

  // What it hears.

  /** Reads up to {@code most} messages. */
  void read(int most) {
    if (online && socket.pings() > pongs) {
      pongs = socket.pings();
      var heard = link;
      lane.execute(() -> heard.connection.heard());
    }
    for (int i = 0; i < most && online; i++) {
      var message = socket.read();
      if (message.isPresent()) {
        hear(message.get());
      } else if (socket.closed().isPresent()) {
        closed(socket.closed().get());
        return;
      } else {
        return;
      }
    }
  }

  private void closed(CloseCode code) {
    leave();
    if (!code.reconnect()) {
      forgetSession();
    }
  }

  private void forgetSession() {
    session.ifPresent(s -> world.sessionOver(s.session()));
    session = Optional.empty();
    held.clear();
    acknowledged.clear();
    live.clear();
    jumps.clear();
    toRepeat.clear();
    unanswered.clear();
    inboxHeld = 0;
    inboxJump = false;
  }

  private void hear(ServerMessage message) {
    switch (message) {
      case ServerMessage.Connected connected -> connected(connected);
      case ServerMessage.Subscribed subscribed -> subscribed(subscribed);
      case ServerMessage.Unsubscribed(var id, var channel) -> {
        unanswered.remove(id);
        live.remove(channel);
        held.remove(channel);
        acknowledged.remove(channel);
      }
      case ServerMessage.Message(var channel, var pattern, var item) -> {
        if (pattern.isEmpty()) {
          message(channel, item);
        } else {
          world.check(live.contains(pattern), name + " is not subscribed to " + pattern);
        }
      }
      case ServerMessage.Direct(var item) -> direct(item);
      case ServerMessage.Published(var id, var position, var level, var duplicate) ->
          world.published((Command.Publish) answered(id), position);
      case ServerMessage.Sent(var id, var sessions, var full) ->
          world.sent((Command.Send) answered(id));
      case ServerMessage.Acked(var id) -> {
        if (answered(id) instanceof Command.AckChannel(var ack, var channel, var position)) {
          acknowledged.put(channel, position);
        }
      }
      case ServerMessage.Missed missed -> missed(missed);
      case ServerMessage.Ended(var id) -> forgetSession();
      case ServerMessage.Failed(var id, var code, var text) -> failed(id, code);
      case ServerMessage.Attributes _,
          ServerMessage.Presence _,
          ServerMessage.History _,
          ServerMessage.Pong _,
          ServerMessage.Degraded _,
          ServerMessage.Reconnect _ -> {}
    }
  }

  private Command answered(long id) {
    var command = unanswered.remove(id);
    world.check(command != null, name + " hears an answer to nothing: " + id);
    return command;
  }

  private void connected(ServerMessage.Connected connected) {
    answered(connected.id());
    world.check(
        connected.resumed() == session.isPresent(), name + " resumed something else: " + connected);
    session.ifPresent(
        s -> world.check(s.session().equals(connected.session()), name + " got another session"));
    if (!connected.resumed()) {
      held.clear();
      acknowledged.clear();
      inboxHeld = 0;
    }
    connecting = false;
    session = Optional.of(connected);
    world.welcomed(connected.session(), this);
  }

  private void subscribed(ServerMessage.Subscribed subscribed) {
    var channel = subscribed.channel();
    var asked = (Command.Subscribe) unanswered.remove(subscribed.id());
    if (moved(subscribed)) {
      return;
    }
    live.add(channel);
    jumps.remove(channel);
    if (subscribed.position().isEmpty()) {
      return;
    }
    var position = subscribed.position().get();
    var start = position.at(position.offset() - subscribed.missed());
    switch (subscribed.recovery()) {
      case Recovery.Complete() ->
          world.check(
              mayStart(asked, channel, start),
              name
                  + " asked to read "
                  + channel
                  + " on from "
                  + held.get(channel)
                  + " (acknowledged "
                  + acknowledged.get(channel)
                  + ") and is told to be complete from "
                  + start);
      case Recovery.NotAsked() ->
          world.check(asked != null && asked.position().isEmpty(), name + " did ask");
      case Recovery.Lost(var reason) -> {
        world.check(subscribed.missed() == 0, "a partial replay");
        world.lost(reason);
        skipsNothing(asked, channel, reason, start);
      }
    }
    held.put(channel, start);
    if (!(subscribed.recovery() instanceof Recovery.Complete)) {
      acknowledged.put(channel, start);
    } else {
      acknowledged.putIfAbsent(channel, start);
    }
  }

  /** What we miss is gone, and what follows comes. The node may know better where we stood. */
  private void skipsNothing(Command.Subscribe asked, String channel, Gap reason, Position place) {
    var mine = asked == null ? Optional.ofNullable(held.get(channel)) : asked.position();
    if (mine.isPresent() && (asked != null || withPositions) && reason != Gap.OVERFLOW) {
      world.skipsNothing(channel, mine.get(), place);
    }
  }

  /** The channel goes on in a newer epoch from where we are. */
  private boolean moved(ServerMessage.Subscribed subscribed) {
    var channel = subscribed.channel();
    var before = held.get(channel);
    var unasked = subscribed.id() == Command.NO_ID && live.contains(channel);
    if (!unasked || before == null || subscribed.position().isEmpty()) {
      return false;
    }
    var position = subscribed.position().get();
    if (position.equals(before) || !jumps.contains(channel)) {
      world.check(
          subscribed.missed() > 0 || world.same(channel, before, position),
          name + " holds " + before + " of " + channel + " and is moved to " + position);
    }
    held.put(channel, position.at(position.offset() - subscribed.missed()));
    return true;
  }

  private boolean mayStart(Command.Subscribe asked, String channel, Position start) {
    if (asked != null) {
      return asked.position().isPresent() && world.same(channel, asked.position().get(), start);
    }
    var mine = held.get(channel);
    if (mine == null) {
      // The answer to subscribe was cut off: the server knows a subscription that we don't.
      return true;
    }
    if (withPositions) {
      return world.same(channel, mine, start);
    }
    if (world.mayGoOn(session().orElseThrow(), channel, start)) {
      return true;
    }
    var surely = acknowledged.get(channel);
    return start.offset() <= mine.offset()
        && (surely == null
            ? world.goesOn(channel, start, mine)
            : start.offset() >= surely.offset() && world.goesOn(channel, surely, start));
  }

  private void message(String channel, Item item) {
    world.check(live.contains(channel), name + " is not subscribed to " + channel);
    if (item.offset() == 0) {
      return;
    }
    var before = held.get(channel);
    world.check(
        item.offset() == before.offset() + 1 || jumps.remove(channel),
        name + " holds " + before + " of " + channel + " and hears " + item.offset());
    held.put(channel, before.at(item.offset()));
    world.seen(channel, held.get(channel), item.data());
  }

  private void direct(Item item) {
    world.check(
        item.offset() == inboxHeld + 1 || inboxJump,
        name + " holds " + inboxHeld + " of its inbox and hears " + item.offset());
    inboxJump = false;
    inboxHeld = item.offset();
    world.received(session.orElseThrow().session(), item.data());
  }

  private void missed(ServerMessage.Missed missed) {
    world.lost(missed.reason());
    if (missed.channel().isEmpty()) {
      inboxJump = true;
      world.inboxGap(session.orElseThrow().session());
    } else if (missed.position().isPresent()) {
      if (!jumps.contains(missed.channel())) {
        world.skipsNothing(missed.channel(), held.get(missed.channel()), missed.position().get());
      }
      held.put(missed.channel(), missed.position().get());
    } else {
      world.check(missed.reason() == Gap.OVERFLOW, "a gap without a position: " + missed);
      jumps.add(missed.channel());
    }
  }

  private void failed(long id, ErrorCode code) {
    var command = answered(id);
    switch (code) {
      case UNKNOWN, UNAVAILABLE, RATE_LIMITED -> {
        if (command instanceof Command.Publish publish) {
          toRepeat.add(publish);
        } else if (command instanceof Command.Connect) {
          cut();
        } else if (command instanceof Command.Unsubscribe unsubscribe) {
          live.remove(unsubscribe.channel());
          held.remove(unsubscribe.channel());
          acknowledged.remove(unsubscribe.channel());
        }
      }
      case SESSION_EXPIRED -> {
        forgetSession();
        cut();
      }
      case NO_RECIPIENT, INBOX_FULL, ALREADY_SUBSCRIBED, NOT_SUBSCRIBED, TOO_MANY_SESSIONS -> {}
      default -> throw new AssertionError(name + " is refused " + command + ": " + code);
    }
  }

  // At rest.

  /** All that was promised has come. */
  void checkAtRest(Map<String, Position> tops) {
    for (var channel : live) {
      var top = tops.get(channel);
      if (top != null) {
        world.check(
            top.equals(held.get(channel)),
            name + " holds " + held.get(channel) + " of " + channel + ", which ends at " + top);
      }
    }
  }

  @Override
  public String toString() {
    return name
        + (online ? connecting ? " connecting" : " online" : " offline")
        + ", session "
        + session().orElse("none")
        + ", socket "
        + socket.closed()
        + ", waits for "
        + unanswered;
  }

  static Json text(String text) {
    return Json.of('"' + text + '"');
  }
}
