package io.byssus.server.settings;

import io.byssus.server.config.Group;
import java.time.Duration;

/** The group inbox: messages directed to a session. */
public record InboxConfig(int messages, int bytes, Duration age) {
  static InboxConfig read(Group in) {
    return new InboxConfig(
        in.key("messages", "Most messages that wait for one session; error inbox_full.")
            .count(1000, 1, 1_000_000, "messages"),
        in.key("bytes", "Most bytes of them; error inbox_full.").bytes("1MiB", "1KiB", "1GiB"),
        in.key("age", "How long a message waits at most.").duration("1h", "1s", "7d"));
  }
}
