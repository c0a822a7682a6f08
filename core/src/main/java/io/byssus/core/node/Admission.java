package io.byssus.core.node;

import io.byssus.core.connection.Connection;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.core.session.ResumeTokens;
import io.byssus.core.session.Session;
import io.byssus.core.session.SessionStore.Claim;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.SessionWeight;
import io.byssus.core.session.StoredSession;
import io.byssus.core.session.TokenHash;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * One connect, from the token to the session: who is it, may they, then a new session or the one
 * they come back for. Whoever has an {@link Identity} is known already, and comes back for its
 * session or is the first to. Confined to the connection's lane.
 *
 * <p>The order matters. The store grants the session first, which fences the holder before; then
 * that holder, if it is on this node, lets go; only then does this connection speak for the
 * session. A holder on another node is told, and not waited for: it cannot write any more. If the
 * connection is gone by the time the store answers, the session is released again, so that it can
 * be resumed.
 */
@LaneConfined
final class Admission {
  private final Node node;
  private final Connection connection;
  private final CommandDispatcher dispatcher;
  private final Command.Connect connect;
  private final Optional<Identity> identity;
  private final Gate gate;
  private final String token;
  private int steps;
  private boolean restoring;
  private int unbegun;
  private int unfinished;
  private boolean inside;
  private String coming = "";

  Admission(
      Node node, Connection connection, CommandDispatcher dispatcher, Command.Connect connect) {
    this(node, connection, dispatcher, connect, Optional.empty(), node.randomId());
  }

  Admission(Node node, Connection connection, CommandDispatcher dispatcher, Identity identity) {
    this(node, connection, dispatcher, connect(identity), Optional.of(identity), "");
  }

  private Admission(
      Node node,
      Connection connection,
      CommandDispatcher dispatcher,
      Command.Connect connect,
      Optional<Identity> identity,
      String token) {
    this.node = node;
    this.connection = connection;
    this.dispatcher = dispatcher;
    this.connect = connect;
    this.identity = identity;
    this.gate = node.watch(connection.lane()).gate();
    this.token = token;
  }

  private static Command.Connect connect(Identity identity) {
    return new Command.Connect(
        Identity.ID,
        "",
        Optional.empty(),
        identity.tags(),
        identity.attributes(),
        Map.of(),
        Optional.empty(),
        false,
        0);
  }

  void start() {
    if (!connection.open()) {
      return;
    }
    if (identity.isPresent()) {
      enter(identity.get());
      return;
    }
    whenDone(
        node.authenticator.authenticate(connect.token(), connection.peer()),
        verdict -> {
          switch (verdict) {
            case Authenticator.Verdict.Refused(var reason) ->
                turnAway(ErrorCode.UNAUTHORIZED, reason, CloseCode.UNAUTHORIZED);
            case Authenticator.Verdict.Unavailable(var reason) ->
                refuse(ErrorCode.UNAVAILABLE, reason);
            case Authenticator.Verdict.Accepted(var user, var lasts) -> {
              dispatcher.authorized(lasts);
              known(user);
            }
          }
        });
  }

  private void enter(Identity identity) {
    if (node.draining()) {
      refuse(ErrorCode.DRAINING, "this node is going away, connect to another");
    } else {
      known(identity.user());
    }
  }

  private void known(String user) {
    if (!hasRoom()) {
      node.budgets.sessions().refused();
      refuse(ErrorCode.UNAVAILABLE, "the node is short of memory, try again later");
      return;
    }
    var patience = node.settings.limits().connectTimeout().toNanos();
    gate.enter(
        connection.lane().nanoTime() + patience,
        // Neither who leaves and lets the next one in, nor the others that wait, are hit by what
        // becomes of it.
        () -> connection.attempt(() -> enter(user)),
        () -> connection.attempt(this::tooLate));
  }

  /** Who comes back may have what newcomers leave. */
  private boolean hasRoom() {
    var sessions = node.budgets.sessions();
    return connect.resume().isPresent()
        ? sessions.offers(SessionWeight.SESSION)
        : sessions.offersNewcomer(
            SessionWeight.SESSION + SessionWeight.ofAttributes(connect.attributes()));
  }

