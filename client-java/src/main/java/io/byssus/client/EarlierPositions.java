package io.byssus.client;

import io.byssus.protocol.Position;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where an earlier run of the program was, in channels to which this one has not subscribed yet.
 * Confined to the lane.
 */
final class EarlierPositions {
  /** How long a program has, from its start, to subscribe again to what its earlier run had. */
  private static final Duration KEPT = Duration.ofMinutes(10);

  private final Map<String, Position> positions = new HashMap<>();
  private Lane.Alarm tooLate = Lane.Alarm.NONE;

  /**
   * @param changed run when they are forgotten
   */
  void restore(SavedSession saved, Lane lane, Runnable changed) {
    positions.putAll(saved.positions());
    // Else what no run subscribes to any more would be kept, and sent in each resume, for ever.
    tooLate =
        lane.schedule(
            KEPT,
            () -> {
              positions.clear();
              changed.run();
            });
  }

  Optional<Position> take(String channel) {
    return Optional.ofNullable(positions.remove(channel));
  }

  /** A copy. */
  Map<String, Position> all() {
    return new HashMap<>(positions);
  }

  void close() {
    tooLate.cancel();
  }
}
