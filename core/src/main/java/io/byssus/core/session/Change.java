package io.byssus.core.session;

import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What somebody else than its holder wants changed in a session.
 *
 * @param attributes of which {@link Json#NULL} removes one
 * @param tags in place of all that are there
 * @param subscribe one that is there keeps its position
 * @param unsubscribe channels and patterns, whoever made the subscription
 */
public record Change(
    Map<String, Json> attributes,
    Optional<Set<String>> tags,
    List<NewSubscription> subscribe,
    Set<String> unsubscribe) {
  public Change {
    attributes = Map.copyOf(attributes);
    tags = tags.map(Set::copyOf);
    subscribe = List.copyOf(subscribe);
    unsubscribe = Set.copyOf(unsubscribe);
  }

  public static Change ofAttributes(Map<String, Json> attributes) {
    return new Change(attributes, Optional.empty(), List.of(), Set.of());
  }

  public static Change subscribing(NewSubscription... subscriptions) {
    return new Change(Map.of(), Optional.empty(), List.of(subscriptions), Set.of());
  }

  public static Change unsubscribing(String... channels) {
    return new Change(Map.of(), Optional.empty(), List.of(), Set.of(channels));
  }

  /** The attributes as they are after it. */
  public Map<String, Json> attributesAfter(Map<String, Json> before) {
    var after = new HashMap<>(before);
    attributes.forEach((name, value) -> {
      if (value.isNull()) {
        after.remove(name);
      } else {
        after.put(name, value);
      }
    });
    return after;
  }

  /**
   * @param position where it starts; empty where there are none
   */
  public record NewSubscription(String channel, Optional<Position> position, Origin origin) {}
}
