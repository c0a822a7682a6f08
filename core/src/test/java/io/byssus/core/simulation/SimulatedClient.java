package io.byssus.core.simulation;

import io.byssus.core.connection.Connection;
import io.byssus.core.connection.Peer;
import io.byssus.core.lane.Lane;
import io.byssus.core.node.Identity;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A well-behaved client which believes nothing: it keeps its positions, comes back with them,
 * repeats what was not answered, and throws when what it hears breaks a promise.
 */
final class SimulatedClient {
  /** How an epoch begins that never was. */
  static final String NONSENSE = "never-was-";

  private static final List<String> TAGS = List.of("t1", "t2", "t3");
  private static final long LONG_AGO_NS = Duration.ofMinutes(1).toNanos();
  private static final Peer PEER = new Peer("127.0.0.1", true);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Simulation simulation;
  private final RandomGenerator random;
  private final World world;
  private final String user;
  private final String name;

  private Line line;
  private boolean online;
  private boolean connecting;
  private boolean degraded;
  private long cameAt;
  private long cameAtBytes;
  private int said;

  /** What it takes in a second; whoever is quick takes what there is. */
  private OptionalInt bytesPerSecond;

  private final List<Line> ghosts = new ArrayList<>();

  private Optional<ServerMessage.Connected> session = Optional.empty();
  private boolean withPositions;
  private final Map<String, Position> held = new HashMap<>();
  private final Map<String, Position> acknowledged = new HashMap<>();
  private final Set<String> live = new HashSet<>();
  private final Set<String> outlives = new HashSet<>();
  private final Set<String> jumps = new HashSet<>();
  private long inboxHeld;
  private boolean inboxJump;

  private Set<String> givenTags = Set.of();
  private long setForSure;
  private final Set<Set<String>> tagsMayBe = new HashSet<>();
  private final Set<Optional<Json>> nameMayBe = new HashSet<>();
  private final Set<String> left = new HashSet<>();
  private final Map<String, Json> newest = new HashMap<>();
  private Optional<Map.Entry<String, Json>> owedLatest = Optional.empty();

  private long lastId;
  private final Map<Long, Command> unanswered = new HashMap<>();
  private final List<Command.Publish> toRepeat = new ArrayList<>();

  /** Published perhaps: a later try that is refused says nothing of the earlier. */
  private final Set<Json> inDoubt = new HashSet<>();

  private final Set<String> toLeave = new HashSet<>();
  private final Set<String> toJoin = new HashSet<>();
  private Optional<Command.SetAttributes> toSet = Optional.empty();

  SimulatedClient(Simulation simulation, World world, String user, String name) {
    this.simulation = simulation;
    this.random = simulation.random;
    this.world = world;
    this.user = user;
    this.name = name;
    this.bytesPerSecond =
        simulation.has(Misfortune.SLOW_PEERS) && random.nextInt(2) == 0
            ? OptionalInt.of(60 + random.nextInt(1_000))
            : OptionalInt.empty();
  }

  /** One connection, from the client's side. */
  private static final class Line {
    private final SimulatedNode at;
    private final Lane lane;
    private final SlowSocket socket;
    private final String session;
    private @Nullable Connection connection;
    private boolean stopped;
    private long readsAgainSince;
    private double credit;

    Line(SimulatedNode at, Lane lane, SlowSocket socket, String session) {
      this.at = at;
      this.lane = lane;
      this.socket = socket;
      this.session = session;
    }

    /** A transport closes what cannot be opened. */
    private void open(Supplier<Connection> opening) {
      try {
        connection = opening.get();
      } finally {
        if (connection == null) {
          socket.close(CloseCode.INTERNAL_ERROR);
        }
      }
    }

    private void on(Consumer<Connection> tell) {
      lane.execute(() -> {
        if (connection != null) {
          tell.accept(connection);
        }
      });
    }

