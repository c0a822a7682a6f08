package io.byssus.core.delivery;

import io.byssus.core.delivery.InboxStore.Append;
import io.byssus.protocol.Json;
import io.byssus.protocol.Sender;
import io.byssus.protocol.Target;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Resolves a target to sessions and appends to their inboxes. Stateless. */
public final class Router {
  private final SessionDirectory directory;
  private final InboxStore inboxes;

  public Router(SessionDirectory directory, InboxStore inboxes) {
    this.directory = directory;
    this.inboxes = inboxes;
  }

  /** How many sessions took a message, and how many had no room for it. */
  public record Routed(int sessions, int full) {
    private Routed plus(Append outcome) {
      return switch (outcome) {
        case STORED -> new Routed(sessions + 1, full);
        case FULL -> new Routed(sessions, full + 1);
        case NO_SESSION -> this;
      };
    }
  }

  /** Fails when it is not known whether every session got it; some may have. */
  public CompletionStage<Routed> send(Target target, Json data, Optional<Sender> from) {
    return directory
        .sessions(target)
        .thenCompose(sessions -> appendToAll(target, sessions, data, from));
  }

  private CompletionStage<Routed> appendToAll(
      Target target, List<String> sessions, Json data, Optional<Sender> from) {
    CompletionStage<Routed> all = CompletableFuture.completedFuture(new Routed(0, 0));
    for (var session : sessions) {
      var one = inboxes.append(session, data, from);
      all = all.thenCombine(one, (routed, outcome) -> tidy(target, session, routed, outcome));
    }
    return all;
  }

  private Routed tidy(Target target, String session, Routed routed, Append outcome) {
    if (outcome == Append.NO_SESSION) {
      directory.remove(target, session);
    }
    return routed.plus(outcome);
  }
}
