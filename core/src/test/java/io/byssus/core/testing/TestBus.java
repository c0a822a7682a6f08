package io.byssus.core.testing;

import io.byssus.core.engine.ClusterBus;
import io.byssus.core.engine.OpenQuestions;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.Ticker;
import io.byssus.core.session.Owner;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** What connects the nodes of a test, each by its own end, which the test can pull out. */
public final class TestBus {
  private final Ticker ticker;
  private final Map<String, Held> names = new HashMap<>();
  private final Map<String, Set<Owner>> runs = new HashMap<>();
  private final Map<Owner, End> ends = new HashMap<>();

  public TestBus(Ticker ticker) {
    this.ticker = ticker;
  }

  private record Held(Owner by, long untilNs) {}

  public End end(Owner owner) {
    return ends.computeIfAbsent(owner, _ -> new End());
  }

  private void all(Consumer<ClusterBus.Listener> event) {
    List.copyOf(ends.values()).forEach(end -> end.hear(event));
  }

  /** The end of one node. */
  public final class End implements ClusterBus {
    private Listener listener;
    private final OpenQuestions questions = new OpenQuestions();
    private boolean pulled;

    /** From here on it is silent and hears nothing; its node is told so, or not. */
    public void pull(boolean told) {
      pulled = true;
      if (told) {
        listener.reachable(false);
      }
    }

    public void plugIn(boolean told) {
      pulled = false;
      if (told) {
        listener.reachable(true);
      }
    }

    /** The node hears that the engine may have forgotten something. */
    public void forgot() {
      hear(ClusterBus.Listener::forgot);
    }

    boolean pulled() {
      return pulled;
    }

    private void hear(Consumer<Listener> event) {
      if (!pulled && listener != null) {
        event.accept(listener);
      }
    }

    private <T> CompletionStage<T> failed() {
      return CompletableFuture.failedFuture(new IllegalStateException("the bus is pulled out"));
    }

    @Override
    public CompletionStage<Name> announce(Announcement announcement) {
      if (pulled) {
        return failed();
      }
      var owner = announcement.owner();
      var held = names.get(owner.node());
      var now = ticker.nanoTime();
      if (held != null && !held.by.equals(owner) && now - held.untilNs < 0) {
        return CompletableFuture.completedFuture(new Name.Refused());
      }
      names.put(owner.node(), new Held(owner, now + NAME_LEASE.toNanos()));
      all(listener -> listener.announced(announcement));
      var runs = runs(owner);
      var before = Set.copyOf(runs);
      runs.add(owner);
      return CompletableFuture.completedFuture(new Name.Taken(before));
    }

    private Set<Owner> runs(Owner owner) {
      return runs.computeIfAbsent(owner.node(), _ -> new LinkedHashSet<>());
    }

    @Override
    public CompletionStage<Void> leave(Owner owner) {
      if (pulled) {
        return failed();
      }
      runs(owner).remove(owner);
      names.computeIfPresent(owner.node(), (_, held) -> held.by.equals(owner) ? null : held);
      all(listener -> listener.left(owner));
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> tell(Owner to, Notice notice) {
      if (pulled) {
        return failed();
      }
      end(to).hear(listener -> listener.told(notice));
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Optional<Reply>> ask(
        Lane timer, Owner to, Question question, Duration within) {
      if (pulled) {
        return failed();
      }
      return questions.ask(
          timer,
          to,
          within,
          number -> {
            end(to)
                .hear(listener ->
                    listener
                        .asked(question)
                        .thenAccept(reply -> {
                          if (!pulled) {
                            questions.answered(number, to, reply);
                          }
                        }));
            return CompletableFuture.completedFuture(true);
          });
    }

    @Override
    public void listen(Listener newListener) {
      listener = newListener;
    }
  }
}