    /** The transport hears something of the peer. */
    void say(Consumer<Connection> heard) {
      socket.say(() ->
          on(open -> {
            open.heard();
            heard.accept(open);
          }));
    }

    void drainedIfSo() {
      if (socket.roomAgain()) {
        on(Connection::drained);
      }
    }

    void gone() {
      socket.cut();
      on(open -> open.gone(CloseCode.GOING_AWAY));
    }
  }

  boolean online() {
    return online;
  }

  Optional<String> session() {
    return session.map(ServerMessage.Connected::session);
  }

  String user() {
    return user;
  }

  boolean welcome() {
    return online && !connecting && session.isPresent();
  }

  // What it does.

  /** On a node that takes connections; nothing happens while there is none. */
  void come() {
    if (open((at, on) -> at.node.node.open(on.lane, on.socket, at.wire, PEER))) {
      withPositions = random.nextInt(4) > 0;
      say(connect());
    }
  }

  /** Is let in as who it is. */
  void comeAs(Identity identity) {
    if (open((at, on) -> at.node.node.open(on.lane, on.socket, at.wire, PEER, identity))) {
      lastId = Identity.ID;
      unanswered.put(Identity.ID, new Command.Ping(Identity.ID, false));
    }
  }

  /** A new life, as far as it knows. */
  void forget() {
    forgetSession();
  }

  private boolean open(BiFunction<SimulatedNode, Line, Connection> opening) {
    var serving = simulation.serving();
    if (serving.isEmpty()) {
      return false;
    }
    var at = serving.get(random.nextInt(serving.size()));
    var lanes = at.lanes.lanes().all();
    var lane = lanes.get(random.nextInt(lanes.size()));
    var socket = new SlowSocket(highWater(), at.mishaps, lane);
    var opened = new Line(at, lane, socket, session().orElse(""));
    lane.execute(() -> opened.open(() -> opening.apply(at, opened)));
    line = opened;
    online = true;
    connecting = true;
    degraded = false;
    cameAt = simulation.now();
    cameAtBytes = simulation.bytesSaid();
    said = 0;
    live.clear();
    unanswered.clear();
    return true;
  }

  /**
   * The transport holds no more than the peer takes in some seconds, so that a ping gets through.
   */
  private int highWater() {
    return simulation.has(Misfortune.SLOW_PEERS)
        ? bytesPerSecond.orElse(500) * (1 + random.nextInt(4))
        : Integer.MAX_VALUE;
  }

  private Command connect() {
    givenTags = session.isPresent() ? Set.of() : someTags();
    return new Command.Connect(
        ++lastId,
        user,
        session.map(s -> new Command.Resume(s.session(), s.resume())),
        givenTags,
        Map.of(),
        withPositions ? held : Map.of(),
        session.isPresent() ? Optional.of(inboxHeld) : Optional.empty(),
        false,
        0);
  }

  private Set<String> someTags() {
    return TAGS.stream().filter(tag -> random.nextInt(3) == 0).collect(Collectors.toSet());
  }

  void cut() {
    line.gone();
    leave();
  }

  /** Its node was killed: nobody there hears of it. */
  void cutIfAt(SimulatedNode dead) {
    ghosts.removeIf(ghost -> ghost.at == dead);
    if (online && line.at == dead) {
      line.socket.cut();
      leave();
    }
  }

  /** Comes again on another connection; the old one stays open, and answers. */
  void comeBesides() {
    ghosts.add(line);
    leave();
    come();
  }

  void cutGhosts() {
    ghosts.forEach(Line::gone);
    ghosts.clear();
  }

  private void leave() {
    online = false;
    for (var command : unanswered.values()) {
      switch (command) {
        case Command.Publish publish -> {
          inDoubt.add(publish.data());
          toRepeat.add(publish);
        }
        case Command.SetAttributes set -> mayBeSet(set);
        case Command.Subscribe subscribe -> {
          toJoin.add(subscribe.channel());
          if (subscribe.position().isEmpty()) {
            // It may begin anew, where nobody has told us.
            held.remove(subscribe.channel());
            acknowledged.remove(subscribe.channel());
          }
        }
        default -> {}
      }
    }
    unanswered.clear();
    live.clear();
    newest.clear();
    owedLatest = Optional.empty();
  }

