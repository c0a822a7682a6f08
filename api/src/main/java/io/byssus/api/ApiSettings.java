package io.byssus.api;

import java.time.Duration;

/**
 * Where the API listens, and how much of it anybody may have.
 *
 * @param host an address or a name
 * @param port 0: any free one
 * @param nextFree whether the next ports are tried when this one is taken
 * @param bodyBytes longest body of a request, and longest line of a batch
 * @param perSecond requests and lines of batches a second, for each key
 * @param underWay requests at once, for each key
 * @param underWayInAll requests at once, of all keys together
 * @param idleTimeout how long a connection may be silent, and how long a request may take to come
 */
public record ApiSettings(
    String host,
    int port,
    boolean nextFree,
    int bodyBytes,
    int perSecond,
    int underWay,
    int underWayInAll,
    Duration idleTimeout) {
  public static final String DEFAULT_HOST = "127.0.0.1";
  public static final int DEFAULT_PORT = 9080;

  /** Where nobody has said anything. */
  public static final ApiSettings DEFAULTS =
      new ApiSettings(
          DEFAULT_HOST,
          DEFAULT_PORT,
          true,
          256 << 10,
          10_000,
          1_000,
          2_000,
          Duration.ofSeconds(30));
}
