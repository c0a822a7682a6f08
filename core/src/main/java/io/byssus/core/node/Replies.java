package io.byssus.core.node;

import io.byssus.core.Bounds;
import io.byssus.core.Budget;
import io.byssus.core.Budgets;
import io.byssus.core.NotDoneException;
import io.byssus.core.operations.RejectedException;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a command ends: with what the engine answers, or with why not. What was surely not done is
 * {@code unavailable}; where nobody knows, {@code unknown}. Stateless; on the client's lane.
 */
record Replies(Budgets budgets, FailureLog failures) {
  /**
   * Goes on with the answer, on the lane, if the connection is still there to hear it; else the
   * engine's trouble is the reply.
   *
   * @param unanswered the reply when nobody knows whether it was done
   */
  <T> void answered(
      Client client, long id, ErrorCode unanswered, CompletionStage<T> stage, Consumer<T> then) {
    answered(client, id, unanswered, stage, then, () -> {});
  }

  /** As {@link #answered}, for a command that holds others back. */
  <T> void heldAnswered(
      Client client, long id, ErrorCode unanswered, CompletionStage<T> stage, Consumer<T> then) {
    answered(client, id, unanswered, stage, then, client::resumeCommands);
  }

  /**
   * @param orElse after the reply that it failed
   */
  <T> void answered(
      Client client,
      long id,
      ErrorCode unanswered,
      CompletionStage<T> stage,
      Consumer<T> then,
      Runnable orElse) {
    client.underWay(1);
    client
        .lane()
        .when(
            stage,
            (value, failure) -> {
              client.underWay(-1);
              var connection = client.connection();
              if (!connection.open()) {
                return;
              }
              try {
                if (value == null) {
                  failed(client, id, unanswered, failure);
                  orElse.run();
                } else {
                  then.accept(value);
                }
                client.balance();
              } catch (Throwable defect) {
                connection.failed(defect);
              }
            });
  }

  private void failed(Client client, long id, ErrorCode unanswered, @Nullable Throwable failure) {
    var rejected = RejectedException.in(failure);
    if (rejected != null) {
      fail(client, id, rejected.code(), rejected.words());
      return;
    }
    var surelyNot = NotDoneException.is(failure);
    var code = surelyNot ? ErrorCode.UNAVAILABLE : unanswered;
    failures.engineFailed(code.wire(), failure);
    fail(client, id, code, surelyNot ? "the engine did not take it" : "the engine did not answer");
  }

  void fail(Client client, long id, ErrorCode code, String message) {
    failures.observer().commandFailed(code);
    client.connection().send(new ServerMessage.Failed(id, code, message));
  }

  /** Says so if there is no room for so many bytes of a session. */
  boolean shortOf(Client client, long id, long bytes) {
    return shortOf(client, id, budgets.sessions(), bytes);
  }

  private boolean shortOf(Client client, long id, Budget budget, long bytes) {
    if (budget.offers(bytes)) {
      return false;
    }
    budget.refused();
    fail(client, id, ErrorCode.UNAVAILABLE, "the node is short of memory, try again later");
    return true;
  }

  // Large data, and long answers.

  /** Says so if there is no room now for data that is held until the engine has answered. */
  boolean tooLargeNow(Client client, long id, Json data) {
    return data.bytes() >= CommandWeight.LARGE && shortOf(client, id, data.bytes());
  }

  /** Large {@code data} is held until the engine has answered. */
  <T> CompletionStage<T> carrying(Client client, Json data, CompletionStage<T> stage) {
    var bytes = data.bytes();
    if (bytes >= CommandWeight.LARGE && !stage.toCompletableFuture().isDone()) {
      client.carry(bytes);
      client.lane().when(stage, (answer, failure) -> client.carry(-bytes));
    }
    return stage;
  }

  /**
   * One long answer after the other, each when the client has taken the one before. They count as
   * more commands, by their size.
   */
  <T> void readAlone(
      Client client,
      long id,
      Bounds bounds,
      Supplier<CompletionStage<T>> read,
      Function<T, ServerMessage> reply) {
    var reading = client.readings();
    reading.askAlone(() -> {
      if (shortOf(client, id, budgets.sending(), bounds.bytes())) {
        reading.cameAlone();
        return;
      }
      answered(
          client,
          id,
          ErrorCode.UNAVAILABLE,
          read.get(),
          answer -> {
            client.charge(client.connection().sendCounted(reply.apply(answer)));
            reading.cameAlone();
          },
          reading::cameAlone);
    });
  }
}
