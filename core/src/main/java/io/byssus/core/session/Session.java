package io.byssus.core.session;

import io.byssus.core.connection.Connection;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A session while it is attached here: what the store keeps of it, at hand. Confined to the lane of
 * its connection; when the connection ends, this object does too, and the store's copy is the
 * session.
 */
@LaneConfined
public final class Session {
  private final Connection connection;
  private final String user;
  private final Lease lease;
  private final ResumeTokens tokens;
  private final List<Subscription> subscriptions = new ArrayList<>(1);
  private Map<String, Json> attributes;
  private Set<String> tags;
  private Set<String> doubtful = Set.of();

  /** Whose subscriptions were made by the server. */
  private Set<String> byServer;

  public Session(Connection connection, Lease lease, StoredSession stored) {
    this.connection = connection;
    this.lease = lease;
    this.user = stored.user();
    this.tokens = stored.tokens();
    this.attributes = stored.attributes();
    this.tags = stored.tags();
    this.byServer = stored.byServer();
  }

  public String id() {
    return lease.session();
  }

  /** Empty for an anonymous session. */
  public String user() {
    return user;
  }

  public Lease lease() {
    return lease;
  }

  public Connection connection() {
    return connection;
  }

  public Lane lane() {
    return connection.lane();
  }

  public Map<String, Json> attributes() {
    return attributes;
  }

  public Set<String> tags() {
    return tags;
  }

  public void tags(Set<String> newTags) {
    lane().check();
    tags = Set.copyOf(newTags);
  }

  public void attributes(Map<String, Json> newAttributes) {
    lane().check();
    attributes = Map.copyOf(newAttributes);
  }

  /** The attributes as they are after {@code changes}, in which null removes one. */
  public Map<String, Json> attributesAfter(Map<String, Json> changes) {
    var after = new HashMap<>(attributes);
    changes.forEach((name, value) -> {
      if (value.isNull()) {
        after.remove(name);
      } else {
        after.put(name, value);
      }
    });
    return after;
  }

  public List<Subscription> subscriptions() {
    return subscriptions;
  }

  /**
   * All that the store should keep of it, as far as is known here.
   *
   * @param inbox the acknowledged offset of its inbox
   */
  public StoredSession stored(long inbox) {
    var positions = new HashMap<String, Optional<Position>>();
    subscriptions.forEach(each -> positions.put(each.channel(), each.acknowledged()));
    return new StoredSession(id(), user, tokens, attributes, tags, positions, byServer, inbox);
  }

  /** What it would leave to clean up elsewhere, as far as is known here. */
  public Gone gone() {
    var channels = subscriptions.stream().map(Subscription::channel).collect(Collectors.toSet());
    return new Gone(lease, user, tags, channels);
  }

  public Optional<Subscription> subscription(String channel) {
    for (var subscription : subscriptions) {
      if (subscription.channel().equals(channel)) {
        return Optional.of(subscription);
      }
    }
    return Optional.empty();
  }

  /**
   * A new subscription, which has yet to join.
   *
   * @param acknowledged what the store keeps as its position
   */
  public Subscription subscribe(String channel, Optional<Position> acknowledged) {
    lane().check();
    var subscription = new Subscription(this, channel, acknowledged.orElse(null));
    subscriptions.add(subscription);
    return subscription;
  }

  /** Who made the subscription to this channel, of those that are there or are still to join. */
  public Origin origin(String channel) {
    return byServer.contains(channel) ? Origin.SERVER : Origin.CLIENT;
  }

  /** Remembers who made the subscription; one that is the server's stays that until it ends. */
  public void origin(String channel, Origin origin) {
    lane().check();
    if (origin == Origin.SERVER && !byServer.contains(channel)) {
      var more = new HashSet<>(byServer);
      more.add(channel);
      byServer = Set.copyOf(more);
    }
  }

  public void unsubscribe(Subscription subscription) {
    lane().check();
    subscriptions.remove(subscription);
    if (byServer.contains(subscription.channel())) {
      var rest = new HashSet<>(byServer);
      rest.remove(subscription.channel());
      byServer = Set.copyOf(rest);
    }
    if (!doubtful.isEmpty()) {
      doubtful.remove(subscription.channel());
    }
  }

  /** Nobody knows whether the store still has this subscription, which is there here. */
  public void doubt(Subscription subscription) {
    lane().check();
    if (doubtful.isEmpty()) {
      doubtful = new HashSet<>();
    }
    doubtful.add(subscription.channel());
  }

  public boolean doubts(Subscription subscription) {
    return doubtful.contains(subscription.channel());
  }
}
