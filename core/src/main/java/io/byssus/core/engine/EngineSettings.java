package io.byssus.core.engine;

import java.time.Duration;
import java.util.List;

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

  public EngineSettings {
    for (var time : List.of(sessionTtl, inboxAge, presenceTtl, dedupeWindow, channelTtl)) {
      check(time.isPositive(), "a time of an engine must be positive: " + time);
    }
    check(inboxMessages > 0, "an inbox of no message");
    check(inboxBytes > 0, "an inbox of no byte");
    check(
        channelTtl.compareTo(sessionTtl) >= 0,
        "channels forgotten after " + channelTtl + ", before sessions after " + sessionTtl);
  }

  private static void check(boolean sound, String otherwise) {
    if (!sound) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