  /**
   * What is published now on a channel that keeps the latest, is what it ends with, if it stays.
   */
  void owes(String channel, Json value) {
    owedLatest = live.contains(channel) ? Optional.of(Map.entry(channel, value)) : Optional.empty();
  }

  /** Gives up what was not answered for long. */
  void loseNoPatience() {
    if (online && connecting && simulation.now() - cameAt > PATIENCE.toNanos()) {
      cut();
    }
  }

  /** Whether something was asked on this connection that has no answer. */
  boolean waits() {
    return online && !unanswered.isEmpty();
  }

  void subscribe(String channel) {
    if (!live.contains(channel)) {
      var from = Optional.ofNullable(random.nextBoolean() ? held.get(channel) : null);
      left.remove(channel);
      toLeave.remove(channel);
      say(new Command.Subscribe(++lastId, channel, from));
    }
  }

  void unsubscribe(String channel) {
    if (live.contains(channel) || toLeave.contains(channel)) {
      toJoin.remove(channel);
      say(new Command.Unsubscribe(++lastId, channel));
    }
  }

  Json publish(String channel) {
    var text = world.newText();
    say(new Command.Publish(++lastId, channel, text, text.toString(), Durability.ACCEPTED));
    return text;
  }

  void repeatOne() {
    if (!toRepeat.isEmpty()) {
      var old = toRepeat.removeFirst();
      say(new Command.Publish(++lastId, old.channel(), old.data(), old.dedupe(), old.durability()));
    }
    toSet.ifPresent(set -> {
      toSet = Optional.empty();
      say(new Command.SetAttributes(++lastId, set.attributes(), set.tags()));
    });
    toLeave.stream().findFirst().ifPresent(this::unsubscribe);
    toJoin.stream()
        .findFirst()
        .ifPresent(channel -> {
          toJoin.remove(channel);
          subscribe(channel);
        });
  }

  void set() {
    var tags = random.nextBoolean() ? Optional.of(someTags()) : Optional.<Set<String>>empty();
    toSet = Optional.empty();
    say(new Command.SetAttributes(++lastId, Map.of("name", world.newText()), tags));
  }

  private void mayBeSet(Command.SetAttributes set) {
    if (set.id() < setForSure) {
      return; // a later one has been done since
    }
    nameMayBe.add(Optional.of(set.attributes().get("name")));
    set.tags().ifPresent(tagsMayBe::add);
    toSet = Optional.of(set);
  }

  void get() {
    say(new Command.GetAttributes(++lastId));
  }

  void send(Target to) {
    say(new Command.Send(++lastId, to, world.newText()));
  }

  void acknowledge(String channel) {
    var position = held.get(channel);
    if (live.contains(channel) && position != null) {
      say(new Command.AckChannel(++lastId, channel, position));
    }
  }

  /** Acknowledges what never was. */
  void acknowledgeNonsense(String channel) {
    var position = held.get(channel);
    if (live.contains(channel) && position != null) {
      var nonsense = new Position(NONSENSE + "x".repeat(200), position.offset());
      say(new Command.AckChannel(++lastId, channel, nonsense));
    }
  }

  void acknowledgeInbox() {
    say(new Command.AckInbox(++lastId, inboxHeld));
  }

  void end() {
    outlives.clear();
    say(new Command.End(++lastId));
  }

  void stopReading() {
    line.stopped = true;
  }

  void readAgain() {
    if (online && line.stopped) {
      line.stopped = false;
      line.readsAgainSince = simulation.now();
    }
  }

  /** From here on its line carries so much. */
  void slowDown(int bytes) {
    bytesPerSecond = OptionalInt.of(bytes);
  }

