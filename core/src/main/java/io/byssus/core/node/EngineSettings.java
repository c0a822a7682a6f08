package io.byssus.core.node;

import java.time.Duration;

/**
 * What every engine is told.
 *
 * @param sessionTtl how long a session outlives its connection
 * @param inboxMessages most messages waiting for one session
 * @param inboxBytes most bytes of their data
 * @param inboxAge how long a directed message waits at most
 * @param presenceTtl how long a presence entry stands without being touched
 * @param dedupeWindow how long a publication's dedupe id is remembered
 * @param channelTtl how long an unused channel keeps its epoch; longer than any session may hold a
 *     position of it
 */
public record EngineSettings(
    Duration sessionTtl,
    int inboxMessages,
    int inboxBytes,
    Duration inboxAge,
    Duration presenceTtl,
    Duration dedupeWindow,
    Duration channelTtl) {
  public static final EngineSettings DEFAULTS =
      new EngineSettings(
          Duration.ofMinutes(30),
          1_000,
          1 << 20,
          Duration.ofHours(1),
          Duration.ofSeconds(60),
          Duration.ofMinutes(5),
          Duration.ofHours(2));
}
