package io.byssus.core.node;

import io.byssus.core.engine.ClusterBus.Question;
import io.byssus.core.engine.ClusterBus.Reply;
import io.byssus.core.session.Change;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Does what nodes, this one too, ask of the run that this is. From any thread. */
final class ClusterRequests {
  private final Owner self;
  private final Attachments<SessionHolder> attachments;
  private final RequestedChanges changes;
  private volatile @Nullable Runnable leave;

  ClusterRequests(Owner self, Attachments<SessionHolder> attachments, RequestedChanges changes) {
    this.self = self;
    this.attachments = attachments;
    this.changes = changes;
  }

  /** What begins the end of the process, in good order. */
  void onLeave(Runnable begin) {
    leave = begin;
  }

  /** As {@link io.byssus.core.engine.ClusterBus.Listener#asked}. */
  CompletionStage<Reply> asked(Question question) {
    return switch (question) {
      case Question.ChangeSession(var lease, var change) -> change(lease, change);
      case Question.Disconnect(var lease, var code) -> disconnect(lease, code);
      case Question.Drain(var node) -> CompletableFuture.completedFuture(drain(node));
    };
  }

  private CompletionStage<Reply> change(Lease lease, Change change) {
    return held(
        lease,
        (holder, reply) -> {
          var waits =
              holder
                  .client()
                  .inTurn(() ->
                      holder
                          .lane()
                          .when(
                              changes.apply(holder, change),
                              (said, failure) -> complete(reply, said, failure)));
          if (!waits) {
            reply.complete(
                new Reply.Refused(
                    ErrorCode.UNAVAILABLE, "too many changes of this session wait, try again"));
          }
        });
  }

  private static void complete(
      CompletableFuture<Reply> reply, @Nullable Reply said, @Nullable Throwable failure) {
    if (failure == null) {
      reply.complete(said);
    } else {
      reply.completeExceptionally(failure);
    }
  }

  /** The session stays, and is let go of in order. */
  private CompletionStage<Reply> disconnect(Lease lease, CloseCode code) {
    return held(
        lease,
        (holder, reply) -> {
          holder.client().connection().close(code);
          reply.complete(new Reply.Done());
        });
  }

  private Reply drain(Owner node) {
    var begin = leave;
    if (!node.equals(self)) {
      return new Reply.Lost();
    }
    if (begin == null) {
      return new Reply.Refused(
          ErrorCode.UNSUPPORTED, "the program that this node is a part of does not end by request");
    }
    begin.run();
    return new Reply.Done();
  }

  private interface Step {
    void take(SessionHolder holder, CompletableFuture<Reply> reply);
  }

  /** On the lane of whoever holds this very lease here. */
  private CompletionStage<Reply> held(Lease lease, Step step) {
    var holder = attachments.of(lease);
    var reply = new CompletableFuture<Reply>();
    holder.ifPresentOrElse(
        held ->
            held.lane()
                .execute(() -> {
                  if (held.over()) {
                    reply.complete(new Reply.Lost());
                  } else {
                    step.take(held, reply);
                  }
                }),
        () -> reply.complete(new Reply.Lost()));
    return reply;
  }
}
