package io.byssus.core.node;

import io.byssus.core.connection.Connection;
import io.byssus.core.engine.Engine;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.session.Origin;
import io.byssus.core.session.Session;
import io.byssus.core.session.SessionWeight;
import io.byssus.core.session.StoredSession;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage;
import java.time.Duration;
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
 * <p>The order of the {@link AdmissionState}s matters. The store grants the session first, which
 * fences the holder before; then that holder, if it is on this node, lets go; only then does this
 * connection speak for the session. A holder on another node is told, and not waited for: it cannot
 * write any more. If the connection is gone by the time the store answers, the session is released
 * again, so that it can be resumed.
 */
@LaneConfined
final class Admission {
  private final AdmissionContext context;
  private final Applicant applicant;
  private final Command.Connect connect;
  private final Optional<Identity> identity;
  private final GatePass pass;
  private final String token;
  private int unbegun;
  private int unfinished;

  /** Who wants to be admitted. On its lane. */
  interface Applicant extends Client {
    /** It has a good token, for so long. */
    void authorized(Duration lasts);

    /** It holds the session from here on, though it may not have been told. */
    void attached(SessionHolder holder);

    /** It has been told, and is to be heard this often. */
    void welcomed(Duration interval);

    /** The connect has taken all its steps, for good or ill. */
    void settled(Admission admission);
  }

  Admission(AdmissionContext context, Applicant applicant, Command.Connect connect) {
    this(context, applicant, connect, Optional.empty(), context.random().id());
  }

  Admission(AdmissionContext context, Applicant applicant, Identity identity) {
    this(context, applicant, connect(identity), Optional.of(identity), "");
  }

  private Admission(
      AdmissionContext context,
      Applicant applicant,
      Command.Connect connect,
      Optional<Identity> identity,
      String token) {
    this.context = context;
    this.applicant = applicant;
    this.connect = connect;
    this.identity = identity;
    this.token = token;
    this.pass =
        new GatePass(
            context.sessions().lane().gate(),
            context.sessions().attachments(),
            applicant.connection(),
            this::settled);
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
    if (connection().open()) {
      step(new AdmissionState.Authenticating());
    }
  }

  void connectionGone() {
    pass.leaveIfDone();
  }

  private void step(AdmissionState next) {
    switch (next) {
      case AdmissionState.Authenticating() -> authenticate();
      case AdmissionState.Queued(var user) -> queue(user);
      case AdmissionState.Claiming(var user) ->
          new SessionClaim(
                  context,
                  applicant,
                  connect,
                  identity,
                  token,
                  pass,
                  applicant::attached,
                  this::step)
              .start(user);
      case AdmissionState.Attaching attaching -> attach(attaching);
      case AdmissionState.Restoring(var holder, var stored) -> restore(holder, stored);
      case AdmissionState.Done() -> applicant.resumeCommands();
      case AdmissionState.Refused refused -> refuse(refused);
    }
  }

  private void refuse(AdmissionState.Refused refused) {
    if (refused.close().isEmpty()) {
      applicant.settled(this);
    }
    context.replies().fail(applicant, connect.id(), refused.code(), refused.message());
    refused.close().ifPresentOrElse(connection()::close, applicant::resumeCommands);
  }

  private void settled() {
    applicant.settled(this);
  }

  private Connection connection() {
    return applicant.connection();
  }

  private Engine engine() {
    return context.sessions().engine();
  }

  // Who comes.

  private void authenticate() {
    if (identity.isPresent()) {
      step(
          context.status().draining()
              ? AdmissionState.refused(
                  ErrorCode.DRAINING, "this node is going away, connect to another")
              : new AdmissionState.Queued(identity.get().user()));
      return;
    }
    ask(
        context.authenticator().authenticate(connect.token(), connection().peer()),
        verdict -> {
          switch (verdict) {
            case Authenticator.Verdict.Refused(var reason) ->
                step(
                    AdmissionState.turnedAway(
                        ErrorCode.UNAUTHORIZED, reason, CloseCode.UNAUTHORIZED));
            case Authenticator.Verdict.Unavailable(var reason) ->
                step(AdmissionState.refused(ErrorCode.UNAVAILABLE, reason));
            case Authenticator.Verdict.Accepted(var user, var lasts) -> {
              applicant.authorized(lasts);
              step(new AdmissionState.Queued(user));
            }
          }
        });
  }

  // At the gate.

  private void queue(String user) {
    if (!hasRoom()) {
      context.budgets().sessions().refused();
      step(
          AdmissionState.refused(
              ErrorCode.UNAVAILABLE, "the node is short of memory, try again later"));
      return;
    }
    var patience = context.settings().limits().connectTimeout().toNanos();
    pass.enter(
        applicant.lane().nanoTime() + patience,
        () -> {
          if (connection().open()) {
            step(
                context.status().reachable()
                    ? new AdmissionState.Claiming(user)
                    : AdmissionState.refused(
                        ErrorCode.UNAVAILABLE, "the engine cannot be reached, try again"));
          }
        },
        () -> {
          if (connection().open()) {
            step(
                AdmissionState.refused(
                    ErrorCode.UNAVAILABLE, "too many clients are connecting; try again"));
          }
        });
  }