  /** From here on it takes what there is. */
  void hurry() {
    bytesPerSecond = OptionalInt.empty();
  }

  boolean mustRepeat() {
    return !toRepeat.isEmpty() || !toLeave.isEmpty() || !toJoin.isEmpty() || toSet.isPresent();
  }

  private void say(Command command) {
    said++;
    unanswered.put(command.id(), command);
    line.say(connection -> connection.received(new Decoded.Good(command)));
  }

  // What it hears.

  /** So much time has passed in which it could read. */
  void pass(Duration time) {
    if (online && bytesPerSecond.isPresent()) {
      var more = bytesPerSecond.getAsInt() * (time.toNanos() / 1e9);
      line.credit = Math.min(line.credit + more, bytesPerSecond.getAsInt() + more);
    }
  }

  /** Reads up to {@code most} messages. */
  void read(int most) {
    ghosts.removeIf(this::fades);
    for (int i = 0; i < most && online && !line.stopped; i++) {
      var next = line.socket.peek();
      if (next.isEmpty()) {
        line.socket.closed().ifPresent(this::closed);
        return;
      }
      if (!takes(next.get().bytes())) {
        return;
      }
      var reading = line;
      reading.socket.read();
      reading.drainedIfSo();
      next.get().message().ifPresentOrElse(this::hear, () -> reading.say(connection -> {}));
    }
  }

  private boolean takes(int bytes) {
    if (bytesPerSecond.isPresent()) {
      // In debt for the last message, rather than never to take one that is longer.
      if (line.credit <= 0) {
        return false;
      }
      line.credit -= bytes;
    }
    return true;
  }

  /** Reads for an old connection; true when the node has closed it. */
  private boolean fades(Line ghost) {
    while (ghost.socket.peek().isPresent()) {
      if (ghost.socket.read().message().isEmpty()) {
        ghost.say(connection -> {});
      }
      ghost.drainedIfSo();
    }
    return ghost.socket.closed().isPresent();
  }

  private void closed(CloseCode code) {
    var quiet = line.socket.closedAt() - line.readsAgainSince;
    switch (code) {
      case HEARTBEAT_TIMEOUT ->
          world.check(
              Check.NOT_SILENT,
              line.readsAgainSince != 0 && quiet < LONG_AGO_NS,
              name
                  + " reads and answers, and is given up as silent; its answers "
                  + (line.socket.unheard() ? "wait unread" : "were read"));
      case SLOW_CONSUMER -> {
        var lively = simulation.bytesSaid() - cameAtBytes + 200L * said;
        world.check(
            Check.NOT_SLOW,
            lively * 2 > Simulation.LIMITS.outboxBytes(),
            name + " is closed as slow, though only " + lively + " bytes were new since it came");
      }
      case TOO_MANY_SESSIONS ->
          world.check(
              Check.TOO_MANY_SESSIONS,
              !world.isWell(),
              name + " may not come, though nobody is there");
      default -> {}
    }
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
    left.clear();
    toLeave.clear();
    toJoin.clear();
    toSet = Optional.empty();
    tagsMayBe.clear();
    nameMayBe.clear();
    newest.clear();
  }

