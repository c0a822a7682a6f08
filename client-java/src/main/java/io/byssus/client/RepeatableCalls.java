package io.byssus.client;

import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Commands that may be said again, since twice is as once: reads, and setting attributes. They wait
 * for a connection, and are asked again on the next one when it breaks. Confined to the lane.
 */
final class RepeatableCalls {
  private final Lane lane;
  private final int max;
  private final Duration timeout;
  private final Set<PendingCall<?, ?>> open = new LinkedHashSet<>();
  private @Nullable Connection connection;

  RepeatableCalls(Lane lane, int max, Duration timeout) {
    this.lane = lane;
    this.max = max;
    this.timeout = timeout;
  }

  void submit(PendingCall<?, ?> call, Optional<Duration> deadline) {
    lane.check();
    if (open.size() >= max) {
      call.reject(ByssusException.outboxFull(max));
      return;
    }
    open.add(call);
    var within = deadline.orElse(timeout);
    call.deadline(
        lane.nanoTime() + within.toNanos(), lane.schedule(within, () -> onDeadline(call, within)));
    if (connection != null) {
      transmit(call, connection);
    }
  }

  private void onDeadline(PendingCall<?, ?> call, Duration within) {
    open.remove(call);
    call.reject(ByssusException.timeout("no answer within " + within.toMillis() + " ms"));
  }

  void connected(Connection to) {
    lane.check();
    connection = to;
    List.copyOf(open).forEach(call -> transmit(call, to));
  }

  void disconnected() {
    connection = null;
  }

  void closed(ByssusException why) {
    disconnected();
    List.copyOf(open).forEach(call -> call.reject(why));
    open.clear();
  }

  private void transmit(PendingCall<?, ?> call, Connection to) {
    to.call(
        call.command(),
        new ReplyHandler() {
          @Override
          public void onReply(ServerMessage message) {
            open.remove(call);
            call.resolve(message);
          }

          @Override
          public void onRefused(ErrorCode code, String message) {
            open.remove(call);
            call.reject(ByssusException.of(code, message));
          }

          @Override
          public void onBroken() {
            // Asked again on the next connection.
          }
        });
  }
}