  /** Who comes back may have what newcomers leave. */
  private boolean hasRoom() {
    var sessions = context.budgets().sessions();
    return connect.resume().isPresent()
        ? sessions.offers(SessionWeight.SESSION)
        : sessions.offersNewcomer(
            SessionWeight.SESSION + SessionWeight.ofAttributes(connect.attributes()));
  }

  private void attach(AdmissionState.Attaching attaching) {
    var holder = attaching.holder();
    var attachments = context.sessions().attachments();
    ask(
        attachments.attach(holder),
        newest -> {
          if (!newest) {
            holder.lose(CloseCode.TAKEN_OVER);
          } else if (connection().open()) {
            attached(attaching);
          } else {
            attachments.detach(holder);
          }
        });
  }

  private void attached(AdmissionState.Attaching attaching) {
    var holder = attaching.holder();
    var observer = context.replies().failures().observer();
    switch (attaching.came()) {
      case NEW -> observer.sessionCreated(holder.session().id());
      case BACK -> observer.sessionResumed(holder.session().id(), false);
      case TAKEN_OVER -> observer.sessionResumed(holder.session().id(), true);
    }
    var resumed = attaching.came() != AdmissionState.Came.NEW;
    welcome(holder, attaching.stored(), resumed);
    step(
        resumed
            ? new AdmissionState.Restoring(holder, attaching.stored())
            : new AdmissionState.Done());
  }

  private void welcome(SessionHolder holder, StoredSession stored, boolean resumed) {
    connection().identified();
    if (connect.batch()) {
      connection().useBatches();
    }
    var settings = context.settings();
    var heartbeat = settings.heartbeat();
    var interval = heartbeat.intervalFor(connect.heartbeatSeconds());
    connection()
        .send(
            new ServerMessage.Connected(
                connect.id(),
                holder.session().id(),
                token,
                holder.session().user(),
                settings.owner().node(),
                resumed,
                settings.engine().sessionTtl().toSeconds(),
                new ServerMessage.HeartbeatNumbers(
                    (int) interval.toSeconds(), (int) heartbeat.timeout().toSeconds()),
                settings.limits().messageBytes()));
    applicant.welcomed(interval);
    holder.welcome(stored.inbox(), connect.inbox().orElse(stored.inbox()));
  }

  /**
   * Its subscriptions, a few at once, as the client takes them; then its own commands go on. Once
   * it is the client that is waited for, no more the engine, it makes room at the gate.
   */
  private void restore(SessionHolder holder, StoredSession stored) {
    pass.stay(true);
    relist(holder);
    var channels = new TreeSet<>(stored.subscriptions().keySet());
    unbegun = channels.size();
    unfinished = channels.size();
    for (var channel : channels) {
      if (mayHave(holder.session(), channel)) {
        var acknowledged = stored.subscriptions().getOrDefault(channel, Optional.empty());
        var from = acknowledged.map(kept -> connect.positions().getOrDefault(channel, kept));
        context
            .subscriptions()
            .rejoin(holder, channel, acknowledged, from, this::begun, this::finished);
      } else {
        holder.write("unsubscribe", () -> engine().sessions().unsubscribe(holder.lease(), channel));
        connection().send(new ServerMessage.Unsubscribed(Command.NO_ID, channel));
        unbegun--;
        unfinished--;
      }
    }
    leaveIfBegun();
    if (unfinished == 0) {
      step(new AdmissionState.Done());
    }
  }

  /** What the server has subscribed it to, it has by no right of its own. */
  private boolean mayHave(Session session, String channel) {
    return session.origin(channel) == Origin.SERVER
        || context.settings().namespaces().maySubscribe(channel, session.user());
  }

  /** That it is there again: its entries may have been lost, or have passed. */
  private void relist(SessionHolder holder) {
    pass.note(
        context.directory().list(holder.session()),
        failure -> {
          if (failure != null) {
            // Its next renewal will say it again.
            context.replies().failures().engineFailed("directory", failure);
          }
        });
  }

  private void begun() {
    unbegun--;
    leaveIfBegun();
  }

  private void leaveIfBegun() {
    if (unbegun == 0 || connection().congested()) {
      pass.stay(false);
    }
  }

  private void finished() {
    if (--unfinished == 0) {
      step(new AdmissionState.Done());
    }
  }

  private <T> void ask(CompletionStage<T> stage, Consumer<T> then) {
    pass.ask(
        stage,
        then,
        failure -> {
          context.replies().failures().engineFailed("connect", failure);
          step(AdmissionState.refused(ErrorCode.UNAVAILABLE, "the engine did not answer"));
        });
  }
}