  private void hear(ServerMessage message) {
    switch (message) {
      case ServerMessage.Connected connected -> connected(connected);
      case ServerMessage.Subscribed subscribed -> subscribed(subscribed);
      case ServerMessage.Unsubscribed(var id, var channel) -> {
        unanswered.remove(id);
        left(channel);
      }
      case ServerMessage.Message(var channel, var pattern, var item) -> {
        if (pattern.isEmpty()) {
          message(channel, item);
          newest.put(channel, item.data());
        } else {
          world.check(live.contains(pattern), name + " is not subscribed to " + pattern);
        }
      }
      case ServerMessage.Direct(var item) -> direct(item);
      case ServerMessage.Published(var id, var position, var level, var duplicate) ->
          world.published((Command.Publish) answered(id), position);
      case ServerMessage.Sent(var id, var sessions, var full, _) ->
          world.sent((Command.Send) answered(id));
      case ServerMessage.Acked(var id) -> {
        if (answered(id) instanceof Command.AckChannel(var ack, var channel, var position)
            && !position.epoch().startsWith(NONSENSE)) {
          acknowledged.put(channel, position);
        }
      }
      case ServerMessage.Missed missed -> missed(missed);
      case ServerMessage.Ended(var id) -> forgetSession();
      case ServerMessage.Failed(var id, var code, var text) -> failed(id, code);
      case ServerMessage.Attributes attributes -> attributes(attributes);
      case ServerMessage.Degraded(var active) -> degraded = active;
      case ServerMessage.Presence _,
          ServerMessage.History _,
          ServerMessage.Pong _,
          ServerMessage.Reconnect _ -> {}
    }
  }

  private void attributes(ServerMessage.Attributes told) {
    switch (answered(told.id())) {
      case Command.SetAttributes set -> {
        if (set.id() > setForSure) {
          setForSure = set.id();
          nameMayBe.clear();
          nameMayBe.add(Optional.of(set.attributes().get("name")));
          set.tags()
              .ifPresent(tags -> {
                tagsMayBe.clear();
                tagsMayBe.add(tags);
              });
        }
      }
      case Command.GetAttributes _ -> {
        if (world.isWell() && toSet.isEmpty()) {
          simulation
              .stored(session().orElseThrow())
              .ifPresent(stored ->
                  world.check(
                      Check.OUTCOME,
                      stored.attributes().equals(told.attributes())
                          && stored.tags().equals(told.tags()),
                      name + " is told " + told + ", and stored is " + stored));
        }
      }
      default -> throw new AssertionError("attributes answer nothing else");
    }
  }