  // At the gate.

  private void enter(String user) {
    inside = true;
    try {
      if (connection.open() && !node.reachable()) {
        refuse(ErrorCode.UNAVAILABLE, "the engine cannot be reached, try again");
      } else if (connection.open()) {
        toEngine(user);
      }
    } finally {
      leaveIfDone();
    }
  }

  private void tooLate() {
    if (connection.open()) {
      refuse(ErrorCode.UNAVAILABLE, "too many come at once, try again");
    }
  }

  /** Its place is free once nothing is asked of the engine for it any more. */
  private void leaveIfDone() {
    if (inside && steps == 0 && !(restoring && connection.open())) {
      inside = false;
      if (!coming.isEmpty()) {
        node.attachments.came(coming);
        coming = "";
      }
      dispatcher.settled(this);
      gate.leave();
    }
  }

  void connectionGone() {
    leaveIfDone();
  }

  private void toEngine(String user) {
    if (identity.isPresent()) {
      comeFor(identity.get());
      return;
    }
    var resume = connect.resume();
    if (resume.isPresent()) {
      claim(user, resume.get());
      return;
    }
    var refusal =
        SessionBounds.refusal(node.settings, connect.attributes(), Optional.of(connect.tags()));
    if (refusal.isPresent()) {
      refuse(refusal.get().code(), refusal.get().message());
    } else {
      create(user);
    }
  }

  /** This connect may be granted the session, until it leaves the gate. */
  private void comes(String session) {
    if (coming.isEmpty()) {
      coming = session;
      node.attachments.comes(session);
    }
  }

  private Debts debts() {
    return node.watch(connection.lane()).debts();
  }

  // A new session.

  private void create(String user) {
    var id = node.randomId();
    comes(id);
    var draft = new NewSession(id, user, connect.attributes(), connect.tags(), TokenHash.of(token));
    var stored =
        new StoredSession(
            id, user, ResumeTokens.first(draft.token()), given(), connect.tags(), Map.of(), 0);
    whenDone(
        node.engine.sessions().create(draft, node.settings.owner()),
        created -> {
          created.replaced().ifPresent(node::forget);
          hold(created.lease(), stored).ifPresent(session -> list(session, stored));
        },
        () -> debts().made(new Lease(id, node.settings.owner(), 1)));
  }

  /** The attributes as the store keeps them: null stands for one that is not there. */
  private Map<String, Json> given() {
    var given = new HashMap<>(connect.attributes());
    given.values().removeIf(Json::isNull);
    return given;
  }

  private void list(Session session, StoredSession stored) {
    var listed = node.engine.directory().add(Listings.of(session)).thenApply(done -> true);
    // Identities are given out by whoever opens the connections, and bounded there.
    whenDone(
        identity.isPresent()
            ? listed
            : listed.thenCompose(done -> UserSessions.admit(node, stored.user(), stored.id())),
        admitted -> {
          if (!connection.open()) {
            return; // the dispatcher has released the session when the connection went
          }
          if (admitted) {
            attach(session, () -> created(session, stored));
          } else {
            dispatcher.discard(session);
            turnAway(
                ErrorCode.TOO_MANY_SESSIONS,
                "the user has too many sessions",
                CloseCode.TOO_MANY_SESSIONS);
          }
        },
        () -> dispatcher.discard(session));
  }

  private void created(Session session, StoredSession stored) {
    node.observer.sessionCreated(session.id());
    welcome(session, stored, false);
    dispatcher.goOn();
  }

  // One that was there before.

  private void claim(String user, Command.Resume resume) {
    comes(resume.session());
    whenDone(
        node.engine
            .sessions()
            .claim(
                resume.session(),
                user,
                TokenHash.of(resume.token()),
                TokenHash.of(token),
                node.settings.owner()),
        claim -> {
          switch (claim) {
            case Claim.Expired() ->
                refuse(ErrorCode.SESSION_EXPIRED, "the session is gone, connect anew");
            case Claim.Refused() ->
                turnAway(ErrorCode.RESUME_REFUSED, "the session is not yours", CloseCode.FORBIDDEN);
            case Claim.Granted granted -> granted(granted);
          }
        },
        () -> debts().claimed(resume.session()));
  }

