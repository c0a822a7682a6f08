package io.byssus.core.node;

import io.byssus.core.connection.Connection;
import io.byssus.core.engine.Engine;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.core.session.ResumeTokens;
import io.byssus.core.session.SessionBounds;
import io.byssus.core.session.SessionStore.Claim;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.StoredSession;
import io.byssus.core.session.TokenHash;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * How one connect gets its session from the store: a new one, or the one that its client comes back
 * for. The holder before is fenced by that. Confined to the connection's lane.
 */
@LaneConfined
final class SessionClaim {
  private final AdmissionContext context;
  private final Client client;
  private final Command.Connect connect;
  private final Optional<Identity> identity;
  private final String token;
  private final GatePass pass;
  private final Consumer<SessionHolder> held;
  private final Consumer<AdmissionState> then;

  /**
   * @param token the resume token that the session is to have
   * @param held is told as soon as the connection holds a session
   * @param then is told how the connect goes on
   */
  SessionClaim(
      AdmissionContext context,
      Client client,
      Command.Connect connect,
      Optional<Identity> identity,
      String token,
      GatePass pass,
      Consumer<SessionHolder> held,
      Consumer<AdmissionState> then) {
    this.context = context;
    this.client = client;
    this.connect = connect;
    this.identity = identity;
    this.token = token;
    this.pass = pass;
    this.held = held;
    this.then = then;
  }

  /** The user comes for the session that its connect names, or for a new one. */
  void start(String user) {
    if (identity.isPresent()) {
      comeFor(identity.get());
      return;
    }
    var resume = connect.resume();
    if (resume.isPresent()) {
      resume(user, resume.get());
      return;
    }
    var refusal =
        SessionBounds.refusal(
            context.settings().limits(),
            context.settings().clientTags(),
            connect.attributes(),
            Optional.of(connect.tags()));
    if (refusal.isPresent()) {
      then.accept(AdmissionState.refused(refusal.get().code(), refusal.get().message()));
    } else {
      create(user);
    }
  }

  // A new session.

  private void create(String user) {
    var id = context.random().id();
    pass.comes(id);
    var owner = context.settings().owner();
    var draft = new NewSession(id, user, connect.attributes(), connect.tags(), TokenHash.of(token));
    var stored =
        new StoredSession(
            id, user, ResumeTokens.first(draft.token()), given(), connect.tags(), Map.of(), 0);
    whenDone(
        engine().sessions().create(draft, owner),
        created -> {
          created.replaced().ifPresent(context.sessions().ended()::forget);
          hold(created.lease(), stored).ifPresent(holder -> list(holder, stored));
        },
        () -> debts().made(new Lease(id, owner, 1)));
  }

  /** The attributes as the store keeps them: null stands for one that is not there. */
  private Map<String, Json> given() {
    var given = new HashMap<>(connect.attributes());
    given.values().removeIf(Json::isNull);
    return given;
  }

  private void list(SessionHolder holder, StoredSession stored) {
    var listed = context.directory().list(holder.session()).thenApply(done -> true);
    // Identities are given out by whoever opens the connections, and bounded there.
    whenDone(
        identity.isPresent()
            ? listed
            : listed.thenCompose(done -> context.userSessions().admit(stored.user(), stored.id())),
        admitted -> {
          if (!connection().open()) {
            return; // the session was released when the connection went
          }
          if (admitted) {
            then.accept(new AdmissionState.Attaching(holder, stored, AdmissionState.Came.NEW));
          } else {
            holder.discard();
            then.accept(
                AdmissionState.turnedAway(
                    ErrorCode.TOO_MANY_SESSIONS,
                    "the user has too many sessions",
                    CloseCode.TOO_MANY_SESSIONS));
          }
        },
        holder::discard);
  }

  // One that was there before.

  private void resume(String user, Command.Resume resume) {
    pass.comes(resume.session());
    whenDone(
        engine()
            .sessions()
            .claim(
                resume.session(),
                user,
                TokenHash.of(resume.token()),
                TokenHash.of(token),
                context.settings().owner()),
        claim -> {
          switch (claim) {
            case Claim.Expired() ->
                then.accept(
                    AdmissionState.refused(
                        ErrorCode.SESSION_EXPIRED,
                        "session expired; send connect without session and resume"));
            case Claim.Refused() -> then.accept(notTheirs());
            case Claim.Granted granted -> granted(granted);
          }
        },
        () -> debts().claimed(resume.session()));
  }

