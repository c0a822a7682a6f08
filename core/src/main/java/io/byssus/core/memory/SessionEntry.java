package io.byssus.core.memory;

import io.byssus.core.Bounds;
import io.byssus.core.Budget;
import io.byssus.core.delivery.InboxStore.Append;
import io.byssus.core.delivery.InboxStore.Page;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.Change;
import io.byssus.core.session.FoundSession;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Origin;
import io.byssus.core.session.Owner;
import io.byssus.core.session.ResumeTokens;
import io.byssus.core.session.SessionList;
import io.byssus.core.session.SessionState;
import io.byssus.core.session.SessionStore.Claim;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.SessionWeight;
import io.byssus.core.session.StoredSession;
import io.byssus.core.session.TokenHash;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Sender;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One session with all its parts. {@link SessionTable} locks it around every step, and nobody else
 * is called meanwhile. There is one for each session of the cluster, most of them idle: what is not
 * used costs a reference.
 */
final class SessionEntry {
  private static final Page NOTHING_YET = new Page(0, List.of());

  final String id;
  private final String user;
  private SessionState state;
  private ResumeTokens tokens;
  private Map<String, Json> attributes = Map.of();
  private Set<String> tags;
  private Map<String, Optional<Position>> subscriptions = Map.of();
  private Set<String> byServer = Set.of();
  private @Nullable InboxEntry inbox;

  /** About what it takes, without its inbox. */
  private int weight = SessionWeight.SESSION;

  // What the table has counted for it.
  int counted;
  int countedInbox;

  /** Whether it was removed; whoever still finds it comes too late. */
  boolean removed;

  // These three belong to SessionDeadlines.
  long deadlineNs;
  @Nullable SessionEntry earlier;
  @Nullable SessionEntry later;

  SessionEntry(NewSession made, Lease lease) {
    id = made.id();
    user = made.user();
    tokens = ResumeTokens.first(made.token());
    tags = Set.of();
    setTags(made.tags());
    state = new SessionState.Attached(lease);
    setAttributes(made.attributes());
  }

  /**
   * One that its holder writes anew.
   *
   * @param sent the offset after which the next directed message comes
   */
  SessionEntry(Lease lease, StoredSession known, long sent) {
    id = known.id();
    user = known.user();
    tokens = known.tokens();
    tags = Set.of();
    state = new SessionState.Attached(lease);
    restore(lease, known, sent);
  }

  /** Is from here on as its holder knows it. */
  final void restore(Lease lease, StoredSession known, long sent) {
    state = new SessionState.Attached(lease);
    tokens = known.tokens();
    setTags(known.tags());
    var changes = new HashMap<String, Json>();
    attributes.keySet().forEach(name -> changes.put(name, Json.NULL));
    changes.putAll(known.attributes());
    setAttributes(changes);
    Set.copyOf(subscriptions.keySet()).forEach(this::unsubscribe);
    known
        .subscriptions()
        .forEach((channel, position) ->
            subscribe(
                channel,
                position,
                known.byServer().contains(channel) ? Origin.SERVER : Origin.CLIENT));
    if (sent > 0) {
      if (inbox == null) {
        inbox = new InboxEntry();
      }
      inbox.restore(known.inbox(), sent);
    }
  }

  SessionState state() {
    return state;
  }

  void release() {
    state = state.released();
  }

  void abandon() {
    state = state.abandoned();
  }

  /** Its last holder lives. */
  void regain() {
    state = new SessionState.Attached(state.newest());
  }

  Claim claim(String claimant, TokenHash presented, TokenHash next, Owner owner) {
    var after = tokens.claimed(presented, next);
    if (!user.equals(claimant) || after.isEmpty()) {
      return new Claim.Refused();
    }
    var holder = state.holder();
    state = state.claimedBy(owner);
    tokens = after.get();
    return new Claim.Granted(state.newest(), stored(), holder);
  }

  void setAttributes(Map<String, Json> changes) {
    weight -= SessionWeight.ofAttributes(attributes);
    changes.forEach((name, value) ->
        attributes =
            value.isNull()
                ? SmallMaps.without(attributes, name)
                : SmallMaps.with(attributes, name, value));
    weight += SessionWeight.ofAttributes(attributes);
  }