  // One that is known by who comes for it.

  private void comeFor(Identity identity) {
    if (!identity.yielding()) {
      claim(identity, true);
      return;
    }
    whenDone(
        node.engine.sessions().holder(identity.session()),
        holder -> {
          var other = holder.flatMap(lease -> lease).filter(held -> !node.strays.isStray(held));
          if (other.isPresent()) {
            node.met(other.get().owner());
            refuse(ErrorCode.RESUME_REFUSED, "another connection holds the session");
          } else {
            claim(identity, true);
          }
        });
  }

  /**
   * A new one is claimed as well, once it is made: of two who make it at once on different nodes,
   * the store then knows the later one.
   */
  private void claim(Identity identity, boolean mayMake) {
    comes(identity.session());
    whenDone(
        node.engine
            .sessions()
            .claim(
                identity.session(),
                identity.user(),
                TokenHash.NONE,
                TokenHash.NONE,
                node.settings.owner()),
        claim -> {
          switch (claim) {
            case Claim.Expired() when mayMake -> make(identity);
            case Claim.Expired() -> refuse(ErrorCode.UNAVAILABLE, "the session is gone, try again");
            case Claim.Refused() ->
                turnAway(ErrorCode.RESUME_REFUSED, "the session is not yours", CloseCode.FORBIDDEN);
            case Claim.Granted granted when mayMake -> granted(granted);
            case Claim.Granted granted -> made(granted);
          }
        },
        () -> debts().claimed(identity.session()));
  }

  private void make(Identity identity) {
    var draft =
        new NewSession(
            identity.session(),
            identity.user(),
            identity.attributes(),
            identity.tags(),
            TokenHash.NONE);
    whenDone(
        node.engine.sessions().create(draft, node.settings.owner()),
        created -> {
          created.replaced().ifPresent(node::forget);
          claim(identity, false);
        },
        () -> debts().claimed(identity.session()));
  }

  private void made(Claim.Granted granted) {
    granted.previous().ifPresent(previous -> node.supersede(previous, CloseCode.TAKEN_OVER));
    hold(granted.lease(), granted.session()).ifPresent(session -> list(session, granted.session()));
  }

  // Both ways to come back.

  private void granted(Claim.Granted granted) {
    granted.previous().ifPresent(previous -> node.supersede(previous, CloseCode.TAKEN_OVER));
    hold(granted.lease(), granted.session())
        .ifPresent(session -> {
          var takeover = takeover(granted);
          retag(session, () -> attach(session, () -> resumed(session, granted, takeover)));
        });
  }

  /** An identity may have other tags than when its session was made. */
  private void retag(Session session, Runnable then) {
    var tags = identity.map(Identity::tags).filter(given -> !given.equals(session.tags()));
    if (tags.isEmpty()) {
      then.run();
      return;
    }
    whenDone(
        dispatcher.retag(session, tags.get()),
        fence -> {
          if (!connection.open()) {
            return; // the dispatcher has released the session when the connection went
          }
          if (fence == Fence.HELD) {
            then.run();
          } else {
            dispatcher.lost();
          }
        },
        () -> dispatcher.giveBack(session));
  }

  /** That it is there again: its entries may have been lost, or have passed. */
  private void relist(Session session) {
    steps++;
    connection
        .lane()
        .when(
            node.engine.directory().add(Listings.of(session)),
            (done, failure) -> {
              steps--;
              if (failure != null) {
                node.engineFailed("directory", failure); // its next renewal will say it again
              }
              leaveIfDone();
            });
  }

  /**
   * Whether a connection had the session until now. A claim that was repeated, because its first
   * answer was lost, finds that this node has it, but nobody here.
   */
  private boolean takeover(Claim.Granted granted) {
    return granted
        .previous()
        .filter(held -> !node.isSelf(held.owner()) || node.attachments.of(held).isPresent())
        .isPresent();
  }

