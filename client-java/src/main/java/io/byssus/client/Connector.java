package io.byssus.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.byssus.client.ClientEvent.StateChanged;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.JsonCodec;
import io.byssus.protocol.JsonLimits;
import io.byssus.protocol.Received;
import io.byssus.protocol.ServerMessage;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way to the server over all its connections: the states of section 18 of the protocol. There
 * is one try or one connection at a time; whatever comes from an older one is not heard. Confined
 * to the lane.
 */
final class Connector {
  /** For a try: token, handshake, and the answer to connect. */
  private static final Duration ANSWER = Duration.ofSeconds(10);

  /** A connection that has lasted so long was no failure. */
  private static final Duration LASTED = Duration.ofSeconds(10);

  /** A server that sends us away closes when it has answered; one that does not is left. */
  private static final Duration LEAVES = Duration.ofSeconds(10);

  /** The longest that a server may send us away for. */
  private static final Duration AWAY_MAX = Duration.ofMinutes(10);

  private static final int TRIES_BEFORE_FAULT = 3;

  /** The server has its own bounds; these keep reading from running out of stack. */
  private static final JsonLimits LIMITS = new JsonLimits(500, 64 * 1024, 64 * 1024, 10_000);

  private final Lane lane;
  private final Transport transport;
  private final ClientCore core;
  private final ConnectRequest connectRequest;
  private final Backoff backoff;
  private final HeartbeatTimer heartbeatTimer;
  private final JsonCodec codec = new JsonCodec(LIMITS);

  private ClientState state = ClientState.CONNECTING;
  private @Nullable Try current;
  private Lane.Alarm alarm = Lane.Alarm.NONE;
  private Optional<Duration> sentAway = Optional.empty();
  private int attempt;
  private boolean ending;

  /** Read by any thread. */
  private volatile boolean endedByServer;

  Connector(
      Lane lane,
      Transport transport,
      ClientCore core,
      ConnectRequest connectRequest,
      Backoff backoff,
      HeartbeatTimer heartbeatTimer) {
    this.lane = lane;
    this.transport = transport;
    this.core = core;
    this.connectRequest = connectRequest;
    this.backoff = backoff;
    this.heartbeatTimer = heartbeatTimer;
  }

  // What the program wants.

  void open() {
    lane.check();
    if (state == ClientState.CLOSED) {
      return;
    }
    attempt++;
    become(
        connectRequest.resumes() ? ClientState.RESUMING : ClientState.CONNECTING,
        "",
        0,
        Duration.ZERO);
    var next = new Try();
    current = next;
    awaitAnswer(next);
    connectRequest.nextToken((token, failure) -> {
      if (next != current) {
        return;
      }
      if (token == null) {
        lost(next, 0, "no token: " + failure);
      } else {
        next.open(token);
      }
    });
  }

  private void awaitAnswer(Try next) {
    alarm.cancel();
    alarm =
        lane.schedule(
            ANSWER,
            () -> lost(next, Transport.BROKEN, "no answer in " + ANSWER.toSeconds() + " s"));
  }

  /** Does not wait any longer; leaves the connection that there is. */
  void reconnect() {
    lane.check();
    var last = current;
    if (state == ClientState.WAITING) {
      alarm.cancel();
      open();
    } else if (state == ClientState.CONNECTED && last != null) {
      leave(false);
      last.close();
      open();
    }
  }

  /** Asks whether the server lives. */
  void probe() {
    lane.check();
    var connected = current;
    if (state == ClientState.CONNECTED && connected != null) {
      heartbeatTimer.probe(connected.connection(), () -> dead(connected));
    }
  }

  /** The program ends the session: its end is no surprise, and nothing of it is kept. */
  void ending() {
    lane.check();
    ending = true;
  }

  /** The server has not ended it, or has not said so: it is as it was. */
  void notEnding() {
    lane.check();
    ending = false;
  }

  /** Any thread: whether the server has ended the session, as the program asked. */
  boolean endedByServer() {
    return endedByServer;
  }

  /** Detaches: the session stays for its time to live. */
  void close() {
    lane.check();
    if (state != ClientState.CLOSED) {
      core.closing(ending);
      finish(Optional.empty(), CloseCode.NORMAL.code(), "closed by the program");
    }
  }

  // What happens to a try.

  /** One connection, from before there is a socket until it is replaced. */
  private final class Try implements Transport.Listener {
    private @Nullable Connection connection;
    private String token = "";

    void open(String withToken) {
      token = withToken;
      connection = new Connection(lane, codec, transport.open(connectRequest.server(), this));
    }

    Connection connection() {
      if (connection == null) {
        throw new IllegalStateException("nothing is heard before it is open");
      }
      return connection;
    }

    void abort() {
      if (connection != null) {
        connection.abort();
      }
    }

    void close() {
      if (connection != null) {
        connection.close();
      }
    }

    @Override
    public void onOpen() {
      if (this == current) {
        connect(this);
      }
    }

    @Override
    public void onText(String frame) {
      var lines = frame.indexOf('\n') < 0 ? new String[] {frame} : frame.split("\n");
      for (var line : lines) {
        if (this != current) {
          return; // the line before has ended it
        }
        if (!line.isBlank()) {
          onMessage(this, codec.serverMessage(line.getBytes(UTF_8)));
        }
      }
    }

    @Override
    public void onSignOfLife() {
      if (this == current) {
        heartbeatTimer.onFrame();
      }
    }

    @Override
    public void onClose(int code, String reason) {
      if (this == current) {
        onClosed(this, code, reason);
      }
    }
  }

