package io.byssus.client;

import java.util.Map;

/**
 * One who is in a channel.
 *
 * @param user empty for an anonymous session
 * @param attributes those that the operator shows: name to JSON text
 */
public record Member(String session, String user, Map<String, String> attributes) {
  /** Copies the attributes. */
  public Member {
    attributes = Map.copyOf(attributes);
  }
}
