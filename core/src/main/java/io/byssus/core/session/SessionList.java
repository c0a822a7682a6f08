package io.byssus.core.session;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A page of sessions.
 *
 * @param next the cursor of the next page; empty when this is the last
 */
public record SessionList(List<Row> sessions, Optional<String> next) {
  /** Most rows of a page. */
  public static final int ROWS_MAX = 1_000;

  /** The cursor of the first page. */
  public static final String START = "";

  public SessionList {
    sessions = List.copyOf(sessions);
  }

  /**
   * Which sessions are listed.
   *
   * @param node held by a run of this node
   * @param attached held by somebody, or by nobody
   */
  public record Filter(Optional<String> node, Optional<Boolean> attached) {
    public static final Filter ALL = new Filter(Optional.empty(), Optional.empty());
  }

  /**
   * A session, in short.
   *
   * @param user empty for an anonymous session
   * @param holder by whom it is held; empty when it is detached
   * @param left for how long it will be there still, if it is detached and nobody claims it
   */
  public record Row(
      String id, String user, Set<String> tags, Optional<Lease> holder, Optional<Duration> left) {
    public Row {
      tags = Set.copyOf(tags);
    }
  }

  /** A page holds as many rows as asked for, but at most {@link #ROWS_MAX}. */
  public static int checked(int limit) {
    if (limit < 1 || limit > ROWS_MAX) {
      throw new IllegalArgumentException("a page holds 1 to " + ROWS_MAX + " rows: " + limit);
    }
    return limit;
  }
}
