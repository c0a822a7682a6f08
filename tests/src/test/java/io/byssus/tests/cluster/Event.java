package io.byssus.tests.cluster;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a client did or heard, as it stands in its log. */
sealed interface Event {
  record Position(String epoch, long offset) {
    @Override
    public String toString() {
      return epoch + ':' + offset;
    }
  }

  // What it did.

  /** Said for the first time. Repetitions, with the same id, are not logged. */
  record Publishing(String channel, String id) implements Event {}

  /** Said once: nothing tells the server of a repetition. */
  record Sending(String session, String id) implements Event {}

  /** Sets its attribute {@code n}, which only grows. */
  record Setting(long n) implements Event {}

  // What the server answered.

  record Published(String channel, String id, String level, Position position) implements Event {}

  record Sent(String session, String id) implements Event {}

  record Set(long n) implements Event {}

  record Attributes(Map<String, String> all) implements Event {}

  /** A command was refused for good; what it asked for has surely not happened. */
  record Refused(String id, String code) implements Event {}

  // Of the session.

  record Connected(String session, boolean resumed, String node) implements Event {}

  /** An attempt to connect has failed; another follows. */
  record NotConnected(String why) implements Event {}

  /** The server says that there is no such session, or not for this client. */
  record SessionLost(String code) implements Event {}

  /**
   * @param by whom the connection was ended: the server, with a code, or the client, with 0,
   *     because it heard nothing
   */
  record Closed(int by) implements Event {}

  // What came in a channel or the inbox.

  record Subscribed(
      String channel,
      Optional<Position> position,
      Optional<Boolean> recovered,
      String reason,
      long missed)
      implements Event {}

  record Message(String channel, long offset, String id) implements Event {}

  /**
   * @param channel empty for the inbox
   */
  record Gap(String channel, String reason, Optional<Position> position) implements Event {}

  record Direct(long offset, String id) implements Event {}

  record Degraded(boolean active) implements Event {}

  /** Came by a connection after another one had the session. */
  record FromThePast(String text) implements Event {}

  /**
   * One line of a log.
   *
   * @param atNs on the clock of all logs
   */
  record Line(long atNs, Event event) {}

  /**
   * The log of one client.
   *
   * @param withPositions whether it resumes with the positions that it holds, or by what it has
   *     acknowledged
   */
  record Log(String client, boolean withPositions, List<Line> lines) {
    public Log {
      lines = List.copyOf(lines);
    }
  }
}
