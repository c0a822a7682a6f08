package io.byssus.server.settings;

import io.byssus.core.connection.Heartbeat;
import io.byssus.server.config.Constraints;
import io.byssus.server.config.Durations;
import io.byssus.server.config.Group;
import java.time.Duration;

/** The group heartbeat: when a silent connection counts as dead. */
public record HeartbeatConfig(
    Duration interval, Duration timeout, Duration adaptiveMin, Duration adaptiveMax) {
  static HeartbeatConfig read(Group in) {
    return new HeartbeatConfig(
        in.key("interval", "Silence after which a connection is pinged.")
            .duration("30s", "1s", "1h"),
        in.key(
                "timeout",
                "How long to wait for a sign of life after the ping; then close code"
                    + " heartbeat_timeout.")
            .duration("10s", "100ms", "10m"),
        in.key("adaptive-min", "The shortest interval that a client may ask for.")
            .duration("10s", "1s", "1h"),
        in.key("adaptive-max", "The longest interval that a client may ask for.")
            .duration("4m", "1s", "1h"));
  }

  Heartbeat policy() {
    return new Heartbeat(interval, timeout, adaptiveMin, adaptiveMax);
  }

  void check(Constraints rules) {
    rules.require(
        timeout.compareTo(interval) < 0,
        Durations.show(timeout)
            + " is not shorter than heartbeat.interval, which is "
            + Durations.show(interval),
        "heartbeat.timeout",
        "heartbeat.interval");
    rules.atMost("heartbeat.adaptive-min", adaptiveMin, "heartbeat.adaptive-max", adaptiveMax);
  }
}
