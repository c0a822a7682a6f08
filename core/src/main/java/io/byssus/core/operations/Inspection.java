package io.byssus.core.operations;

import io.byssus.core.channel.Broker;
import io.byssus.core.channel.ChannelList;
import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.session.FoundSession;
import io.byssus.core.session.SessionList;
import io.byssus.core.session.SessionStore;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What there is: sessions, users and channels, as the engine has them, and so right while nodes are
 * dead. Reads, which change nothing; from any thread. A page may be short and not be the last.
 */
public final class Inspection {
  private final SessionStore sessions;
  private final SessionDirectory directory;
  private final Broker broker;

  public Inspection(SessionStore sessions, SessionDirectory directory, Broker broker) {
    this.sessions = sessions;
    this.directory = directory;
    this.broker = broker;
  }

  /**
   * Which sessions are asked for.
   *
   * @param target those of a user or with a tag; empty: all
   */
  public record Wanted(Optional<Target> target, SessionList.Filter filter) {}

  /** One session; fails with {@link ErrorCode#NOT_FOUND}. */
  public CompletionStage<FoundSession> session(Principal by, String id) {
    if (!by.may(Right.SESSIONS_READ)) {
      return forbidden();
    }
    return sessions
        .find(id)
        .thenCompose(found ->
            found
                .<CompletionStage<FoundSession>>map(CompletableFuture::completedFuture)
                .orElseGet(() ->
                    RejectedException.stage(ErrorCode.NOT_FOUND, "there is no such session")));
  }

  /**
   * A page of sessions.
   *
   * @param cursor empty for the first page
   */
  public CompletionStage<SessionList> sessions(
      Principal by, Wanted wanted, String cursor, int limit) {
    if (!by.may(Right.SESSIONS_READ)) {
      return forbidden();
    }
    return page(() ->
        wanted
            .target()
            .map(target -> of(target, wanted.filter(), cursor, limit))
            .orElseGet(() -> sessions.list(wanted.filter(), cursor, limit)));
  }

  /** The directory may list too many: each is looked at, and only those that are there are told. */
  private CompletionStage<SessionList> of(
      Target target, SessionList.Filter filter, String cursor, int limit) {
    return directory
        .page(target, cursor, limit)
        .thenCompose(page -> {
          CompletionStage<List<SessionList.Row>> rows =
              CompletableFuture.completedFuture(new ArrayList<>());
          for (var id : page.sessions()) {
            rows =
                rows.thenCombine(
                    sessions.find(id),
                    (known, found) -> {
                      found
                          .filter(session -> means(target, session) && takes(filter, session))
                          .ifPresent(session -> known.add(row(session)));
                      return known;
                    });
          }
          return rows.thenApply(all -> new SessionList(all, page.next()));
        });
  }

  private static boolean means(Target target, FoundSession session) {
    return switch (target) {
      case Target.ToSession(var id) -> session.id().equals(id);
      case Target.ToUser(var user) -> session.user().equals(user);
      case Target.ToTag(var tag) -> session.tags().contains(tag);
    };
  }

  private static boolean takes(SessionList.Filter filter, FoundSession session) {
    var attached = session.holder().isPresent();
    return filter.attached().map(wanted -> wanted == attached).orElse(true)
        && filter
            .node()
            .map(node ->
                session.holder().filter(lease -> lease.owner().node().equals(node)).isPresent())
            .orElse(true);
  }

  private static SessionList.Row row(FoundSession session) {
    return new SessionList.Row(
        session.id(), session.user(), session.tags(), session.holder(), session.left());
  }

  /**
   * A page of the channels that have positions.
   *
   * @param prefix with which their names begin; may be empty
   * @param cursor empty for the first page
   */
  public CompletionStage<ChannelList> channels(
      Principal by, String prefix, String cursor, int limit) {
    return by.may(Right.CHANNELS_READ)
        ? page(() -> broker.channels(prefix, cursor, limit))
        : forbidden();
  }

  /** Engines throw where a cursor is none of theirs. */
  private static <T> CompletionStage<T> page(Supplier<CompletionStage<T>> read) {
    try {
      return read.get();
    } catch (IllegalArgumentException e) {
      return RejectedException.stage(
          ErrorCode.MALFORMED, "cursor: expected the one that came with the page before");
    }
  }

  private static <T> CompletionStage<T> forbidden() {
    return RejectedException.stage(ErrorCode.FORBIDDEN, "you may not see this");
  }
}
