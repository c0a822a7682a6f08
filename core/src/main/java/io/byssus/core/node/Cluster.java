package io.byssus.core.node;

import io.byssus.core.NodeObserver;
import io.byssus.core.engine.ClusterBus;
import io.byssus.core.engine.Engine;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.presence.PresenceStore;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionStore;
import io.byssus.core.session.SessionStore.Orphan;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * This node among the others: takes its name, announces itself, hears the others, and detaches the
 * sessions of those that are gone. Confined to one lane of the node; only {@link #join}, {@link
 * #leave}, {@link #members} and the listener may be called from elsewhere.
 */
@LaneConfined
final class Cluster implements ClusterBus.Listener {
  private static final long ANNOUNCE_NS = TimeUnit.SECONDS.toNanos(2);

  /** One whose answer was lost must not keep the next from being heard. */
  private static final int ANNOUNCED_AT_ONCE = 4;

  private static final long ANNOUNCE_PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(1);
  private static final int ABANDONED_AT_ONCE = 1_000;

  /** A run that was killed holds its name no longer than this. */
  private static final Duration JOIN_WITHIN = ClusterBus.NAME_LEASE.plusSeconds(1);

  /** The clients of a node that lost its name come back elsewhere, spread over this. */
  private static final Duration EXODUS = Duration.ofSeconds(5);

  private final Local local;
  private final ClusterBus bus;
  private final SessionStore sessions;
  private final PresenceStore presence;
  private final Predicate<String> showsPresence;
  private final Attachments<?> attachments;
  private final FailureLog failures;
  private final NodeObserver observer;
  private final Lane lane;
  private final Owner self;
  private final Membership membership;
  private final RecurringStep announcing;
  private long startedAt;
  private boolean over;
  private volatile List<NodeView> members = List.of();

  /** What this node is, and does when the others or the engine say so. From any thread. */
  interface Local {
    /**
     * @param uptime since the start
     */
    ClusterBus.Announcement announcement(Duration uptime);

    /** The name is lost: all clients are sent away. */
    void nameLost(Duration window);

    /** Does what all lanes owe the engine. */
    CompletionStage<Void> payDebts();

    /** Something was appended to the inbox of a session, which may be held here. */
    void wakeInbox(String session);

    /** Does what another node, or this one, asks for. */
    CompletionStage<ClusterBus.Reply> asked(ClusterBus.Question question);

    void reachable(boolean reachable);

    void forgot();
  }

  /**
   * @param showsPresence whether it is known who is in a channel
   */
  Cluster(
      Owner self,
      Local local,
      Engine engine,
      Predicate<String> showsPresence,
      Attachments<?> attachments,
      FailureLog failures,
      Lane lane) {
    this.self = self;
    this.local = local;
    this.bus = engine.bus();
    this.sessions = engine.sessions();
    this.presence = engine.presence();
    this.showsPresence = showsPresence;
    this.attachments = attachments;
    this.failures = failures;
    this.observer = failures.observer();
    this.lane = lane;
    this.membership = new Membership(self);
    this.announcing = new RecurringStep(lane, ANNOUNCED_AT_ONCE, ANNOUNCE_PATIENCE_NS);
  }

  void start() {
    lane.check();
    startedAt = lane.nanoTime();
    bus.listen(this);
  }

  /** Those that are not gone, this node too once it has joined. From any thread. */
  List<NodeView> members() {
    return members;
  }

  // This node.

  CompletionStage<Boolean> join() {
    var joined = new CompletableFuture<Boolean>();
    lane.execute(() -> join(lane.nanoTime() + JOIN_WITHIN.toNanos(), joined));
    return joined;
  }

  private void join(long until, CompletableFuture<Boolean> joined) {
    lane.ask(
        () -> bus.announce(announcement()),
        (name, failure) -> {
          if (name instanceof ClusterBus.Name.Taken(var before)) {
            lane.every(ANNOUNCE_NS, this::round);
            abandonFormerRuns(before, joined);
          } else if (lane.nanoTime() - until < 0) {
            lane.schedule(RETRY_NS, () -> join(until, joined));
          } else if (name == null) {
            joined.completeExceptionally(new CompletionException("the engine is silent", failure));
          } else {
            joined.complete(false);
          }
        });
  }

  /**
   * Nobody else does this when the node is alone, and its clients come back to it first: so it has
   * joined once it is done, or has taken too long.
   */
  private void abandonFormerRuns(Set<Owner> before, CompletableFuture<Boolean> joined) {
    var left = new HashSet<>(before);
    left.remove(self);
    if (left.isEmpty()) {
      joined.complete(true);
      return;
    }
    lane.schedule(JOIN_WITHIN.toNanos(), () -> joined.complete(true));
    for (var dead : Set.copyOf(left)) {
      abandon(
          dead,
          () -> {
            failures.logFailure("leave", bus.leave(dead));
            left.remove(dead);
            if (left.isEmpty()) {
              joined.complete(true);
            }
          });
    }
  }

  private void round() {
    if (!over) {
      lane.attempt(this::announce);
      findGone();
    }
  }

  private void announce() {
    announcing.take(
        () -> bus.announce(announcement()),
        (name, failure) -> {
          if (name == null) {
            failures.engineFailed("announce", failure);
          } else if (name instanceof ClusterBus.Name.Refused && !over) {
            over = true;
            observer.nameLost();
            local.nameLost(EXODUS);
          }
        });
  }

  private ClusterBus.Announcement announcement() {
    return local.announcement(Duration.ofNanos(lane.nanoTime() - startedAt));
  }

  CompletionStage<Void> leave() {
    var left = new CompletableFuture<Void>();
    lane.execute(() -> leave(left));
    return left;
  }

  private void leave(CompletableFuture<Void> left) {
    over = true;
    lane.when(
        local.payDebts(),
        (paid, none) ->
            lane.ask(() -> bus.leave(self), (done, failure) -> complete(left, failure)));
  }

  private static void complete(CompletableFuture<Void> stage, @Nullable Throwable failure) {
    if (failure == null) {
      stage.complete(null);
    } else {
      stage.completeExceptionally(failure);
    }
  }

  // The others.

  @Override
  public void announced(ClusterBus.Announcement announcement) {
    lane.execute(() -> {
      var owner = announcement.owner();
      var known = membership.knows(owner);
      membership.announced(announcement, lane.nanoTime()).ifPresent(this::declareGone);
      if (!known && membership.knows(owner) && !owner.equals(self)) {
        observer.nodeJoined(owner.node());
      }
      listMembers();
    });
  }

  @Override
  public void left(Owner owner) {
    lane.execute(() -> {
      if (membership.left(owner)) {
        listMembers();
        if (!owner.equals(self)) {
          observer.nodeLeft(owner.node());
          abandon(owner, () -> {});
        }
      }
    });
  }

  @Override
  public void told(ClusterBus.Notice notice) {
    switch (notice) {
      case ClusterBus.Notice.Superseded(var lease, var code) ->
          attachments
              .of(lease)
              .ifPresent(holder -> holder.supersede(code, new CompletableFuture<>()));
      case ClusterBus.Notice.InboxGrew(var session) -> local.wakeInbox(session);
    }
  }

  @Override
  public CompletionStage<ClusterBus.Reply> asked(ClusterBus.Question question) {
    return local.asked(question);
  }

  @Override
  public void notUnderstood(String type) {
    observer.clusterMessageUnknown(type);
  }

  @Override
  public void reachable(boolean reachable) {
    local.reachable(reachable);
  }

  @Override
  public void forgot() {
    local.forgot();
  }

  /** The store says that {@code owner} has a session. From any thread. */
  void met(Owner owner) {
    if (members.stream().noneMatch(view -> view.owner().equals(owner))) {
      lane.execute(() -> membership.met(owner, lane.nanoTime()));
    }
  }

  private void findGone() {
    membership.gone(lane.nanoTime()).forEach(this::declareGone);
    listMembers();
  }

  private void listMembers() {
    members = membership.members(lane.nanoTime());
  }

  private void declareGone(Owner dead) {
    observer.nodeGone(dead.node());
    abandon(dead, () -> {});
  }

  /** Every node does this when one has gone; the store gives each session to one of them. */
  private void abandon(Owner dead, Runnable done) {
    lane.ask(
        () -> sessions.abandon(dead, ABANDONED_AT_ONCE),
        (orphans, failure) -> {
          if (orphans == null) {
            failures.engineFailed("abandon", failure);
            lane.schedule(RETRY_NS, () -> abandonUnlessBack(dead, done));
          } else if (orphans.isEmpty()) {
            done.run();
          } else {
            observer.sessionsOrphaned(orphans.size());
            orphans.forEach(this::leavePresence);
            abandon(dead, done);
          }
        });
  }

  private void abandonUnlessBack(Owner dead, Runnable done) {
    if (!membership.knows(dead)) {
      abandon(dead, done);
    }
  }

  private void leavePresence(Orphan orphan) {
    for (var channel : orphan.channels()) {
      if (showsPresence.test(channel)) {
        failures.logFailure("presence", presence.leave(channel, orphan.lease()));
      }
    }
  }
}
