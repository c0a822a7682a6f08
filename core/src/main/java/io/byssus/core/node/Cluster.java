package io.byssus.core.node;

import io.byssus.core.engine.ClusterBus;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionStore.Orphan;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
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

  private final Node node;
  private final Lane lane;
  private final Owner self;
  private final Membership membership;
  private final RecurringStep announcing;
  private long startedAt;
  private boolean over;
  private volatile List<NodeView> members = List.of();

  Cluster(Node node, Lane lane) {
    this.node = node;
    this.lane = lane;
    this.self = node.settings.owner();
    this.membership = new Membership(self);
    this.announcing = new RecurringStep(lane, ANNOUNCED_AT_ONCE, ANNOUNCE_PATIENCE_NS);
  }

  void start() {
    lane.check();
    startedAt = lane.nanoTime();
    node.engine.bus().listen(this);
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
        () -> node.engine.bus().announce(announcement()),
        (name, failure) -> {
          if (name instanceof ClusterBus.Name.Taken(var before)) {
            lane.every(ANNOUNCE_NS, this::round);
            buryFormerRuns(before, joined);
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
  private void buryFormerRuns(Set<Owner> before, CompletableFuture<Boolean> joined) {
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
            node.noting("leave", node.engine.bus().leave(dead));
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
      judge();
    }
  }

  private void announce() {
    announcing.take(
        () -> node.engine.bus().announce(announcement()),
        (name, failure) -> {
          if (name == null) {
            node.engineFailed("announce", failure);
          } else if (name instanceof ClusterBus.Name.Refused && !over) {
            over = true;
            node.observer.nameLost();
            node.drain(EXODUS);
          }
        });
  }

  private ClusterBus.Announcement announcement() {
    return new ClusterBus.Announcement(
        self,
        node.settings.address(),
        node.settings.version(),
        Duration.ofNanos(lane.nanoTime() - startedAt),
        node.connections(),
        node.attachments.size(),
        node.ready());
  }

  CompletionStage<Void> leave() {
    var left = new CompletableFuture<Void>();
    lane.execute(() -> leave(left));
    return left;
  }

  private void leave(CompletableFuture<Void> left) {
    over = true;
    lane.when(
        node.payDebts(),
        (paid, none) ->
            lane.ask(
                () -> node.engine.bus().leave(self), (done, failure) -> complete(left, failure)));
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
      membership.announced(announcement, lane.nanoTime()).ifPresent(this::bury);
      if (!known && membership.knows(owner) && !owner.equals(self)) {
        node.observer.nodeJoined(owner.node());
      }
      look();
    });
  }

  @Override
  public void left(Owner owner) {
    lane.execute(() -> {
      if (membership.left(owner)) {
        look();
        if (!owner.equals(self)) {
          node.observer.nodeLeft(owner.node());
          abandon(owner, () -> {});
        }
      }
    });
  }

  @Override
  public void told(ClusterBus.Notice notice) {
    switch (notice) {
      case ClusterBus.Notice.Superseded(var lease, var code) ->
          node.attachments
              .of(lease)
              .ifPresent(holder -> holder.loseSession(lease, code, new CompletableFuture<>()));
      case ClusterBus.Notice.InboxGrew(var session) -> node.wakeInbox(session);
    }
  }

  @Override
  public void notUnderstood(String type) {
    node.observer.clusterMessageUnknown(type);
  }

  @Override
  public void reachable(boolean reachable) {
    node.reachable(reachable);
  }

  @Override
  public void forgot() {
    node.forgot();
  }

  /** The store says that {@code owner} has a session. From any thread. */
  void met(Owner owner) {
    if (members.stream().noneMatch(view -> view.owner().equals(owner))) {
      lane.execute(() -> membership.met(owner, lane.nanoTime()));
    }
  }

  private void judge() {
    membership.gone(lane.nanoTime()).forEach(this::bury);
    look();
  }

  private void look() {
    members = membership.members(lane.nanoTime());
  }

  private void bury(Owner dead) {
    node.observer.nodeGone(dead.node());
    abandon(dead, () -> {});
  }

  /** Every node does this when one has gone; the store gives each session to one of them. */
  private void abandon(Owner dead, Runnable done) {
    lane.ask(
        () -> node.engine.sessions().abandon(dead, ABANDONED_AT_ONCE),
        (orphans, failure) -> {
          if (orphans == null) {
            node.engineFailed("abandon", failure);
            lane.schedule(RETRY_NS, () -> abandonUnlessBack(dead, done));
          } else if (orphans.isEmpty()) {
            done.run();
          } else {
            node.observer.sessionsOrphaned(orphans.size());
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
      if (node.showsPresence(channel)) {
        node.noting("presence", node.engine.presence().leave(channel, orphan.lease()));
      }
    }
  }
}
