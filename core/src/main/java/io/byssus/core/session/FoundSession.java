package io.byssus.core.session;

import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A session as others may see it: what the store keeps of it but its secrets.
 *
 * @param user empty for an anonymous session
 * @param subscriptions channel or pattern to the acknowledged position
 * @param byServer those of the subscribed channels whose {@link Origin} is the server
 * @param holder by whom it is held; empty when it is detached
 * @param left for how long it will be there still, if it is detached and nobody claims it
 */
public record FoundSession(
    String id,
    String user,
    Map<String, Json> attributes,
    Set<String> tags,
    Map<String, Optional<Position>> subscriptions,
    Set<String> byServer,
    Optional<Lease> holder,
    Optional<Duration> left) {
  public FoundSession {
    attributes = Map.copyOf(attributes);
    tags = Set.copyOf(tags);
    subscriptions = Map.copyOf(subscriptions);
    byServer = Set.copyOf(byServer);
  }
}
