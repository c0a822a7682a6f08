package io.byssus.core.node;

import io.byssus.core.engine.Engine;
import io.byssus.core.session.Lease;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Holds a user's sessions to the node's {@link UserPolicy}. From any thread. The directory's order
 * decides, so that two who come at the same time on different nodes judge alike: a session that is
 * not among the first is the one that is too many.
 */
record UserSessions(
    UserPolicy policy,
    Engine engine,
    Attachments<?> attachments,
    OtherNodes nodes,
    Strays strays,
    StraySearch search,
    EndedSessions ended,
    FailureLog failures) {

  private record Other(String session, Optional<Lease> holder) {
    boolean attached() {
      return holder.isPresent();
    }
  }

  /**
   * Whether the session, which is listed already, may stay; makes room for it where the policy says
   * so.
   */
  CompletionStage<Boolean> admit(String user, String session) {
    if (user.isEmpty() || policy instanceof UserPolicy.Unlimited) {
      return CompletableFuture.completedFuture(true);
    }
    return engine
        .directory()
        .sessions(new Target.ToUser(user))
        .thenCompose(listed -> olderThan(user, session, listed))
        .thenCompose(older -> judge(older));
  }

  private CompletionStage<List<Other>> olderThan(String user, String session, List<String> listed) {
    CompletionStage<List<Other>> all = CompletableFuture.completedFuture(new ArrayList<>());
    var place = listed.indexOf(session);
    for (var other : place < 0 ? listed : listed.subList(0, place)) {
      all =
          all.thenCombine(
              engine.sessions().holder(other), (found, holder) -> add(user, found, other, holder));
    }
    return all;
  }

  /** One that only the store takes for attached stands in nobody's way. */
  private List<Other> add(
      String user, List<Other> found, String session, Optional<Optional<Lease>> holder) {
    holder.ifPresentOrElse(
        held -> {
          held.map(Lease::owner).ifPresent(nodes::met);
          var stray = held.filter(strays::isStray);
          stray.ifPresent(search::release);
          found.add(new Other(session, stray.isPresent() ? Optional.empty() : held));
        },
        () -> strikeOff(user, session));
    return found;
  }

  /** Its session is gone; what should have removed the entry was lost. */
  private void strikeOff(String user, String session) {
    failures.logFailure(
        "directory", engine.directory().removeOld(new Target.ToUser(user), session));
  }

  private CompletionStage<Boolean> judge(List<Other> older) {
    return switch (policy) {
      case UserPolicy.Unlimited() -> CompletableFuture.completedFuture(true);
      case UserPolicy.NewestWins() -> remove(older).thenApply(removed -> true);
      case UserPolicy.AtMost(var most) -> {
        var attached = older.stream().filter(Other::attached).count();
        if (attached >= most) {
          yield CompletableFuture.completedFuture(false);
        }
        var detached = older.stream().filter(other -> !other.attached()).toList();
        var tooMany = Math.max(0, older.size() + 1 - most);
        yield remove(detached.subList(0, tooMany)).thenApply(removed -> true);
      }
    };
  }

  /**
   * Told first, removed then: so the loser hears that it was replaced, not that its session is
   * missing. On this node that is certain; another one hears it as a rule.
   */
  private CompletionStage<Void> remove(List<Other> sessions) {
    CompletionStage<Void> all = CompletableFuture.completedFuture(null);
    for (var other : sessions) {
      other.holder.ifPresent(lease -> nodes.supersede(lease, CloseCode.REPLACED));
      var removed =
          attachments
              .evict(other.session, CloseCode.REPLACED)
              .thenCompose(evicted -> engine.sessions().remove(other.session))
              .thenAccept(gone -> gone.ifPresent(ended::ended));
      all = all.thenCombine(removed, (done, none) -> none);
    }
    return all;
  }
}
