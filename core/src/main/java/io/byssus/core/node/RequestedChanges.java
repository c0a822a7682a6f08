package io.byssus.core.node;

import io.byssus.core.Budgets;
import io.byssus.core.NotDoneException;
import io.byssus.core.channel.Namespaces;
import io.byssus.core.engine.ClusterBus.Reply;
import io.byssus.core.engine.Engine;
import io.byssus.core.operations.ChangeBounds;
import io.byssus.core.operations.StartPosition;
import io.byssus.core.session.Change;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Origin;
import io.byssus.core.session.Session;
import io.byssus.core.session.SessionWeight;
import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What others than its client want changed in a session that is attached here: it is done as the
 * client's own commands are, in their order, and the client hears of it by messages without id.
 * Stateless; on the session's lane.
 */
record RequestedChanges(
    ChangeBounds bounds,
    Namespaces namespaces,
    Engine engine,
    Budgets budgets,
    SessionAttributes attributes,
    SubscriptionsPart subscriptions,
    PresencePart presence,
    FailureLog failures) {

  /** While no command holds others back. The stage fails when nobody knows what was done. */
  CompletionStage<Reply> apply(SessionHolder holder, Change change) {
    holder.lane().check();
    if (holder.over()) {
      return CompletableFuture.completedFuture(new Reply.Lost());
    }
    var refusal = refusal(holder.session(), change);
    if (refusal.isPresent()) {
      return CompletableFuture.completedFuture(refusal.get());
    }
    var doing = new Doing(holder);
    doing.step(steps(holder, change, doing));
    return doing.reply;
  }

  private Optional<Reply.Refused> refusal(Session session, Change change) {
    var channels = session.subscriptions().stream().map(each -> each.channel()).toList();
    var fault = bounds.fault(change, session.attributes(), channels);
    if (fault.isPresent()) {
      return fault.map(found -> new Reply.Refused(found.code(), found.message()));
    }
    // Twice: an engine in this process counts what it stores, too.
    var bytes = 2L * SessionWeight.ofAttributes(change.attributes());
    for (var wanted : change.subscribe()) {
      bytes += SessionWeight.ofSubscription(wanted.channel());
    }
    if (bytes == 0 || budgets.sessions().offers(bytes)) {
      return Optional.empty();
    }
    budgets.sessions().refused();
    return Optional.of(
        new Reply.Refused(ErrorCode.UNAVAILABLE, "the node is short of memory, try again later"));
  }

  private Queue<Supplier<CompletionStage<Fence>>> steps(
      SessionHolder holder, Change change, Doing doing) {
    var steps = new ArrayDeque<Supplier<CompletionStage<Fence>>>();
    if (!change.attributes().isEmpty() || change.tags().isPresent()) {
      steps.add(() -> set(holder, change));
    }
    for (var wanted : change.subscribe()) {
      steps.add(() -> subscribe(holder, wanted, doing));
    }
    for (var channel : change.unsubscribe()) {
      steps.add(() -> unsubscribe(holder, channel));
    }
    return steps;
  }

  /** One change: the client's commands wait until all of it is stored, and live. */
  private final class Doing {
    final SessionHolder holder;
    final CompletableFuture<Reply> reply = new CompletableFuture<>();
    private boolean begun;
    private int joining;

    Doing(SessionHolder holder) {
      this.holder = holder;
      holder.client().holdCommands();
    }

    void step(Queue<Supplier<CompletionStage<Fence>>> left) {
      var next = left.poll();
      if (next == null) {
        answer(new Reply.Done());
        return;
      }
      holder
          .lane()
          .ask(
              next,
              (fence, failure) -> {
                if (fence == Fence.HELD) {
                  begun = true;
                  step(left);
                } else if (!begun && (fence != null || NotDoneException.is(failure))) {
                  answer(
                      fence != null
                          ? new Reply.Lost()
                          : new Reply.Refused(ErrorCode.UNAVAILABLE, "the engine did not take it"));
                } else {
                  var why = failure != null ? failure : new IllegalStateException("lease lost");
                  failures.engineFailed("change", why);
                  reply.completeExceptionally(why);
                  settle();
                }
              });
    }

    private void answer(Reply said) {
      reply.complete(said);
      settle();
    }

    private void settle() {
      if (joining == 0) {
        holder.client().resumeCommands();
      }
    }

    void joins() {
      joining++;
    }

    void joined() {
      joining--;
      if (reply.isDone()) {
        settle();
      }
    }
  }

  private CompletionStage<Fence> set(SessionHolder holder, Change change) {
    var after = holder.session().attributesAfter(change.attributes());
    var written = attributes.write(holder, change.attributes(), change.tags());
    return ended(
        holder,
        written,
        () -> {
          attributes.changed(holder, after, change.tags());
          presence.enterAll(holder);
          send(holder, SessionCommands.attributes(Command.NO_ID, holder.session()));
        },
        failure -> attributes.doubt(holder, change.attributes().keySet(), failure));
  }

  private CompletionStage<Fence> subscribe(
      SessionHolder holder, Change.NewSubscription wanted, Doing doing) {
    var session = holder.session();
    var known = session.subscription(wanted.channel()).filter(s -> !session.doubts(s));
    if (known.isEmpty()) {
      return holder
          .lane()
          .then(
              StartPosition.of(namespaces, engine.broker(), wanted.channel(), wanted.position()),
              from -> begin(holder, wanted, from, doing));
    }
    if (session.origin(wanted.channel()) == wanted.origin() || wanted.origin() == Origin.CLIENT) {
      return CompletableFuture.completedFuture(Fence.HELD);
    }
    return store(
        holder,
        wanted,
        known.get().acknowledged(),
        () -> {
          session.origin(wanted.channel(), wanted.origin());
          // It stays where it is, and only the client knows where that is.
          send(
              holder,
              new ServerMessage.Subscribed(
                  Command.NO_ID,
                  wanted.channel(),
                  Optional.empty(),
                  Recovery.COMPLETE,
                  0,
                  ServerMessage.Subscribed.SERVER));
        });
  }

  private CompletionStage<Fence> begin(
      SessionHolder holder, Change.NewSubscription wanted, Optional<Position> from, Doing doing) {
    var channel = wanted.channel();
    var session = holder.session();
    var stored = namespaces.positionless(channel) ? Optional.<Position>empty() : from;
    return store(
        holder,
        wanted,
        stored,
        () -> {
          session.subscription(channel).ifPresent(before -> subscriptions.leave(holder, before));
          session.origin(channel, wanted.origin());
          doing.joins();
          var asked = wanted.position().isPresent();
          subscriptions.join(holder, Command.NO_ID, channel, stored, from, asked, doing::joined);
        });
  }

  private CompletionStage<Fence> store(
      SessionHolder holder,
      Change.NewSubscription wanted,
      Optional<Position> position,
      Runnable then) {
    var written =
        holder.underLease(() ->
            engine
                .sessions()
                .subscribe(holder.lease(), wanted.channel(), position, wanted.origin()));
    return ended(holder, written, then, failure -> {});
  }

  private CompletionStage<Fence> unsubscribe(SessionHolder holder, String channel) {
    var session = holder.session();
    var written = holder.underLease(() -> engine.sessions().unsubscribe(holder.lease(), channel));
    return ended(
        holder,
        written,
        () ->
            session
                .subscription(channel)
                .ifPresent(subscription -> {
                  subscriptions.leave(holder, subscription);
                  send(holder, new ServerMessage.Unsubscribed(Command.NO_ID, channel));
                }),
        failure -> session.subscription(channel).ifPresent(session::doubt));
  }

  /**
   * The stage of a write, which completes when what is here is as what is stored.
   *
   * @param done it is stored
   * @param doubt nobody knows, or it surely is not
   */
  private static CompletionStage<Fence> ended(
      SessionHolder holder,
      CompletionStage<Fence> written,
      Runnable done,
      Consumer<@Nullable Throwable> doubt) {
    var ended = new CompletableFuture<Fence>();
    holder
        .lane()
        .when(
            written,
            (fence, failure) -> {
              if (!holder.over() && fence != Fence.LOST) {
                var then = fence == null ? (Runnable) () -> doubt.accept(failure) : done;
                holder.client().connection().attempt(then);
              }
              if (failure == null) {
                ended.complete(fence);
              } else {
                ended.completeExceptionally(failure);
              }
            });
    return ended;
  }

  private static void send(SessionHolder holder, ServerMessage message) {
    holder.client().connection().send(message);
  }
}
