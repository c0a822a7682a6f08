package io.byssus.core.node;

import io.byssus.core.engine.Engine;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Session;
import io.byssus.core.session.SessionBounds;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.core.session.SessionWeight;
import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What clients ask of their own session. Stateless; on the client's lane. */
record SessionCommands(
    NodeSettings settings,
    Engine engine,
    EndedSessions endedSessions,
    SessionAttributes attributes,
    PresencePart presence,
    Replies replies) {
  void get(Client client, SessionHolder holder, Command.GetAttributes get) {
    client.connection().send(attributes(get.id(), holder.session()));
  }

  static ServerMessage attributes(long id, Session session) {
    return new ServerMessage.Attributes(id, session.attributes(), session.tags());
  }

  void set(Client client, SessionHolder holder, Command.SetAttributes set) {
    var session = holder.session();
    var after = session.attributesAfter(set.attributes());
    var refusal =
        SessionBounds.refusal(settings.limits(), settings.clientTags(), after, set.tags());
    if (refusal.isPresent()) {
      replies.fail(client, set.id(), refusal.get().code(), refusal.get().message());
      return;
    }
    // Twice: an engine in this process counts what it stores, too.
    if (replies.shortOf(client, set.id(), 2L * SessionWeight.ofAttributes(set.attributes()))) {
      return;
    }
    client.holdCommands();
    var written = attributes.write(holder, set.attributes(), set.tags());
    replies.answered(
        client,
        set.id(),
        ErrorCode.UNKNOWN,
        written,
        fence -> {
          if (fence == Fence.HELD) {
            attributes.changed(holder, after, set.tags());
            presence.enterAll(holder);
            client.connection().send(attributes(set.id(), session));
            client.resumeCommands();
          }
        },
        () -> {
          client
              .lane()
              .when(
                  written,
                  (fence, failure) -> attributes.doubt(holder, set.attributes().keySet(), failure));
          client.resumeCommands();
        });
  }

  // Its end.

  void end(Client client, SessionHolder holder, Command.End end) {
    client.holdCommands();
    replies.answered(
        client,
        end.id(),
        ErrorCode.UNKNOWN,
        forgetting(holder, engine.sessions().end(holder.lease())),
        gone -> {
          if (gone.isPresent()) {
            ended(client, holder, end.id());
          } else {
            endRefused(client, holder, end);
          }
        },
        () -> {
          verifyLater(client, holder);
          client.resumeCommands();
        });
  }

  /**
   * What a session leaves is known from this answer alone: it is removed though the connection may
   * be gone by then.
   */
  private CompletionStage<Optional<Gone>> forgetting(
      SessionHolder holder, CompletionStage<Optional<Gone>> ending) {
    return holder
        .lane()
        .then(
            ending,
            gone -> {
              gone.ifPresent(endedSessions::ended);
              return CompletableFuture.completedFuture(gone);
            });
  }

  private void verifyLater(Client client, SessionHolder holder) {
    holder.lane().schedule(SessionHolder.SETTLE_NS, () -> verify(client, holder));
  }

  /** Whether the session is there, though an end may have been done whose answer got lost. */
  private void verify(Client client, SessionHolder holder) {
    if (holder.over()) {
      return;
    }
    if (client.holdsCommands() || holder.laneContext().outages().lasting()) {
      verifyLater(client, holder); // it may be ending again, and be told so
      return;
    }
    holder.ask(() -> verify(client, holder));
  }

  private static void ended(Client client, SessionHolder holder, long id) {
    client.connection().send(new ServerMessage.Ended(id));
    holder.ended();
  }

  /**
   * The lease does not hold. There may be no such session any more, because an earlier end was done
   * though its answer got lost, or because the store forgot it: then it has ended as asked. Else
   * someone has it, or could, or it was taken from a node that seemed dead.
   */
  private void endRefused(Client client, SessionHolder holder, Command.End end) {
    replies.heldAnswered(
        client,
        end.id(),
        ErrorCode.UNKNOWN,
        engine.sessions().holder(holder.session().id()),
        found -> {
          if (holder.over()) {
            return;
          }
          if (found.isEmpty()) {
            endedSessions.ended(holder.session().gone());
            ended(client, holder, end.id());
          } else {
            holder
                .lane()
                .when(
                    holder.refused(),
                    (whole, failure) -> {
                      if (whole != null && whole) {
                        end(client, holder, end);
                      }
                    });
          }
        });
  }
}
