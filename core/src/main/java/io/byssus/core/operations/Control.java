package io.byssus.core.operations;

import io.byssus.core.channel.ChannelName;
import io.byssus.core.channel.Namespaces;
import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.engine.ClusterBus.Notice;
import io.byssus.core.engine.ClusterBus.Question;
import io.byssus.core.engine.ClusterBus.Reply;
import io.byssus.core.engine.Engine;
import io.byssus.core.lane.Lane;
import io.byssus.core.session.Change;
import io.byssus.core.session.FoundSession;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Origin;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionStore.Changed;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What operators do to sessions and nodes, from any node and any thread. A session that is held is
 * changed by its holder; one that nobody holds is changed in the engine.
 *
 * <p>A stage fails with {@link RejectedException} when it was surely not done. It fails otherwise
 * when nobody knows: the holder did not answer in time, or is gone. Then it may be asked again:
 * each of these operations, done twice, leaves what it leaves when it is done once.
 */
public final class Control {
  /** So long is a holder waited for. */
  static final Duration HOLDER_WITHIN = Duration.ofSeconds(5);

  /** A session that is on its way from one holder to the next is looked for so often. */
  private static final long MOVED_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final int USER_PAGE = 100;

  private final Engine engine;
  private final Namespaces namespaces;
  private final ChangeBounds bounds;
  private final Lane lane;
  private final Consumer<Gone> ended;
  private final Function<String, CompletionStage<Boolean>> evict;

  /**
   * @param lane whose clock and timers are used
   * @param ended is told which session was removed
   * @param evict closes the connection of a session that ended, if this node holds it
   */
  public Control(
      Engine engine,
      Namespaces namespaces,
      ChangeBounds bounds,
      Lane lane,
      Consumer<Gone> ended,
      Function<String, CompletionStage<Boolean>> evict) {
    this.engine = engine;
    this.namespaces = namespaces;
    this.bounds = bounds;
    this.lane = lane;
    this.ended = ended;
    this.evict = evict;
  }

  /**
   * What was done.
   *
   * @param attached whether somebody held the session: then its client has been told
   */
  public record Touched(String session, boolean attached) {}

  // Sessions.

  /**
   * Sets attributes, of which {@link Json#NULL} removes one, and tags in place of all, if given.
   */
  public CompletionStage<Touched> change(
      Principal by, String session, Map<String, Json> attributes, Optional<Set<String>> tags) {
    return change(by, session, new Change(attributes, tags, List.of(), Set.of()));
  }

  /**
   * Subscribes the session, whatever its user may do; only the server can take it back.
   *
   * @param position where it starts; empty: from now on
   */
  public CompletionStage<Touched> subscribe(
      Principal by, String session, String channel, Optional<Position> position) {
    var fault = ChannelName.fault(channel, true, bounds.limits().channelNameBytes());
    if (fault.isPresent()) {
      return RejectedException.stage(ErrorCode.BAD_CHANNEL, fault.get());
    }
    return change(
        by,
        session,
        Change.subscribing(new Change.NewSubscription(channel, position, Origin.SERVER)));
  }

  /** Ends a subscription, whoever made it. */
  public CompletionStage<Touched> unsubscribe(Principal by, String session, String channel) {
    return change(by, session, Change.unsubscribing(channel));
  }

  private CompletionStage<Touched> change(Principal by, String session, Change change) {
    return by.may(Right.SESSIONS_WRITE)
        ? found(session, deadline(), found -> change(found, change))
        : forbidden();
  }

  private CompletionStage<Optional<Touched>> change(FoundSession found, Change change) {
    var fault = bounds.fault(change, found.attributes(), found.subscriptions().keySet());
    if (fault.isPresent()) {
      return RejectedException.stage(fault.get().code(), fault.get().message());
    }
    return found
        .holder()
        .map(lease -> ask(lease, new Question.ChangeSession(lease, change)))
        .orElseGet(() -> changeDetached(found.id(), change));
  }

