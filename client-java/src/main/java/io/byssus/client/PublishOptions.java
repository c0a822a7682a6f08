package io.byssus.client;

import io.byssus.protocol.Durability;

/**
 * How to publish.
 *
 * @param dedupe an id of this publication within session and channel, at most 128 characters;
 *     empty: the client makes one. Repeated within 5 minutes it is stored once
 * @param durability what must hold before it counts as published
 */
public record PublishOptions(String dedupe, Durability durability) {
  /** An id of its own, in the memory of the engine's primary. */
  public static final PublishOptions DEFAULTS = new PublishOptions("", Durability.ACCEPTED);

  private static final int DEDUPE_MAX = 128;

  /** Refuses an id that the server would refuse. */
  public PublishOptions {
    checkDedupe(dedupe);
  }

  static void checkDedupe(String id) {
    if (id.length() > DEDUPE_MAX) {
      throw new IllegalArgumentException("a dedupe id has at most " + DEDUPE_MAX + " characters");
    }
  }

  /** The same with this id. */
  public PublishOptions dedupe(String id) {
    return new PublishOptions(id, durability);
  }

  /** The same with this durability. */
  public PublishOptions durability(Durability level) {
    return new PublishOptions(dedupe, level);
  }
}
