package io.byssus.core.node;

import io.byssus.core.Budgets;
import io.byssus.core.connection.Connection;
import io.byssus.core.lane.LaneConfined;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Decoded;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection's client: receives its commands, counts them, puts them in order, and hands each
 * to those who do it, by one exhaustive switch over {@link Command}. Confined to the connection's
 * lane.
 *
 * <p>Commands start in the order in which they came. Most do not wait for the answer of the one
 * before; those that change what the session or the connection is (connect, subscribe, unsubscribe,
 * set, end) hold the later ones back until they are done, so that "subscribe, publish" sees its own
 * publication. While too many wait, the socket is not read.
 */
@LaneConfined
final class ClientConnection implements Connection.Receiver, Admission.Applicant {
  /** An answer of so many bytes costs a client as much as one more command. */
  private static final int BYTES_A_COMMAND = 16 << 10;

  /** After so many in a row that cannot be read, the client speaks something else. */
  private static final int UNREADABLE_MAX = 10;

  /** Longer than any connection lives, and short enough to compare. */
  private static final long LONGEST_NS = Long.MAX_VALUE / 2;

  /** So many messages, of the longest, may wait as well as any number of short ones. */
  private static final int MESSAGES_WAITING = 4;

  private static final long LAST_REPLIES_NS = TimeUnit.SECONDS.toNanos(1);

  /** Belongs to the lane's {@link LaneConnections}. */
  int slot;

  private final Context context;
  private final Connection connection;
  private final long connectBy;
  private long authorizedUntil;

  /** Up to when the client's commands are paid, by the {@link CommandRate}. */
  private long paidUntil;

  private @Nullable HeldCommands waiting;
  private @Nullable Admission admission;
  private @Nullable SessionHolder holder;
  private @Nullable Readings readings;
  private int inFlight;

  /** Of the large commands that are with the engine. */
  private int inFlightBytes;

  private int unreadable;
  private boolean held;
  private boolean paused;
  private boolean greeted;
  private boolean draining;

  /** What the connections of a lane are served by. */
  record Context(
      AdmissionContext admission,
      CommandRate rate,
      ChannelCommands channels,
      DirectCommands direct,
      SessionCommands session,
      Acknowledgements acknowledgements,
      Consumer<ClientConnection> closed) {}

  ClientConnection(Context context, Connection connection) {
    this.context = context;
    this.connection = connection;
    var now = connection.lane().nanoTime();
    this.paidUntil = now;
    this.connectBy = now + context.admission().connectTimeout(connection.peer()).toNanos();
    this.authorizedUntil = now + LONGEST_NS;
    var interval = context.admission().settings().heartbeat().interval();
    connection.startHeartbeat(interval, context.admission().random().upTo(interval));
    keep(Budgets.CONNECTION_BYTES);
  }

  // What comes in.

  @Override
  public void received(Decoded decoded) {
    connection.lane().check();
    var now = connection.lane().nanoTime();
    paidUntil = context.rate().take(paidUntil, now);
    switch (context.rate().judge(paidUntil, now)) {
      case YES -> admit(decoded);
      case NO -> fail(decoded.id(), ErrorCode.RATE_LIMITED, "too many commands, slow down");
      case ABUSE -> connection.close(CloseCode.RATE_LIMITED);
    }
  }

  private void admit(Decoded decoded) {
    if (!held || passes(decoded)) {
      perform(decoded);
    } else {
      holdBack(decoded);
    }
    balance();
  }

  private void holdBack(Decoded decoded) {
    var bytes = CommandWeight.of(decoded);
    if (!context.admission().replies().shortOf(this, decoded.id(), bytes)) {
      waiting().add(decoded);
    }
  }

  private HeldCommands waiting() {
    if (waiting == null) {
      waiting = new HeldCommands(this::keep);
    }
    return waiting;
  }

