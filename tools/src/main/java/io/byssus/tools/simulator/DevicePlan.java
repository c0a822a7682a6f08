package io.byssus.tools.simulator;

import io.byssus.protocol.device.Crc;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What shall be played.
 *
 * @param to tcp://HOST:PORT, or the ws or wss address of /device
 * @param token empty: none
 * @param control of the frames that are sent, where they are not numbered
 * @param heartbeat the control value of a frame sent before each round, if any
 * @param count frames of each device, 0: without end
 * @param seed of what is left to chance
 */
public record DevicePlan(
    URI to,
    String token,
    List<Integer> addresses,
    Crc crc,
    int control,
    boolean sequence,
    Optional<Integer> heartbeat,
    Duration every,
    int count,
    Faults faults,
    long seed) {
  public DevicePlan {
    addresses = List.copyOf(addresses);
  }

  /**
   * How likely each fault is at each frame, 0 to 1.
   *
   * @param flip of one bit
   * @param garbage between two frames
   * @param drop the frame is not sent
   * @param duplicate it is sent twice
   * @param cut it is sent in pieces
   * @param pause there is silence within it, for {@code pauseFor}
   */
  public record Faults(
      double flip,
      double garbage,
      double drop,
      double duplicate,
      double cut,
      double pause,
      Duration pauseFor) {}
}
