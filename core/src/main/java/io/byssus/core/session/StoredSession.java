package io.byssus.core.session;

import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A session as the store keeps it.
 *
 * @param user empty for an anonymous session
 * @param tokens with which it can be resumed
 * @param subscriptions channel or pattern to the acknowledged position; empty where there is none
 *     (patterns, ephemeral channels)
 * @param byServer those of the subscribed channels whose {@link Origin} is the server
 * @param inbox the acknowledged offset of its inbox
 */
public record StoredSession(
    String id,
    String user,
    ResumeTokens tokens,
    Map<String, Json> attributes,
    Set<String> tags,
    Map<String, Optional<Position>> subscriptions,
    Set<String> byServer,
    long inbox) {
  public StoredSession {
    attributes = Map.copyOf(attributes);
    tags = Set.copyOf(tags);
    subscriptions = Map.copyOf(subscriptions);
    byServer = Set.copyOf(byServer);
  }

  /** One whose client made all subscriptions. */
  public StoredSession(
      String id,
      String user,
      ResumeTokens tokens,
      Map<String, Json> attributes,
      Set<String> tags,
      Map<String, Optional<Position>> subscriptions,
      long inbox) {
    this(id, user, tokens, attributes, tags, subscriptions, Set.of(), inbox);
  }
}