  /**
   * A sign of life waits for nothing, nor does what a slow reader should get through, as long as no
   * command that waits can have to do with it.
   */
  private boolean passes(Decoded decoded) {
    return decoded instanceof Decoded.Good(var command)
        && switch (command) {
          case Command.Ping _, Command.Pong _ -> true;
          case Command.AckInbox _ -> holder() instanceof SessionHolder s && s.inbox() != null;
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
        greeted |= context.admission().admitsAnonymous(connection.peer());
        perform(command);
      }
    }
  }

  private void perform(Command command) {
    switch (command) {
      case Command.Ping(var id, var upperCase) ->
          connection.send(new ServerMessage.Pong(id, upperCase));
      case Command.Pong _ -> {}
      case Command.Connect c -> connect(c);
      case Command.Subscribe c -> inSession(c, s -> context.channels().subscribe(this, s, c));
      case Command.Unsubscribe c -> inSession(c, s -> context.channels().unsubscribe(this, s, c));
      case Command.Publish c -> inSession(c, s -> context.channels().publish(this, s, c));
      case Command.GetHistory c -> inSession(c, s -> context.channels().history(this, s, c));
      case Command.GetPresence c -> inSession(c, s -> context.channels().presence(this, s, c));
      case Command.Send c -> inSession(c, s -> context.direct().send(this, s, c));
      case Command.AckInbox c -> inSession(c, s -> context.acknowledgements().inbox(this, s, c));
      case Command.AckChannel c ->
          inSession(c, s -> context.acknowledgements().channel(this, s, c));
      case Command.SetAttributes c -> inSession(c, s -> context.session().set(this, s, c));
      case Command.GetAttributes c -> inSession(c, s -> context.session().get(this, s, c));
      case Command.End c -> inSession(c, s -> context.session().end(this, s, c));
    }
  }

  private void inSession(Command command, Consumer<SessionHolder> action) {
    var session = holder();
    if (session == null) {
      fail(command.id(), ErrorCode.NOT_CONNECTED, "send connect first");
    } else {
      action.accept(session);
    }
  }

  private void fail(long id, ErrorCode code, String message) {
    context.admission().replies().fail(this, id, code, message);
  }

  // Its session.

  private void connect(Command.Connect connect) {
    var status = context.admission().status();
    if (holder() != null) {
      fail(connect.id(), ErrorCode.ALREADY_CONNECTED, "this connection has a session already");
    } else if (status.draining()) {
      fail(connect.id(), ErrorCode.DRAINING, "this node is going away, connect to another");
    } else if (!status.reachable()) {
      fail(connect.id(), ErrorCode.UNAVAILABLE, "the engine cannot be reached, try again");
    } else {
      admit(new Admission(context.admission(), this, connect));
    }
  }

  /** What the client says from here on waits until it is let in, or is told why not. */
  void enter(Identity identity) {
    admit(new Admission(context.admission(), this, identity));
  }

  private void admit(Admission coming) {
    holdCommands();
    admission = coming;
    // Not at once: a client that gave this connection up has closed it behind its connect, and
    // may be back on another.
    connection.lane().execute(() -> connection.attempt(coming::start));
  }

  @Override
  public void authorized(Duration lasts) {
    lane().check();
    var nanos = Math.min(TimeUnit.NANOSECONDS.convert(lasts), LONGEST_NS);
    authorizedUntil = connection.lane().nanoTime() + nanos;
  }

  @Override
  public void attached(SessionHolder attached) {
    lane().check();
    holder = attached;
  }

  @Override
  public void welcomed(Duration interval) {
    lane().check();
    greeted = true;
    connection.startHeartbeat(interval, context.admission().random().upTo(interval));
  }

  @Override
  public void settled(Admission done) {
    lane().check();
    if (admission == done) {
      admission = null;
    }
  }

  /** Null while the connection holds no session. */
  @Nullable SessionHolder holder() {
    return holder == null || holder.over() ? null : holder;
  }

  @Override
  public Connection connection() {
    return connection;
  }

  @Override
  public void holdCommands() {
    lane().check();
    held = true;
  }

  @Override
  public boolean holdsCommands() {
    return held;
  }

  @Override
  public void resumeCommands() {
    lane().check();
    held = false;
    while (!held && waiting != null && connection.open() && waiting.next(this::perform)) {
      // one after the other, until one holds the next
    }
    balance();
  }

  @Override
  public boolean inTurn(Runnable request) {
    lane().check();
    if (held) {
      return waiting().offer(request);
    }
    request.run();
    return true;
  }

  @Override
  public void underWay(int change) {
    lane().check();
    inFlight += change;
  }

  @Override
  public void balance() {
    lane().check();
    var pending = inFlight;
    var bytes = (long) inFlightBytes;
    if (waiting != null) {
      pending += waiting.size();
      bytes += waiting.bytes();
    }
    if (readings != null) {
      pending += readings.waiting();
    }
    var limits = context.admission().settings().limits();
    var most = limits.commandsWaiting();
    var mostBytes = MESSAGES_WAITING * (long) limits.messageBytes();
    var pause =
        connection.congested()
            || pending > (paused ? most / 2 : most)
            || bytes > (paused ? mostBytes / 2 : mostBytes);
    if (pause != paused) {
      paused = pause;
      connection.reading(!pause);
    }
  }

  @Override
  public void keep(int bytes) {
    context.admission().budgets().sessions().add(bytes);
  }

  @Override
  public void carry(int bytes) {
    lane().check();
    inFlightBytes += bytes;
    keep(bytes);
  }

  @Override
  public void charge(int bytes) {
    lane().check();
    paidUntil = context.rate().spend(paidUntil, bytes / BYTES_A_COMMAND, lane().nanoTime());
  }

  @Override
  public Readings readings() {
    lane().check();
    if (readings == null) {
      var limits = context.admission().settings().limits();
      readings = new Readings(connection, limits.outboxBytes(), limits.messageBytes());
    }
    return readings;
  }

  @Override
  public void drained() {
    if (readings != null) {
      readings.resume();
    }
    balance();
    if (holder() instanceof SessionHolder session) {
      session.readInbox();
    }
  }

  // Its end.

  @Override
  public void gone(CloseCode code) {
    lane().check();
    context.closed().accept(this);
    if (admission != null) {
      admission.connectionGone();
    }
    if (holder != null) {
      holder.release();
    }
    if (waiting != null) {
      waiting.end();
    }
    keep(-Budgets.CONNECTION_BYTES);
  }

  void tick(long now, long listeningSince) {
    if (!greeted && now - connectBy >= 0) {
      connection.close(CloseCode.CONNECT_TIMEOUT);
    } else if (now - authorizedUntil >= 0) {
      connection.close(CloseCode.UNAUTHORIZED);
    } else {
      connection.tick(context.admission().settings().heartbeat(), now, listeningSince);
    }
  }

  /** Sends the client elsewhere, with the answers that it still waits for. */
  void drain() {
    lane().check();
    if (!connection.open() || draining) {
      return;
    }
    draining = true;
    var after = context.admission().random().upTo(Duration.ofSeconds(1)).toMillis();
    connection.send(new ServerMessage.Reconnect(after, "drain"));
    if (inFlight == 0) {
      lane().afterTurn(() -> connection.close(CloseCode.SERVICE_RESTART));
    } else {
      lane().schedule(LAST_REPLIES_NS, () -> connection.close(CloseCode.SERVICE_RESTART));
    }
  }
}