  private void left(String channel) {
    live.remove(channel);
    held.remove(channel);
    acknowledged.remove(channel);
    newest.remove(channel);
    toLeave.remove(channel);
    left.add(channel);
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
      tagsMayBe.clear();
      tagsMayBe.add(givenTags);
      nameMayBe.clear();
      nameMayBe.add(Optional.empty());
      left.clear();
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
    world.check(
        Check.LEFT,
        asked != null || !left.contains(channel),
        name + " left " + channel + " and is subscribed to it again");
    live.add(channel);
    toJoin.remove(channel);
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
    if (subscribed.recovery() instanceof Recovery.Lost && simulation.hindered()) {
      acknowledged.remove(channel); // the node's own note of it may have been lost
    } else if (!(subscribed.recovery() instanceof Recovery.Complete)) {
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
        world.check(
            Check.WELL,
            !world.isWell() || code == ErrorCode.RATE_LIMITED,
            name + " is told " + code + " of " + command + ", though all is well");
        world.check(
            Check.SURELY_NOT_DONE,
            code != ErrorCode.UNKNOWN || simulation.hindered() || toSeveral(command),
            name
                + " is told that the outcome of "
                + command
                + " is unknown, though it surely failed");
        undone(command, code);
      }
      case SESSION_EXPIRED -> {
        world.check(
            Check.HEALED,
            outlives.stream().noneMatch(kept -> session().equals(Optional.of(kept))),
            name + "'s session was attached when the engine forgot, and is gone");
        forgetSession();
        cut();
      }
      case RESUME_REFUSED -> {
        // One who had it before brought it back, and who had it last is dead or could not say so
        // in time: guarantees.md, G20.
        world.check(
            Check.HEALED,
            simulation.has(Misfortune.CLUSTER) && simulation.has(Misfortune.FORGETFUL_ENGINE),
            name + " is refused its own session: " + command);
        forgetSession();
        cut();
      }
      case NOT_SUBSCRIBED -> {
        if (command instanceof Command.Unsubscribe unsubscribe) {
          left(unsubscribe.channel());
        }
      }
      case BAD_OFFSET, MALFORMED ->
          world.check(
              command instanceof Command.AckChannel ack
                  && ack.position().epoch().startsWith(NONSENSE),
              name + " is refused " + command + ": " + code);
      case NO_RECIPIENT, INBOX_FULL, ALREADY_SUBSCRIBED, TOO_MANY_SESSIONS -> {}
      default -> throw new AssertionError(name + " is refused " + command + ": " + code);
    }
  }

  /** Repeats it later, as an application would, or lets it be. */
  /** Of several sessions some may have got it before the engine went. */
  private static boolean toSeveral(Command command) {
    return command instanceof Command.Send send && !(send.to() instanceof Target.ToSession);
  }

  private void undone(Command command, ErrorCode code) {
    switch (command) {
      case Command.Publish publish -> {
        if (code == ErrorCode.UNKNOWN) {
          inDoubt.add(publish.data());
        }
        if (code == ErrorCode.UNKNOWN || random.nextInt(4) > 0) {
          toRepeat.add(publish);
        } else if (!inDoubt.contains(publish.data())) {
          world.refused(publish.data());
        }
      }
      case Command.Send send -> {
        if (code != ErrorCode.UNKNOWN) {
          world.refused(send.data());
        }
      }
      case Command.SetAttributes set -> {
        if (code == ErrorCode.UNKNOWN) {
          mayBeSet(set);
        } else {
          toSet = Optional.of(set);
        }
      }
      case Command.Subscribe subscribe -> toJoin.add(subscribe.channel());
      case Command.Unsubscribe unsubscribe -> toLeave.add(unsubscribe.channel());
      case Command.Connect _ -> cut();
      default -> {}
    }
  }

  /** The engine forgets; these sessions do not end with that. */
  void outlives(List<String> attached) {
    outlives.clear();
    if (welcome()) {
      session().filter(attached::contains).ifPresent(outlives::add);
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
    owedLatest.ifPresent(latest ->
        world.check(
            Check.LATEST,
            latest.getValue().equals(newest.get(latest.getKey())),
            name + " has " + newest.get(latest.getKey()) + ", whose latest is " + latest));
    world.check(Check.DEGRADED, !degraded, name + " is degraded, though the engine is back");
    world.check(Check.ANSWERED, unanswered.isEmpty(), name + " waits for " + unanswered);
    for (var ghost : ghosts) {
      world.check(
          Check.GHOST,
          !ghost.session.equals(session().orElseThrow()),
          "another connection of " + name + " stays open, though its session was taken");
    }
    world.check(
        Check.HEALED,
        outlives.isEmpty() || simulation.stored(session().orElseThrow()).isPresent(),
        name + " is connected, and its session is not stored");
    simulation
        .stored(session().orElseThrow())
        .ifPresent(stored -> {
          world.check(
              Check.OUTCOME,
              tagsMayBe.contains(stored.tags())
                  && nameMayBe.contains(Optional.ofNullable(stored.attributes().get("name"))),
              stored + " has other tags than " + tagsMayBe + " or another name than " + nameMayBe);
          world.check(
              Check.SUBSCRIPTIONS,
              stored.subscriptions().keySet().equals(live),
              name + " is subscribed to " + live + ", and stored is " + stored.subscriptions());
          world.check(
              Check.NONSENSE,
              stored.subscriptions().values().stream()
                  .noneMatch(p -> p.isPresent() && p.get().epoch().startsWith(NONSENSE)),
              "stored is an epoch that never was: " + stored);
        });
  }

  boolean isLive(String channel) {
    return live.contains(channel);
  }

  @Override
  public String toString() {
    return name
        + (online ? connecting ? " connecting" : " online" : " offline")
        + ", session "
        + session().orElse("none")
        + ", socket "
        + (line == null ? "none" : line.socket.closed())
        + ", waits for "
        + unanswered;
  }

  static Json text(String text) {
    return Json.of('"' + text + '"');
  }
}