  /** Listed first, stored then, struck off the list last, as the holder of a session does it. */
  private CompletionStage<Optional<Touched>> changeDetached(String session, Change change) {
    CompletionStage<Void> listed =
        change
            .tags()
            .map(tags -> engine.directory().add(entries(session, tags)))
            .orElseGet(() -> CompletableFuture.completedFuture(null));
    return listed
        .thenCompose(done -> started(change))
        .thenCompose(started -> engine.sessions().change(session, started))
        .thenCompose(changed ->
            switch (changed) {
              case Changed.Done(var _, var before) ->
                  strikeOff(session, before, change)
                      .thenApply(done -> Optional.of(new Touched(session, false)));
              case Changed.Held _, Changed.None _ ->
                  CompletableFuture.completedFuture(Optional.<Touched>empty());
            });
  }

  private static List<SessionDirectory.Entry> entries(String session, Set<String> tags) {
    return tags.stream()
        .map(tag -> new SessionDirectory.Entry(new Target.ToTag(tag), session))
        .toList();
  }

  /** An entry that stays though it should not is harmless: the session itself is asked. */
  private CompletionStage<Void> strikeOff(String session, Set<String> before, Change change) {
    CompletionStage<Void> all = CompletableFuture.completedFuture(null);
    for (var tag : before) {
      if (change.tags().isPresent() && !change.tags().get().contains(tag)) {
        var struck =
            engine
                .directory()
                .remove(new Target.ToTag(tag), session)
                .exceptionally(failure -> null);
        all = all.thenCombine(struck, (done, none) -> none);
      }
    }
    return all;
  }

  /** With the places where its subscriptions begin. */
  private CompletionStage<Change> started(Change change) {
    CompletionStage<List<Change.NewSubscription>> all =
        CompletableFuture.completedFuture(new ArrayList<>());
    for (var wanted : change.subscribe()) {
      var channel = wanted.channel();
      var start = StartPosition.of(namespaces, engine.broker(), channel, wanted.position());
      all =
          all.thenCombine(
              start,
              (known, from) -> {
                var stored = namespaces.positionless(channel) ? Optional.<Position>empty() : from;
                known.add(new Change.NewSubscription(channel, stored, wanted.origin()));
                return known;
              });
    }
    return all.thenApply(
        known -> new Change(change.attributes(), change.tags(), known, change.unsubscribe()));
  }

  /**
   * Closes the connection of the session, which stays.
   *
   * @param stayAway whether the client is to stay away; else it comes back and resumes
   */
  public CompletionStage<Touched> disconnect(Principal by, String session, boolean stayAway) {
    if (!by.may(Right.SESSIONS_WRITE)) {
      return forbidden();
    }
    var code = stayAway ? CloseCode.DISCONNECTED : CloseCode.SERVICE_RESTART;
    return found(
        session,
        deadline(),
        found ->
            found
                .holder()
                .map(lease -> ask(lease, new Question.Disconnect(lease, code)))
                .orElseGet(() ->
                    CompletableFuture.completedFuture(Optional.of(new Touched(session, false)))));
  }

  /**
   * Closes the connections of all sessions of the user, which stay. Fails, when all were asked, if
   * it is not known of one.
   *
   * @return of how many
   */
  public CompletionStage<Integer> disconnectUser(Principal by, String user, boolean stayAway) {
    return by.may(Right.SESSIONS_WRITE)
        ? disconnectPage(by, new Target.ToUser(user), stayAway, SessionDirectory.START)
        : forbidden();
  }

  private CompletionStage<Integer> disconnectPage(
      Principal by, Target user, boolean stayAway, String cursor) {
    return engine
        .directory()
        .page(user, cursor, USER_PAGE)
        .thenCompose(page -> {
          CompletionStage<Integer> here = CompletableFuture.completedFuture(0);
          for (var session : page.sessions()) {
            here = here.thenCombine(disconnected(by, session, stayAway), Integer::sum);
          }
          return page.next()
              .map(next -> disconnectPage(by, user, stayAway, next))
              .orElseGet(() -> CompletableFuture.completedFuture(0))
              .thenCombine(here, Integer::sum);
        });
  }

  /** The directory may list sessions that are gone. */
  private CompletionStage<Integer> disconnected(Principal by, String session, boolean stayAway) {
    return disconnect(by, session, stayAway)
        .handle((touched, failure) -> {
          var rejected = RejectedException.in(failure);
          if (rejected != null && rejected.code() == ErrorCode.NOT_FOUND) {
            return CompletableFuture.completedFuture(0);
          }
          return failure == null
              ? CompletableFuture.completedFuture(touched.attached() ? 1 : 0)
              : CompletableFuture.<Integer>failedFuture(failure);
        })
        .thenCompose(count -> count);
  }

