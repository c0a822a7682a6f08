package io.byssus.core.channel;

import io.byssus.protocol.Position;
import java.util.List;
import java.util.Optional;

/**
 * A page of channels.
 *
 * @param next the cursor of the next page; empty when this is the last
 */
public record ChannelList(List<Row> channels, Optional<String> next) {
  /** Most rows of a page. */
  public static final int ROWS_MAX = 1_000;

  /** The cursor of the first page. */
  public static final String START = "";

  public ChannelList {
    channels = List.copyOf(channels);
  }

  /**
   * A channel, in short.
   *
   * @param top where it ends now
   */
  public record Row(String name, Position top) {}

  /** A page holds as many rows as asked for, but at most {@link #ROWS_MAX}. */
  public static int checked(int limit) {
    if (limit < 1 || limit > ROWS_MAX) {
      throw new IllegalArgumentException("a page holds 1 to " + ROWS_MAX + " rows: " + limit);
    }
    return limit;
  }
}
