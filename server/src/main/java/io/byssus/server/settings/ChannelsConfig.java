package io.byssus.server.settings;

import io.byssus.server.config.Group;
import java.time.Duration;

/** The group channels: what holds for all channels. */
public record ChannelsConfig(Duration ttl, Duration dedupeWindow, Duration presenceTtl) {
  static ChannelsConfig read(Group in) {
    return new ChannelsConfig(
        in.key(
                "ttl",
                "How long an unused channel keeps its epoch and its offsets; no shorter than"
                    + " session.ttl.")
            .duration("2h", "2m", "30d"),
        in.key("dedupe-window", "How long a publication's dedupe id is remembered.")
            .duration("5m", "1s", "1d"),
        in.key("presence-ttl", "How long a presence entry stands without being touched.")
            .duration("60s", "5s", "1h"));
  }
}
