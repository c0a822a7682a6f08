package io.byssus.core.memory;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.byssus.core.engine.ClusterBus;
import io.byssus.core.engine.OpenQuestions;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.Ticker;
import io.byssus.core.session.Owner;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The bus of a node that is alone: it hears itself, and is never cut off. Names are kept as
 * promised, though only a test asks for one that is taken.
 */
final class MemoryBus implements ClusterBus {
  private final ConcurrentHashMap<String, Held> names = new ConcurrentHashMap<>();
  private final Ticker ticker;
  private final OpenQuestions questions = new OpenQuestions();
  private volatile @Nullable Listener listener;

  MemoryBus(Ticker ticker) {
    this.ticker = ticker;
  }

  private record Held(Owner by, long untilNs) {}

  /** Nobody had the name before whom this engine outlives. */
  @Override
  public CompletionStage<Name> announce(Announcement announcement) {
    if (!taken(announcement.owner())) {
      return completedFuture(new Name.Refused());
    }
    var listening = listener;
    if (listening != null) {
      listening.announced(announcement);
    }
    return completedFuture(new Name.Taken(Set.of()));
  }

  private boolean taken(Owner owner) {
    var nowNs = ticker.nanoTime();
    var mine = new Held(owner, nowNs + NAME_LEASE.toNanos());
    var held =
        names.merge(
            owner.node(),
            mine,
            (theirs, _) -> theirs.by.equals(owner) || nowNs - theirs.untilNs >= 0 ? mine : theirs);
    return held == mine;
  }

  @Override
  public CompletionStage<Void> leave(Owner owner) {
    names.computeIfPresent(owner.node(), (_, held) -> held.by.equals(owner) ? null : held);
    var listening = listener;
    if (listening != null) {
      listening.left(owner);
    }
    return completedFuture(null);
  }

  @Override
  public CompletionStage<Void> tell(Owner to, Notice notice) {
    var listening = listener;
    if (listening != null) {
      listening.told(notice);
    }
    return completedFuture(null);
  }

  /** This node asks itself; another that it knows of there is not. */
  @Override
  public CompletionStage<Optional<Reply>> ask(
      Lane timer, Owner to, Question question, Duration within) {
    return questions.ask(timer, to, within, number -> completedFuture(asked(to, question, number)));
  }

  private boolean asked(Owner to, Question question, long number) {
    var listening = listener;
    var held = names.get(to.node());
    if (listening == null || held == null || !held.by.equals(to)) {
      return false;
    }
    listening
        .asked(question)
        .whenComplete((reply, failure) -> {
          if (failure == null) {
            questions.answered(number, to, reply);
          }
        });
    return true;
  }

  @Override
  public void listen(Listener newListener) {
    listener = newListener;
  }
}