  void setTags(Set<String> newTags) {
    weight -= SessionWeight.ofTags(tags);
    tags = Set.copyOf(newTags);
    weight += SessionWeight.ofTags(tags);
  }

  int weight() {
    return weight;
  }

  int inboxWeight() {
    return inbox == null ? 0 : (int) inbox.weight();
  }

  /** Whether nobody has it now. */
  boolean detached() {
    return state.holder().isEmpty();
  }

  /** Whether it is nobody's in particular: its client came without a token. */
  boolean anonymous() {
    return user.isEmpty();
  }

  void subscribe(String channel, Optional<Position> position, Origin origin) {
    if (origin == Origin.SERVER && !byServer.contains(channel)) {
      var more = new HashSet<>(byServer);
      more.add(channel);
      byServer = Set.copyOf(more);
    }
    if (!subscriptions.containsKey(channel)) {
      weight += SessionWeight.ofStoredSubscription(channel);
    }
    subscriptions = SmallMaps.with(subscriptions, channel, position);
  }

  void unsubscribe(String channel) {
    if (subscriptions.containsKey(channel)) {
      weight -= SessionWeight.ofStoredSubscription(channel);
    }
    subscriptions = SmallMaps.without(subscriptions, channel);
    if (byServer.contains(channel)) {
      var rest = new HashSet<>(byServer);
      rest.remove(channel);
      byServer = Set.copyOf(rest);
    }
  }

  /** Does what somebody else than a holder wants; answers the tags that it had. */
  Set<String> change(Change change) {
    var before = tags;
    setAttributes(change.attributes());
    change.tags().ifPresent(this::setTags);
    for (var each : change.subscribe()) {
      subscribe(
          each.channel(),
          subscriptions.getOrDefault(each.channel(), each.position()),
          each.origin());
    }
    change.unsubscribe().forEach(this::unsubscribe);
    return before;
  }

  String user() {
    return user;
  }

  boolean in(SessionList.Filter filter) {
    return filter.attached().filter(attached -> attached == detached()).isEmpty()
        && (filter.node().isEmpty()
            || filter.node().equals(state.holder().map(lease -> lease.owner().node())));
  }

  SessionList.Row row(Optional<Duration> left) {
    return new SessionList.Row(id, user, tags, state.holder(), left);
  }

  FoundSession found(Optional<Duration> left) {
    return new FoundSession(
        id, user, attributes, tags, subscriptions, byServer, state.holder(), left);
  }

  void acknowledge(String channel, Position position) {
    if (subscriptions.containsKey(channel)) {
      subscriptions = SmallMaps.with(subscriptions, channel, Optional.of(position));
    }
  }

  /** Whether {@code target} means this session. */
  boolean under(Target target) {
    return switch (target) {
      case Target.ToSession(var session) -> session.equals(id);
      case Target.ToUser(var name) -> name.equals(user);
      case Target.ToTag(var tag) -> tags.contains(tag);
    };
  }

  Append append(
      Json data,
      Optional<Sender> from,
      String dedupe,
      EngineSettings settings,
      Budget all,
      long nowNs) {
    if (inbox == null) {
      inbox = new InboxEntry();
    }
    return switch (inbox.append(data, from, dedupe, settings, all, nowNs)) {
      case STORED -> new Append.Taken(false, !detached());
      case REPEATED -> new Append.Taken(true, !detached());
      case FULL -> Append.FULL;
    };
  }

  Page readInbox(long after, Bounds bounds, EngineSettings settings, long nowNs) {
    return inbox == null ? NOTHING_YET : inbox.read(after, bounds, settings, nowNs);
  }

  void acknowledgeInbox(long offset) {
    if (inbox != null) {
      inbox.acknowledge(offset);
    }
  }

  StoredSession stored() {
    var acknowledged = inbox == null ? 0 : inbox.acknowledged();
    return new StoredSession(
        id, user, tokens, attributes, tags, subscriptions, byServer, acknowledged);
  }

  Gone gone() {
    return new Gone(state.newest(), user, tags, Set.copyOf(subscriptions.keySet()));
  }
}
