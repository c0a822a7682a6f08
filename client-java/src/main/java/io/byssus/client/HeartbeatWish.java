package io.byssus.client;

/**
 * What heartbeat a client would like, in seconds.
 *
 * @param min 0: the server's interval holds; equal to {@code max}: this one
 */
record HeartbeatWish(int min, int max) {
  static final HeartbeatWish SERVERS = new HeartbeatWish(0, 0);
  static final int LEAST = 10;
  static final int MOST = 240;

  HeartbeatWish {
    if (max != 0 && (min < LEAST || max > MOST || min > max)) {
      throw new IllegalArgumentException(
          "a heartbeat is from %d to %d seconds, not from %d to %d"
              .formatted(LEAST, MOST, min, max));
    }
  }

  boolean adaptive() {
    return min < max;
  }

  /**
   * What to ask the server for: adaptive, the most, so that the client alone decides. 0: nothing.
   */
  int askedSeconds() {
    return max;
  }
}