  /** Ends the session for good, with all that it has; its connection is closed. */
  public CompletionStage<Touched> end(Principal by, String session) {
    if (!by.may(Right.SESSIONS_WRITE)) {
      return forbidden();
    }
    return engine
        .sessions()
        .find(session)
        .thenCombine(
            engine.sessions().remove(session),
            (found, gone) -> {
              gone.ifPresent(this::removed);
              return gone.map(
                  none -> new Touched(session, found.flatMap(FoundSession::holder).isPresent()));
            })
        .thenCompose(touched ->
            touched
                .<CompletionStage<Touched>>map(done -> evict.apply(session).thenApply(here -> done))
                .orElseGet(Control::notFound));
  }

  /** Its node may miss this: then it hears of it when it renews the session. */
  private void removed(Gone gone) {
    ended.accept(gone);
    var lease = gone.newest();
    engine.bus().tell(lease.owner(), new Notice.Superseded(lease, CloseCode.ENDED));
  }

  // Nodes.

  /** Sends the clients of this run elsewhere; its process ends then. */
  public CompletionStage<Owner> drain(Principal by, Owner node) {
    if (!by.may(Right.NODES_DRAIN)) {
      return RejectedException.stage(ErrorCode.FORBIDDEN, "you may not end nodes");
    }
    return engine
        .bus()
        .ask(lane, node, new Question.Drain(node), HOLDER_WITHIN)
        .thenCompose(reply ->
            done(reply, node.node())
                ? CompletableFuture.completedFuture(node)
                : RejectedException.stage(ErrorCode.NOT_FOUND, "this run has ended already"));
  }

  // Asking.

  private long deadline() {
    return lane.nanoTime() + HOLDER_WITHIN.toNanos();
  }

  /**
   * @param step does it; empty when the session is not where it was found
   */
  private CompletionStage<Touched> found(
      String session,
      long deadline,
      Function<FoundSession, CompletionStage<Optional<Touched>>> step) {
    return engine
        .sessions()
        .find(session)
        .thenCompose(found ->
            found
                .map(step)
                .orElseGet(Control::notFound)
                .thenCompose(touched ->
                    touched
                        .<CompletionStage<Touched>>map(CompletableFuture::completedFuture)
                        .orElseGet(() -> again(session, deadline, step))));
  }

  /**
   * It was surely not done: a client is taking the session elsewhere just now, or lets go of it.
   */
  private CompletionStage<Touched> again(
      String session,
      long deadline,
      Function<FoundSession, CompletionStage<Optional<Touched>>> step) {
    var later = new CompletableFuture<Void>();
    lane.execute(() -> {
      if (lane.nanoTime() - deadline >= 0) {
        later.completeExceptionally(
            new RejectedException(
                ErrorCode.UNAVAILABLE, "the session is on its way to another node, try again"));
      } else {
        lane.schedule(MOVED_NS, () -> later.complete(null));
      }
    });
    return later.thenCompose(now -> found(session, deadline, step));
  }

  private CompletionStage<Optional<Touched>> ask(Lease lease, Question question) {
    return engine
        .bus()
        .ask(lane, lease.owner(), question, HOLDER_WITHIN)
        .thenApply(reply ->
            done(reply, lease.owner().node())
                ? Optional.of(new Touched(lease.session(), true))
                : Optional.empty());
  }

  /**
   * @return false when it is not there
   */
  private static boolean done(Optional<Reply> reply, String node) {
    return switch (reply.orElse(null)) {
      case Reply.Done() -> true;
      case Reply.Lost() -> false;
      case Reply.Refused(var code, var message) -> throw new RejectedException(code, message);
      case Reply.NotUnderstood() ->
          throw new RejectedException(
              ErrorCode.UNSUPPORTED, "node " + node + " is of an older version: update it");
      case null -> throw new SilentNodeException(node);
    };
  }

  private static <T> CompletionStage<T> notFound() {
    return RejectedException.stage(ErrorCode.NOT_FOUND, "there is no such session");
  }

  private static <T> CompletionStage<T> forbidden() {
    return RejectedException.stage(ErrorCode.FORBIDDEN, "you may not change sessions");
  }
}