  private static AdmissionState notTheirs() {
    return AdmissionState.turnedAway(
        ErrorCode.RESUME_REFUSED,
        "the resume token or user does not match this session",
        CloseCode.FORBIDDEN);
  }

  // One that is known by who comes for it.

  private void comeFor(Identity identity) {
    if (!identity.yielding()) {
      claim(identity, true);
      return;
    }
    whenDone(
        engine().sessions().holder(identity.session()),
        holder -> {
          var strays = context.strays();
          var other = holder.flatMap(lease -> lease).filter(held -> !strays.isStray(held));
          if (other.isPresent()) {
            context.nodes().met(other.get().owner());
            then.accept(
                AdmissionState.refused(
                    ErrorCode.RESUME_REFUSED, "another connection holds the session"));
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
    pass.comes(identity.session());
    whenDone(
        engine()
            .sessions()
            .claim(
                identity.session(),
                identity.user(),
                TokenHash.NONE,
                TokenHash.NONE,
                context.settings().owner()),
        claim -> {
          switch (claim) {
            case Claim.Expired() when mayMake -> make(identity);
            case Claim.Expired() ->
                then.accept(
                    AdmissionState.refused(
                        ErrorCode.UNAVAILABLE, "the session is gone, try again"));
            case Claim.Refused() -> then.accept(notTheirs());
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
        engine().sessions().create(draft, context.settings().owner()),
        created -> {
          created.replaced().ifPresent(context.sessions().ended()::forget);
          claim(identity, false);
        },
        () -> debts().claimed(identity.session()));
  }

  private void made(Claim.Granted granted) {
    supersede(granted);
    hold(granted.lease(), granted.session()).ifPresent(holder -> list(holder, granted.session()));
  }

  // Both ways to come back.

  private void granted(Claim.Granted granted) {
    supersede(granted);
    var came = takeover(granted) ? AdmissionState.Came.TAKEN_OVER : AdmissionState.Came.BACK;
    hold(granted.lease(), granted.session())
        .ifPresent(
            holder -> retag(holder, new AdmissionState.Attaching(holder, granted.session(), came)));
  }

  private void supersede(Claim.Granted granted) {
    granted
        .previous()
        .ifPresent(previous -> context.nodes().supersede(previous, CloseCode.TAKEN_OVER));
  }

  /**
   * Whether a connection had the session until now. A claim that was repeated, because its first
   * answer was lost, finds that this node has it, but nobody here.
   */
  private boolean takeover(Claim.Granted granted) {
    return granted
        .previous()
        .filter(held ->
            !context.nodes().isSelf(held.owner())
                || context.sessions().attachments().of(held).isPresent())
        .isPresent();
  }

  /** An identity may have other tags than when its session was made. */
  private void retag(SessionHolder holder, AdmissionState attaching) {
    var tags = identity.map(Identity::tags).filter(given -> !given.equals(holder.session().tags()));
    if (tags.isEmpty()) {
      then.accept(attaching);
      return;
    }
    whenDone(
        context.attributes().retag(holder, tags.get()),
        fence -> {
          if (!connection().open()) {
            return; // the session was released when the connection went
          }
          if (fence == Fence.HELD) {
            then.accept(attaching);
          } else {
            holder.lost();
          }
        },
        holder::giveBack);
  }

  // However they came.

  /** Empty, and the session released, when the connection has gone while the store worked. */
  private Optional<SessionHolder> hold(Lease lease, StoredSession stored) {
    if (!connection().open()) {
      debts().release(lease);
      return Optional.empty();
    }
    var holder = new SessionHolder(context.sessions(), client, lease, stored);
    held.accept(holder);
    return Optional.of(holder);
  }

  private Connection connection() {
    return client.connection();
  }

  private Engine engine() {
    return context.sessions().engine();
  }

  private Debts debts() {
    return context.sessions().lane().debts();
  }

  private <T> void whenDone(CompletionStage<T> stage, Consumer<T> next) {
    whenDone(stage, next, () -> {});
  }

  private <T> void whenDone(CompletionStage<T> stage, Consumer<T> next, Runnable undo) {
    pass.ask(
        stage,
        next,
        failure -> {
          context.replies().failures().engineFailed("connect", failure);
          undo.run();
          then.accept(AdmissionState.refused(ErrorCode.UNAVAILABLE, "the engine did not answer"));
        });
  }
}
