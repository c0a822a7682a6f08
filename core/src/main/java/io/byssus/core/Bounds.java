package io.byssus.core;

/**
 * How much one answer may hold. What would go beyond either bound is left for the next, but one
 * item always fits, however long it is: who reads on gets on.
 *
 * @param items at most so many; 0: none at all
 * @param bytes of data, with what an engine stores beside it; at most so many, or one item
 */
public record Bounds(int items, long bytes) {
  public static final Bounds NOTHING = new Bounds(0, 0);

  /** So many items, however long they are. */
  public static Bounds most(int items) {
    return new Bounds(items, Long.MAX_VALUE);
  }

  public Bounds {
    if (items < 0 || bytes < 0) {
      throw new IllegalArgumentException("less than nothing: " + items + " items, " + bytes);
    }
  }

  /** Whether one more of {@code length} fits behind {@code count} that have {@code sum} bytes. */
  public boolean fits(int count, long sum, long length) {
    return count < items && (count == 0 || sum + length <= bytes);
  }
}
