package io.byssus.core.delivery;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;

import io.byssus.core.NotDoneException;
import io.byssus.core.delivery.InboxStore.Append;
import io.byssus.protocol.Json;
import io.byssus.protocol.Sender;
import io.byssus.protocol.Target;
import java.util.List;
import java.util.Optional;
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
    private static final Routed NONE = new Routed(0, 0);

    private Routed plus(Routed other) {
      return new Routed(sessions + other.sessions, full + other.full);
    }

    private Routed plus(Append outcome) {
      return switch (outcome) {
        case STORED -> new Routed(sessions + 1, full);
        case FULL -> new Routed(sessions, full + 1);
        case NO_SESSION -> this;
      };
    }
  }

  /**
   * Fails when it is not known whether every session got it; some may have. With {@link
   * NotDoneException} surely none has.
   */
  public CompletionStage<Routed> send(Target target, Json data, Optional<Sender> from) {
    return directory
        .sessions(target)
        .exceptionallyCompose(
            failure -> failedFuture(new NotDoneException("nobody knows whom it is for", failure)))
        .thenCompose(sessions -> appendToAll(target, sessions, data, from));
  }

  private CompletionStage<Routed> appendToAll(
      Target target, List<String> sessions, Json data, Optional<Sender> from) {
    CompletionStage<Appends> all = completedFuture(Appends.NONE);
    for (var session : sessions) {
      var one =
          inboxes
              .append(session, target, data, from)
              .handle((outcome, failure) ->
                  outcome == null ? Appends.failed(failure) : appended(target, session, outcome));
      all = all.thenCombine(one, Appends::plus);
    }
    return all.thenCompose(Appends::routed);
  }

  private Appends appended(Target target, String session, Append outcome) {
    if (outcome == Append.NO_SESSION) {
      directory.removeOld(target, session);
    }
    return new Appends(Routed.NONE.plus(outcome), Optional.empty());
  }

  /**
   * What became of a message so far.
   *
   * @param failure the worst of them: one that leaves the outcome open, if there is any
   */
  private record Appends(Routed routedSoFar, Optional<Throwable> failure) {
    static final Appends NONE = new Appends(Routed.NONE, Optional.empty());

    static Appends failed(Throwable failure) {
      return new Appends(Routed.NONE, Optional.of(failure));
    }

    Appends plus(Appends other) {
      var worst =
          failure.isEmpty() || failure.filter(NotDoneException::is).isPresent()
              ? other.failure.or(() -> failure)
              : failure;
      return new Appends(routedSoFar.plus(other.routedSoFar), worst);
    }

    CompletionStage<Routed> routed() {
      if (failure.isEmpty()) {
        return completedFuture(routedSoFar);
      }
      var partly = NotDoneException.is(failure.get()) && routedSoFar.sessions() > 0;
      return failedFuture(
          partly ? new IllegalStateException("only some sessions took it") : failure.get());
    }
  }
}
