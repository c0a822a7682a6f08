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

  /**
   * What became of a message.
   *
   * @param sessions how many have it
   * @param full how many had no room for it
   * @param attached how many of those that have it are attached
   * @param repeated how many of those that have it had it already
   */
  public record Routed(int sessions, int full, int attached, int repeated) {
    private static final Routed NONE = new Routed(0, 0, 0, 0);

    /** Whether every session that has it had it already. */
    public boolean duplicate() {
      return sessions > 0 && repeated == sessions;
    }

    private Routed plus(Routed other) {
      return new Routed(
          sessions + other.sessions,
          full + other.full,
          attached + other.attached,
          repeated + other.repeated);
    }

    private static Routed of(Append outcome) {
      return switch (outcome) {
        case Append.Taken(var duplicate, var held) ->
            new Routed(1, 0, held ? 1 : 0, duplicate ? 1 : 0);
        case Append.Full _ -> new Routed(0, 1, 0, 0);
        case Append.NoSession _ -> NONE;
      };
    }
  }

  /**
   * Fails when it is not known whether every session got it; some may have. With {@link
   * NotDoneException} surely none has. Repeated with the same {@code dedupe} id, it reaches those
   * sessions that do not have it yet.
   *
   * @param dedupe empty for none; the caller has made it unique for the sender, and each target has
   *     a space of its own
   */
  public CompletionStage<Routed> send(
      Target target, Json data, Optional<Sender> from, String dedupe) {
    return directory
        .sessions(target)
        .exceptionallyCompose(
            failure -> failedFuture(new NotDoneException("nobody knows whom it is for", failure)))
        .thenCompose(sessions ->
            appendToAll(target, sessions, data, from, dedupe.isEmpty() ? "" : id(target, dedupe)));
  }

  /** A session is meant by many targets, and remembers the ids of all of them in one place. */
  private static String id(Target target, String dedupe) {
    return switch (target) {
      case Target.ToSession _ -> "s:" + dedupe;
      case Target.ToUser _ -> "u:" + dedupe; // it has one
      case Target.ToTag(var tag) -> "t" + tag.length() + ':' + tag + ':' + dedupe;
    };
  }

  private CompletionStage<Routed> appendToAll(
      Target target, List<String> sessions, Json data, Optional<Sender> from, String dedupe) {
    CompletionStage<Appends> all = completedFuture(Appends.NONE);
    for (var session : sessions) {
      var one =
          inboxes
              .append(session, target, data, from, dedupe)
              .handle((outcome, failure) ->
                  outcome == null ? Appends.failed(failure) : appended(target, session, outcome));
      all = all.thenCombine(one, Appends::plus);
    }
    return all.thenCompose(Appends::routed);
  }

  private Appends appended(Target target, String session, Append outcome) {
    if (outcome instanceof Append.NoSession) {
      directory.removeOld(target, session);
    }
    return new Appends(Routed.of(outcome), Optional.empty());
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
