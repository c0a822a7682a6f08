package io.byssus.core.node;

import io.byssus.core.NotDoneException;
import io.byssus.core.delivery.Inbox;
import io.byssus.core.engine.Engine;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Session;
import io.byssus.core.session.SessionStore;
import io.byssus.core.session.StoredSession;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ServerMessage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection's hold on one session, from the grant of its lease until the connection ends, the
 * session ends or others have it. Confined to the connection's lane; other lanes reach it through
 * {@link #supersede} and {@link #wakeInbox} only.
 *
 * <p>A session is more than its record: what else belongs to it are {@link Part}s, and each of them
 * is asked at every turn of its life.
 *
 * <p>The store is written first, and then the copy here: a command that failed leaves the session
 * as it was, so that saying it again does all of it. A write that is refused asks first why: others
 * may have the session, or the store may have forgotten it, and then it is written anew.
 */
@LaneConfined
final class SessionHolder extends AttachedSession implements Attachments.Holder, Healing.Holder {
  static final long SETTLE_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Context context;
  private @Nullable Places places;

  /** While the store does not have the session as it is here; says whether it has it again. */
  private @Nullable CompletableFuture<Boolean> mending;

  /** Writes under the lease that are not answered yet. */
  private int writing;

  private boolean degraded;

  /**
   * What all sessions of a lane are held by.
   *
   * @param parts in the order in which they are told
   */
  record Context(
      LaneContext lane,
      Engine engine,
      Attachments<SessionHolder> attachments,
      EndedSessions ended,
      FailureLog failures,
      List<Part> parts) {}

  /** Something that belongs to a session beside its record. Stateless; on the session's lane. */
  interface Part {
    /**
     * The engine can be reached again, or has the session again: catches up with what it missed.
     */
    default void revive(SessionHolder holder) {}

    /** The store has forgotten the session. */
    default void forgotten(SessionHolder holder) {}

    /** The connection ends, and the session goes on without it. */
    default void release(SessionHolder holder) {}

    /** The session is not held here any more; the store is left as it is. */
    default void detach(SessionHolder holder) {}
  }

  SessionHolder(Context context, Client client, Lease lease, StoredSession stored) {
    super(client, new Session(client.connection(), lease, stored));
    this.context = context;
  }

  LaneContext laneContext() {
    return context.lane();
  }

  /** The client has been told: directed messages flow. */
  void welcome(long acknowledged, long held) {
    lane().check();
    openInbox(
        new Inbox(
            context.engine().inboxes(),
            session(),
            acknowledged,
            held,
            context.failures().observer(),
            this::refused));
    if (context.lane().outages().lasting()) {
      degrade();
    }
  }

  /** Where subscriptions go on after a loss. */
  Places places() {
    lane().check();
    if (places == null) {
      places =
          new Places(
              lane(),
              (channel, position) ->
                  underLease(
                      () -> context.engine().sessions().acknowledge(lease(), channel, position)),
              context.failures());
    }
    return places;
  }

  /** The client has said itself where it is in the channel. */
  void acknowledges(String channel) {
    if (places != null) {
      places.overtaken(channel);
    }
  }

  // Writes.

  /**
   * A write under the session's lease. If the store has forgotten the session, it is written anew
   * first, and the write, which was surely not done, follows then. {@link Fence#LOST} when others
   * have the session: then the connection is closed.
   */
  CompletionStage<Fence> underLease(Supplier<CompletionStage<Fence>> step) {
    return lane()
        .then(
            counted(step),
            fence ->
                fence == Fence.HELD
                    ? CompletableFuture.completedFuture(fence)
                    : lane().then(refused(), whole -> again(whole, step)));
  }

  private CompletionStage<Fence> again(boolean whole, Supplier<CompletionStage<Fence>> step) {
    return whole
        ? lane()
            .then(
                counted(step),
                fence ->
                    fence == Fence.HELD
                        ? CompletableFuture.completedFuture(fence)
                        : CompletableFuture.failedFuture(
                            new NotDoneException("the engine has forgotten the session again")))
        : CompletableFuture.completedFuture(Fence.LOST);
  }

  private CompletionStage<Fence> counted(Supplier<CompletionStage<Fence>> step) {
    var stage = step.get();
    writing++;
    lane().when(stage, (fence, failure) -> writing--);
    return stage;
  }

  /** A write that no client waits for. */
  void write(String step, Supplier<CompletionStage<Fence>> write) {
    lane()
        .when(
            underLease(write),
            (fence, failure) -> {
              if (fence == null) {
                context.failures().engineFailed(step, failure);
              }
            });
  }

  // When the store does not have the session.

  /**
   * The store says that the session is not held under its lease: because others have it, or because
   * it has forgotten it.
   *
   * @return whether it is held again; else the connection is closed
   */
  CompletionStage<Boolean> refused() {
    lane().check();
    if (over()) {
      return CompletableFuture.completedFuture(false);
    }
    if (mending != null) {
      return mending;
    }
    var mended = new CompletableFuture<Boolean>();
    mending = mended;
    askAgain();
    return mended;
  }

  private void askAgain() {
    ask(this::askAgain);
  }

  /** What the store knows of the session; {@code again} when it did not answer. */
  void ask(Runnable again) {
    lane()
        .ask(
            () -> context.engine().sessions().renew(List.of(lease())),
            (renewal, failure) -> {
              if (over()) {
                return;
              }
              if (renewal == null) {
                context.failures().engineFailed("renew", failure);
                lane().schedule(SETTLE_NS, again);
              } else {
                renewed(renewal);
              }
            });
  }

  /** What a renewal of this session alone says. */
  private void renewed(SessionStore.Renewal renewal) {
    if (!renewal.lost().isEmpty()) {
      lost();
    } else if (!renewal.forgotten().isEmpty()) {
      context.lane().healing().add(this);
    } else {
      mended();
    }
  }

  /** The store has forgotten the session, and what was in its inbox. */
  void forgotten() {
    context.parts().forEach(part -> part.forgotten(this));
    mayBeForgotten();
  }

  void mayBeForgotten() {
    lane().check();
    if (!over() && mending == null) {
      mending = new CompletableFuture<>();
      context.lane().healing().add(this);
    }
  }

  @Override
  public void restore(Consumer<Healing.Outcome> done) {
    lane().check();
    var reader = inbox();
    if (over()) {
      done.accept(Healing.Outcome.OVER);
    } else if (reader == null || writing > 0) {
      // It is not known yet what there is, or what is under way would be written over.
      done.accept(Healing.Outcome.AGAIN);
    } else {
      var known = session().stored(reader.acknowledged());
      var sessions = context.engine().sessions();
      lane()
          .ask(
              () -> sessions.restore(lease(), known, reader.sent(), reader.unread()),
              (fence, failure) -> done.accept(restored(fence, failure)));
    }
  }

  private Healing.Outcome restored(@Nullable Fence fence, @Nullable Throwable failure) {
    if (fence == null) {
      context.failures().engineFailed("restore", failure);
      return Healing.Outcome.AGAIN;
    }
    if (over()) {
      context.lane().debts().release(lease()); // it was let go of meanwhile, and nobody else would
      return Healing.Outcome.OVER;
    }
    if (fence == Fence.HELD) {
      client().connection().attempt(this::mended);
      return Healing.Outcome.HEALED;
    }
    lost();
    return Healing.Outcome.OVER;
  }

  private void mended() {
    var mended = mending;
    mending = null;
    if (mended != null) {
      mended.complete(true);
    }
    revive();
  }

  /** The engine cannot be reached. */
  void degrade() {
    lane().check();
    if (inbox() != null && !degraded && !over()) {
      degraded = true;
      client().connection().send(new ServerMessage.Degraded(true));
    }
  }

  /** The engine can be reached again, and the lease was checked: catches up with what it said. */
  void revive() {
    lane().check();
    if (over() || inbox() == null || mending != null) {
      return;
    }
    context.parts().forEach(part -> part.revive(this));
    if (degraded) {
      degraded = false;
      client().connection().send(new ServerMessage.Degraded(false));
    }
  }

  // How it ends.

  /** Others have the session, or could have had it, or it has ended. */
  @Override
  public void lost() {
    lane().check();
    if (over()) {
      return;
    }
    if (mending == null) {
      mending = new CompletableFuture<>();
    }
    lane()
        .ask(
            () -> context.engine().sessions().holder(session().id()),
            (holder, failure) -> {
              var taken = holder != null && holder.flatMap(held -> held).isPresent();
              lose(taken ? CloseCode.TAKEN_OVER : CloseCode.SESSION_LOST);
            });
  }

  @Override
  public void supersede(CloseCode code, CompletableFuture<Boolean> done) {
    lane()
        .execute(() -> {
          lose(code);
          done.complete(true);
        });
  }

  void lose(CloseCode code) {
    if (!over()) {
      context.failures().observer().sessionLost(session().id());
      detach();
      client().connection().close(code);
    }
  }

  /** The user may not have this session after all: it is removed before anybody heard of it. */
  void discard() {
    detach();
    context.lane().debts().end(lease());
  }

  /** Whoever came for the session cannot have it yet, and may come again. */
  void giveBack() {
    detach();
    context.lane().debts().release(lease());
  }

  /** The session has ended, as its client asked. */
  void ended() {
    context.failures().observer().sessionEnded(session().id());
    detach();
    client().connection().close(CloseCode.ENDED);
  }

  /** The connection has ended; the session may be resumed. */
  void release() {
    lane().check();
    if (over()) {
      return;
    }
    var reader = inbox();
    context.parts().forEach(part -> part.release(this));
    detach();
    if (reader == null) {
      context.lane().debts().release(lease());
    } else {
      var known = session().stored(reader.acknowledged());
      context.lane().debts().release(lease(), known, reader.sent());
    }
    context.failures().observer().sessionDetached(session().id());
  }

  /** Forgets the session here; the store is left as it is. */
  private void detach() {
    if (over()) {
      return;
    }
    context.parts().forEach(part -> part.detach(this));
    context.attachments().detach(this);
    context.ended().detached(lease());
    close();
    if (mending != null) {
      mending.complete(false);
      mending = null;
    }
  }
}
