package io.byssus.core.node;

import io.byssus.core.connection.Connection;
import io.byssus.core.lane.LaneConfined;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connect's way through the {@link ConnectGate}. Its place is free once nothing is asked of the
 * engine for it any more. Confined to the connection's lane.
 */
@LaneConfined
final class GatePass {
  private final ConnectGate gate;
  private final Attachments<?> attachments;
  private final Connection connection;
  private final Runnable left;
  private int steps;
  private boolean staying;
  private boolean inside;
  private String coming = "";

  /**
   * @param left is told when its place is free
   */
  GatePass(ConnectGate gate, Attachments<?> attachments, Connection connection, Runnable left) {
    this.gate = gate;
    this.attachments = attachments;
    this.connection = connection;
    this.left = left;
  }

  /**
   * @param until when the wait is over, and {@code tooLate} is run instead
   */
  void enter(long until, Runnable enter, Runnable tooLate) {
    connection.lane().check();
    gate.enter(
        until,
        // Neither who leaves and lets the next one in, nor the others that wait, are hit by what
        // becomes of it.
        () -> connection.attempt(() -> inside(enter)),
        () -> connection.attempt(tooLate));
  }

  private void inside(Runnable enter) {
    inside = true;
    try {
      enter.run();
    } finally {
      leaveIfDone();
    }
  }

  /** Goes on with the answer; if what follows throws, the connection ends. */
  <T> void ask(CompletionStage<T> stage, Consumer<T> then, Consumer<@Nullable Throwable> orElse) {
    connection.lane().check();
    steps++;
    connection
        .lane()
        .when(
            stage,
            (value, failure) -> {
              steps--;
              connection.attempt(() -> {
                if (value != null) {
                  then.accept(value);
                } else {
                  orElse.accept(failure);
                }
              });
              leaveIfDone();
            });
  }

  /** As {@link #ask}, for a step that has no value. */
  void note(CompletionStage<Void> stage, Consumer<@Nullable Throwable> done) {
    connection.lane().check();
    steps++;
    connection
        .lane()
        .when(
            stage,
            (none, failure) -> {
              steps--;
              done.accept(failure);
              leaveIfDone();
            });
  }

  /** Whether it stays inside though nothing is under way, as long as the connection is there. */
  void stay(boolean stays) {
    connection.lane().check();
    staying = stays;
    leaveIfDone();
  }

  /** This connect may be granted the session, until it leaves the gate. */
  void comes(String session) {
    connection.lane().check();
    if (coming.isEmpty()) {
      coming = session;
      attachments.comes(session);
    }
  }

  void leaveIfDone() {
    connection.lane().check();
    if (inside && steps == 0 && !(staying && connection.open())) {
      inside = false;
      if (!coming.isEmpty()) {
        attachments.came(coming);
        coming = "";
      }
      left.run();
      gate.leave();
    }
  }
}
