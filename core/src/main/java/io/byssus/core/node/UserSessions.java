package io.byssus.core.node;

import io.byssus.core.session.Lease;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Holds a user's sessions to the node's {@link UserPolicy}. The directory's order decides, so that
 * two who come at the same time on different nodes judge alike: a session that is not among the
 * first is the one that is too many.
 */
final class UserSessions {
  private UserSessions() {}

  private record Other(String session, Optional<Lease> holder) {
    boolean attached() {
      return holder.isPresent();
    }
  }

  /**
   * Whether the session, which is listed already, may stay; makes room for it where the policy says
   * so.
   */
  static CompletionStage<Boolean> admit(Node node, String user, String session) {
    if (user.isEmpty() || node.settings.userPolicy() instanceof UserPolicy.Unlimited) {
      return CompletableFuture.completedFuture(true);
    }
    return node.engine
        .directory()
        .sessions(new Target.ToUser(user))
        .thenCompose(listed -> olderThan(node, user, session, listed))
        .thenCompose(older -> judge(node, older));
  }

  private static CompletionStage<List<Other>> olderThan(
      Node node, String user, String session, List<String> listed) {
    CompletionStage<List<Other>> all = CompletableFuture.completedFuture(new ArrayList<>());
    var place = listed.indexOf(session);
    for (var other : place < 0 ? listed : listed.subList(0, place)) {
      all =
          all.thenCombine(
              node.engine.sessions().holder(other),
              (found, holder) -> add(node, user, found, other, holder));
    }
    return all;
  }

  /** One that only the store takes for attached stands in nobody's way. */
  private static List<Other> add(
      Node node, String user, List<Other> found, String session, Optional<Optional<Lease>> holder) {
    holder.ifPresentOrElse(
        held -> {
          held.map(Lease::owner).ifPresent(node::met);
          var stray = held.filter(node.strays::isStray);
          stray.ifPresent(node.strays::release);
          found.add(new Other(session, stray.isPresent() ? Optional.empty() : held));
        },
        () -> strikeOff(node, user, session));
    return found;
  }

  /** Its session is gone; what should have removed the entry was lost. */
  private static void strikeOff(Node node, String user, String session) {
    node.noting("directory", node.engine.directory().removeOld(new Target.ToUser(user), session));
  }

  private static CompletionStage<Boolean> judge(Node node, List<Other> older) {
    return switch (node.settings.userPolicy()) {
      case UserPolicy.Unlimited() -> CompletableFuture.completedFuture(true);
      case UserPolicy.NewestWins() -> remove(node, older).thenApply(removed -> true);
      case UserPolicy.AtMost(var most) -> {
        var attached = older.stream().filter(Other::attached).count();
        if (attached >= most) {
          yield CompletableFuture.completedFuture(false);
        }
        var detached = older.stream().filter(other -> !other.attached()).toList();
        var tooMany = Math.max(0, older.size() + 1 - most);
        yield remove(node, detached.subList(0, tooMany)).thenApply(removed -> true);
      }
    };
  }

  /**
   * Told first, removed then: so the loser hears that it was replaced, not that its session is
   * missing. On this node that is certain; another one hears it as a rule.
   */
  private static CompletionStage<Void> remove(Node node, List<Other> sessions) {
    CompletionStage<Void> all = CompletableFuture.completedFuture(null);
    for (var other : sessions) {
      other.holder.ifPresent(lease -> node.supersede(lease, CloseCode.REPLACED));
      var removed =
          node.attachments
              .evict(other.session, CloseCode.REPLACED)
              .thenCompose(evicted -> node.engine.sessions().remove(other.session))
              .thenAccept(gone -> gone.ifPresent(node::ended));
      all = all.thenCombine(removed, (done, none) -> none);
    }
    return all;
  }
}
