package io.byssus.client;

import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Commands that may be said again, since twice is as once: reads, and setting attributes. They wait
 * for a connection, and are asked again on the next one when it breaks. Confined to the lane.
 */
final class Questions {
  private final Lane lane;
  private final int max;
  private final Duration timeout;
  private final Set<Errand<?, ?>> open = new LinkedHashSet<>();
  private @Nullable Connection connection;

  Questions(Lane lane, int max, Duration timeout) {
    this.lane = lane;
    this.max = max;
    this.timeout = timeout;
  }

  void ask(Errand<?, ?> question) {
    lane.check();
    if (open.size() >= max) {
      question.reject(ByssusException.outboxFull(max));
      return;
    }
    open.add(question);
    question.deadline(lane.schedule(timeout, () -> late(question)));
    if (connection != null) {
      ask(question, connection);
    }
  }

  private void late(Errand<?, ?> question) {
    open.remove(question);
    question.reject(ByssusException.timeout("no answer within " + timeout.toMillis() + " ms"));
  }

  void connected(Connection to) {
    lane.check();
    connection = to;
    List.copyOf(open).forEach(question -> ask(question, to));
  }

  void disconnected() {
    connection = null;
  }

  void closed(ByssusException why) {
    disconnected();
    List.copyOf(open).forEach(question -> question.reject(why));
    open.clear();
  }

  private void ask(Errand<?, ?> question, Connection to) {
    to.ask(
        question.command(),
        new Answer() {
          @Override
          public void reply(ServerMessage message) {
            open.remove(question);
            question.resolve(message);
          }

          @Override
          public void refused(ErrorCode code, String message) {
            open.remove(question);
            question.reject(ByssusException.of(code, message));
          }

          @Override
          public void broken() {
            // Asked again on the next connection.
          }
        });
  }
}
