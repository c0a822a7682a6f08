package io.byssus.core.session;

import io.byssus.protocol.Json;
import java.util.Map;
import java.util.Set;

/**
 * About how many bytes of memory a session takes, for a {@link io.byssus.core.Budget}: what is
 * written by clients as it is, what stands around it as it was measured, rounded up.
 */
public final class SessionWeight {
  /** One without attributes, tags and subscriptions. */
  public static final int SESSION = 768;

  /** A name with its value, or a tag: entries of maps, strings. */
  private static final int ENTRY = 96;

  /** On its node: the subscription, its place among the others, and the feed of its channel. */
  private static final int SUBSCRIPTION = 1_024;

  private SessionWeight() {}

  public static int ofAttributes(Map<String, Json> attributes) {
    long bytes = 0;
    for (var attribute : attributes.entrySet()) {
      bytes += ENTRY + attribute.getKey().length() + attribute.getValue().bytes();
    }
    return clamp(bytes);
  }

  public static int ofTags(Set<String> tags) {
    long bytes = 0;
    for (var tag : tags) {
      bytes += ENTRY + tag.length();
    }
    return clamp(bytes);
  }

  /** Where the session is attached. */
  public static int ofSubscription(String channel) {
    return SUBSCRIPTION + 2 * channel.length();
  }

  /** Where the session is stored. */
  public static int ofStoredSubscription(String channel) {
    return ENTRY + channel.length();
  }

  private static int clamp(long bytes) {
    return (int) Math.min(Integer.MAX_VALUE / 4, bytes);
  }
}
