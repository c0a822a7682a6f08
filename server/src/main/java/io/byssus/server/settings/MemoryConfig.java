package io.byssus.server.settings;

import io.byssus.server.config.Constraints;
import io.byssus.server.config.Group;

/** The group memory: what all clients together may hold, in percent. */
public record MemoryConfig(int sessions, int histories, int inboxes, int sending) {
  /** In percent: the rest is for the program and for what the collector has yet to find. */
  private static final int MOST_OF_THE_HEAP = 90;

  static MemoryConfig read(Group in) {
    return new MemoryConfig(
        in.key(
                "sessions",
                "Connections and sessions with all that they carry, and commands that wait, as a"
                    + " part of the heap. Newcomers are refused before it is used up (503, error"
                    + " unavailable), then what would make a session larger (unavailable); the"
                    + " memory engine forgets sessions that nobody has, the oldest first.")
            .count(35, 1, 90, "percent"),
        in.key(
                "histories",
                "Channels and what is kept of them, and dedupe ids, by the memory engine, as a"
                    + " part of the heap. Then the histories go that hold the most and are used"
                    + " the least (gap trimmed); too many ids are refused (error rate_limited).")
            .count(25, 1, 90, "percent"),
        in.key(
                "inboxes",
                "Messages that wait in inboxes of the memory engine, as a part of the heap; error"
                    + " inbox_full.")
            .count(5, 1, 90, "percent"),
        in.key(
                "sending",
                "What clients have not read yet, and messages that have not come in as a whole,"
                    + " as a part of the direct memory. Then the slowest are cut off (close code"
                    + " slow_consumer), and newcomers refused (503).")
            .count(50, 1, 90, "percent"));
  }

  void check(Constraints rules) {
    var sum = sessions + histories + inboxes;
    rules.require(
        sum <= MOST_OF_THE_HEAP,
        "memory.sessions, memory.histories and memory.inboxes add up to "
            + sum
            + " percent of the heap; at most "
            + MOST_OF_THE_HEAP
            + " are allowed",
        "memory.sessions",
        "memory.histories",
        "memory.inboxes");
  }
}