  private void connect(Try on) {
    on.connection()
        .call(
            id -> connectRequest.command(id, on.token),
            new ReplyHandler() {
              @Override
              public void onReply(ServerMessage message) {
                if (message instanceof ServerMessage.Connected connected) {
                  connected(on, connected);
                } else {
                  lost(on, 0, "the server answered something else");
                }
              }

              @Override
              public void onRefused(ErrorCode code, String message) {
                connectRefused(on, code, message);
              }

              @Override
              public void onBroken() {
                // Whoever broke it goes on.
              }
            });
  }

  private void connected(Try on, ServerMessage.Connected said) {
    alarm.cancel();
    alarm = lane.schedule(LASTED, backoff::reset);
    attempt = 0;
    sentAway = Optional.empty();
    on.connection().maxMessage(said.maxMessage());
    connectRequest.accepted(said);
    become(ClientState.CONNECTED, "", 0, Duration.ZERO);
    heartbeatTimer.start(on.connection(), said.heartbeat(), () -> dead(on));
    core.connected(on.connection(), said);
  }

  private void connectRefused(Try on, ErrorCode code, String message) {
    switch (code) {
      case SESSION_EXPIRED -> {
        connectRequest.forget();
        core.events().emit(new ClientEvent.Expired());
        become(ClientState.CONNECTING, code.wire(), 0, Duration.ZERO);
        awaitAnswer(on);
        connect(on);
      }
      case UNAUTHORIZED -> unauthorized(on, message);
      case RESUME_REFUSED -> end(CloseCode.FORBIDDEN.code(), ByssusException.of(code, message));
      case TOO_MANY_SESSIONS ->
          end(CloseCode.TOO_MANY_SESSIONS.code(), ByssusException.of(code, message));
      default -> {
        if (code.retryable()) {
          lost(on, 0, code.wire());
        } else {
          end(0, ByssusException.of(code, message));
        }
      }
    }
  }

  private void unauthorized(Try on, String message) {
    var code = CloseCode.UNAUTHORIZED.code();
    var why = ByssusException.of(ErrorCode.UNAUTHORIZED, message);
    if (connectRequest.mayTryAnotherToken()) {
      lost(on, code, why.code());
    } else {
      end(code, why);
    }
  }

  /** By the other side. What the client does follows from the range of the code. */
  private void onClosed(Try on, int code, String reason) {
    if (code == CloseCode.UNAUTHORIZED.code()) {
      unauthorized(on, reason);
    } else if (CloseCode.reconnect(code)) {
      lost(on, code, reason);
    } else {
      end(code, ByssusException.ended(code, reason));
    }
  }

  private void dead(Try on) {
    lost(on, Transport.BROKEN, "no sign of life");
  }

  private void lost(Try on, int code, String reason) {
    if (on != current) {
      return;
    }
    var wasConnected = state == ClientState.CONNECTED;
    leave(code == Transport.BROKEN);
    on.abort();
    if (!wasConnected && attempt == TRIES_BEFORE_FAULT) {
      core.events().emit(new ClientEvent.Fault(attempt, reason));
    }
    var delay = sentAway.orElseGet(backoff::next);
    sentAway = Optional.empty();
    become(ClientState.WAITING, reason, code, delay);
    alarm = lane.schedule(delay, this::open);
  }

  /** For good, by a code that says so. */
  private void end(int code, ByssusException why) {
    core.closing(connectRequest.endsSession(code));
    endedByServer = ending && code == CloseCode.ENDED.code();
    finish(ending ? Optional.empty() : Optional.of(why), code, why.code());
  }

  private void finish(Optional<ByssusException> why, int code, String reason) {
    var last = current;
    leave(false);
    if (last != null) {
      last.close();
    }
    become(ClientState.CLOSED, reason, code, Duration.ZERO);
    core.closed(why);
  }

  /** From here on nothing of the connection is heard. */
  private void leave(boolean broken) {
    current = null;
    alarm.cancel();
    heartbeatTimer.stop(broken);
    core.disconnected();
  }

  private void become(ClientState next, String reason, int code, Duration delay) {
    state = next;
    core.changeState(new StateChanged(next, reason, code, delay, attempt));
  }

  // What the server says.

  private void onMessage(Try on, Received received) {
    heartbeatTimer.onFrame();
    if (received instanceof Received.Good good) {
      var message = good.message();
      if (!on.connection().completeCall(message)) {
        onPush(on, message);
      }
    } else if (received instanceof Received.Bad bad && bad.code() != ErrorCode.UNKNOWN_TYPE) {
      core.events().emit(new ClientEvent.Notice(bad.code().wire(), bad.message()));
    }
  }

  private void onPush(Try on, ServerMessage message) {
    if (message instanceof ServerMessage.Reconnect away) {
      var asked = Duration.ofMillis(away.afterMs());
      sentAway = Optional.of(asked.compareTo(AWAY_MAX) > 0 ? AWAY_MAX : asked);
      alarm.cancel();
      alarm = lane.schedule(LEAVES, () -> lost(on, 0, "sent away: " + away.reason()));
    } else if (message instanceof ServerMessage.Attributes changed) {
      connectRequest.identity(connectRequest.identity().with(changed));
      if (changed.id() == Command.NO_ID) {
        core.events()
            .emit(
                new ClientEvent.AttributesChanged(
                    Messages.texts(changed.attributes()), changed.tags()));
      }
    } else {
      core.onPush(message);
    }
  }
}
