package io.byssus.protocol;

/**
 * A place in a stream: everything up to and including {@code offset} has been seen. Offsets count
 * from 1, so 0 stands before the first item; the epoch changes when continuity is lost.
 */
public record Position(String epoch, long offset) {
  /** Longest epoch on the wire: sessions remember one for each subscription. */
  static final int EPOCH_CHARS = 32;

  public Position {
    if (epoch.isEmpty()) {
      throw new IllegalArgumentException("a position needs an epoch");
    }
    if (offset < 0) {
      throw new IllegalArgumentException("offset must not be negative: " + offset);
    }
  }

  public Position at(long newOffset) {
    return new Position(epoch, newOffset);
  }
}
