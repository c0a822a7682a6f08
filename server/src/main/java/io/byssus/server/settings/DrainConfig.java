package io.byssus.server.settings;

import io.byssus.server.config.Constraints;
import io.byssus.server.config.Durations;
import io.byssus.server.config.Group;
import java.time.Duration;

/** The group drain: how the node goes, on SIGTERM or Ctrl-C. */
public record DrainConfig(Duration grace, Duration window, Duration deadline) {
  static DrainConfig read(Group in) {
    return new DrainConfig(
        in.key(
                "grace",
                "How long the node still accepts connections after it has reported unready: what"
                    + " your load balancer needs to notice.")
            .duration("0s", "0s", "10m"),
        in.key(
                "window",
                "The time over which clients are asked to reconnect elsewhere, so that they do"
                    + " not all come at once.")
            .duration("5s", "0s", "1h"),
        in.key(
                "deadline",
                "How long after the signal the process ends, even if connections are still open.")
            .duration("20s", "1s", "2h"));
  }

  void check(Constraints rules) {
    var before = grace.plus(window);
    rules.require(
        before.compareTo(deadline) <= 0,
        "is shorter than drain.grace plus drain.window, which is " + Durations.show(before),
        "drain.deadline",
        "drain.grace",
        "drain.window");
  }
}
