package io.byssus.core.memory;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.byssus.core.delivery.SessionDirectory;
import io.byssus.protocol.Target;
import io.byssus.protocol.Target.ToSession;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The directory in this process. A target without sessions is not in the map; one with a single
 * session has the smallest of lists.
 */
final class MemoryDirectory implements SessionDirectory {
  private final ConcurrentHashMap<Target, Collection<String>> targets = new ConcurrentHashMap<>();

  @Override
  public CompletionStage<Void> add(Target target, String session) {
    if (!(target instanceof ToSession)) {
      targets.compute(target, (_, sessions) -> with(sessions, session));
    }
    return completedFuture(null);
  }

  private static Collection<String> with(@Nullable Collection<String> sessions, String session) {
    if (sessions == null) {
      return List.of(session);
    }
    if (sessions instanceof LinkedHashSet) {
      sessions.add(session);
      return sessions;
    }
    return sessions.contains(session) ? sessions : with(new LinkedHashSet<>(sessions), session);
  }

  @Override
  public CompletionStage<Void> remove(Target target, String session) {
    targets.computeIfPresent(target, (_, sessions) -> without(sessions, session));
    return completedFuture(null);
  }

  private static @Nullable Collection<String> without(Collection<String> sessions, String session) {
    if (sessions instanceof LinkedHashSet) {
      sessions.remove(session);
      return sessions.isEmpty() ? null : sessions;
    }
    return sessions.contains(session) ? null : sessions;
  }

  @Override
  public CompletionStage<List<String>> sessions(Target target) {
    return completedFuture(
        target instanceof ToSession(var session) ? List.of(session) : copyOf(target));
  }

  private List<String> copyOf(Target target) {
    var copy = new ArrayList<String>();
    targets.computeIfPresent(
        target,
        (_, sessions) -> {
          copy.addAll(sessions);
          return sessions;
        });
    return List.copyOf(copy);
  }

  /** The targets that it remembers. */
  Set<Target> targets() {
    return Set.copyOf(targets.keySet());
  }

  /** How many targets it remembers. */
  int size() {
    return targets.size();
  }
}
