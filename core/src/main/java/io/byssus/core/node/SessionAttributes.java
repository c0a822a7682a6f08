package io.byssus.core.node;

import io.byssus.core.NotDoneException;
import io.byssus.core.engine.Engine;
import io.byssus.core.session.Fence;
import io.byssus.protocol.Json;
import io.byssus.protocol.Target;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** How the attributes and tags of a session are written. Stateless; on the session's lane. */
record SessionAttributes(Engine engine, FailureLog failures) {
  /**
   * Listed first, stored then, struck off the list last: whatever fails, the directory lists too
   * many and never too few. What is listed is all that the session will have, not what is new: of
   * an earlier try nobody knows what it left.
   */
  CompletionStage<Fence> write(
      SessionHolder holder, Map<String, Json> attributes, Optional<Set<String>> tags) {
    return holder.underLease(() ->
        holder
            .lane()
            .then(
                list(holder, tags),
                listed -> engine.sessions().set(holder.lease(), attributes, tags)));
  }

  private CompletionStage<Boolean> list(SessionHolder holder, Optional<Set<String>> tags) {
    if (tags.isEmpty()) {
      return CompletableFuture.completedFuture(true);
    }
    var listed = new CompletableFuture<Boolean>();
    var entries = Listings.of(holder.session().id(), "", tags.get());
    holder
        .lane()
        .ask(
            () -> engine.directory().add(entries),
            (done, failure) -> {
              if (failure == null) {
                listed.complete(true);
              } else {
                // The command is not done as a whole, whatever became of the list.
                listed.completeExceptionally(
                    new NotDoneException("not listed, and so not stored", failure));
              }
            });
    return listed;
  }

  /** The store has these attributes, and these tags where they are given. */
  void changed(SessionHolder holder, Map<String, Json> after, Optional<Set<String>> tags) {
    holder.session().attributes(after);
    holder.weigh();
    tags.ifPresent(given -> retagged(holder, given));
  }

  /** The store has these tags, in place of those that are here. */
  void retagged(SessionHolder holder, Set<String> tags) {
    var session = holder.session();
    for (var tag : session.tags()) {
      if (!tags.contains(tag)) {
        failures.logFailure(
            "directory", engine.directory().remove(new Target.ToTag(tag), session.id()));
      }
    }
    session.tags(tags);
    holder.weigh();
  }

  /** The session is to have these tags, which not the client has chosen. */
  CompletionStage<Fence> retag(SessionHolder holder, Set<String> tags) {
    return holder
        .lane()
        .then(
            write(holder, Map.of(), Optional.of(tags)),
            fence -> {
              if (fence == Fence.HELD) {
                retagged(holder, tags);
              }
              return CompletableFuture.completedFuture(fence);
            });
  }

  /** What nobody knows to be stored is written back to what is here, unless it surely was not. */
  void doubt(SessionHolder holder, Set<String> attributes, @Nullable Throwable failure) {
    if (!NotDoneException.is(failure) && holder.doubt(attributes)) {
      settleLater(holder);
    }
  }

  private void settleLater(SessionHolder holder) {
    holder.lane().schedule(SessionHolder.SETTLE_NS, () -> settle(holder));
  }

  /** The store has what is here, from the answer on: until then get and presence may differ. */
  private void settle(SessionHolder holder) {
    if (holder.over()) {
      return;
    }
    if (holder.client().holdsCommands() || holder.laneContext().outages().lasting()) {
      settleLater(holder); // a set may be under way, which comes first
      return;
    }
    var session = holder.session();
    var values = new HashMap<String, Json>();
    for (var name : holder.takeDoubts().orElseGet(Set::of)) {
      values.put(name, session.attributes().getOrDefault(name, Json.NULL));
    }
    holder
        .lane()
        .when(
            holder.underLease(
                () -> engine.sessions().set(session.lease(), values, Optional.of(session.tags()))),
            (fence, failure) -> {
              if (fence == null && !holder.over()) {
                failures.engineFailed("settle", failure);
                doubt(
                    holder, values.keySet(), new IllegalStateException("still in doubt", failure));
              }
            });
  }
}