  private void resumed(Session session, Claim.Granted granted, boolean takeover) {
    node.observer.sessionResumed(session.id(), takeover);
    welcome(session, granted.session(), true);
    restoring = true;
    relist(session);
    restore(session, granted.session());
  }

  /**
   * Its subscriptions, a few at once, as the client takes them; then its own commands go on. Once
   * it is the client that is waited for, no more the engine, it makes room at the gate.
   */
  private void restore(Session session, StoredSession stored) {
    var channels = new TreeSet<>(stored.subscriptions().keySet());
    unbegun = channels.size();
    unfinished = channels.size();
    for (var channel : channels) {
      if (node.settings.namespaces().maySubscribe(channel, session.user())) {
        var acknowledged = stored.subscriptions().getOrDefault(channel, Optional.empty());
        var from = acknowledged.map(kept -> connect.positions().getOrDefault(channel, kept));
        dispatcher.rejoin(session, channel, acknowledged, from, this::begun, this::finished);
      } else {
        dispatcher.writing(
            session,
            "unsubscribe",
            () -> node.engine.sessions().unsubscribe(session.lease(), channel));
        connection.send(new ServerMessage.Unsubscribed(Command.NO_ID, channel));
        unbegun--;
        unfinished--;
      }
    }
    leaveIfBegun();
    if (unfinished == 0) {
      dispatcher.goOn();
    }
  }

  private void begun() {
    unbegun--;
    leaveIfBegun();
  }

  private void leaveIfBegun() {
    if (unbegun == 0 || connection.congested()) {
      restoring = false;
      leaveIfDone();
    }
  }

  private void finished() {
    if (--unfinished == 0) {
      dispatcher.goOn();
    }
  }

  // However they came.

  /** Empty, and the session released, when the connection has gone while the store worked. */
  private Optional<Session> hold(Lease lease, StoredSession stored) {
    if (connection.open()) {
      return Optional.of(dispatcher.hold(lease, stored));
    }
    debts().release(lease);
    return Optional.empty();
  }

  private void attach(Session session, Runnable attached) {
    whenDone(
        node.attachments.attach(session.lease(), dispatcher),
        newest -> {
          if (!newest) {
            dispatcher.lose(session.lease(), CloseCode.TAKEN_OVER);
          } else if (connection.open()) {
            attached.run();
          } else {
            node.attachments.detach(session.lease(), dispatcher);
          }
        });
  }

  private void welcome(Session session, StoredSession stored, boolean resumed) {
    connection.identified();
    if (connect.batch()) {
      connection.useBatches();
    }
    var heartbeat = node.settings.heartbeat();
    var interval = heartbeat.intervalFor(connect.heartbeatSeconds());
    connection.send(
        new ServerMessage.Connected(
            connect.id(),
            session.id(),
            token,
            session.user(),
            node.settings.owner().node(),
            resumed,
            node.settings.engine().sessionTtl().toSeconds(),
            new ServerMessage.HeartbeatNumbers(
                (int) interval.toSeconds(), (int) heartbeat.timeout().toSeconds()),
            node.settings.limits().messageBytes()));
    dispatcher.welcome(session, stored.inbox(), connect.inbox().orElse(stored.inbox()), interval);
  }

  /** This connect fails; another may follow on the same connection. */
  private void refuse(ErrorCode code, String message) {
    dispatcher.settled(this);
    dispatcher.fail(connect.id(), code, message);
    dispatcher.goOn();
  }

  private void turnAway(ErrorCode code, String message, CloseCode close) {
    dispatcher.fail(connect.id(), code, message);
    connection.close(close);
  }

  private <T> void whenDone(CompletionStage<T> stage, Consumer<T> then) {
    whenDone(stage, then, () -> {});
  }

  private <T> void whenDone(CompletionStage<T> stage, Consumer<T> then, Runnable undo) {
    steps++;
    connection
        .lane()
        .when(
            stage,
            (value, failure) -> {
              steps--;
              connection.attempt(() -> {
                if (value != null) {
                  then.accept(value);
                } else {
                  node.engineFailed("connect", failure);
                  undo.run();
                  refuse(ErrorCode.UNAVAILABLE, "the engine did not answer");
                }
              });
              leaveIfDone();
            });
  }
}
