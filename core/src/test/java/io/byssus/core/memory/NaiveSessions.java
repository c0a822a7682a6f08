package io.byssus.core.memory;

import io.byssus.core.Bounds;
import io.byssus.core.delivery.InboxStore.Append;
import io.byssus.core.delivery.InboxStore.Page;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.session.ResumeTokens;
import io.byssus.core.session.SessionStore.Claim;
import io.byssus.core.session.SessionStore.Created;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.SessionStore.Renewal;
import io.byssus.core.session.StoredSession;
import io.byssus.core.session.TokenHash;
import io.byssus.core.session.Tombstone;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage.Item;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Sessions and inboxes as the prose of their ports tells them, with no thought of speed, memory or
 * threads: every question is answered by looking at everything that ever happened.
 */
final class NaiveSessions {
  private final EngineSettings settings;
  private final Map<String, Kept> sessions = new HashMap<>();
  private final List<Buried> tombstones = new ArrayList<>();
  private Duration now = Duration.ZERO;

  NaiveSessions(EngineSettings settings) {
    this.settings = settings;
  }

  private static final class Kept {
    NewSession made;
    Optional<Lease> holder;
    boolean givenBack;
    Lease lastLease;
    TokenHash usedToken;
    List<TokenHash> tokensSince = new ArrayList<>();
    Duration startedAt;
    Map<String, Json> attributes = new HashMap<>();
    Set<String> tags;
    Map<String, Optional<Position>> subscriptions = new HashMap<>();
    List<Message> inbox = new ArrayList<>();
    long top;
    long acknowledged;
  }

  private record Message(Item item, Duration at) {}

  private record Buried(Tombstone stone, Duration at) {}

  void advance(Duration time) {
    now = now.plus(time);
  }

  private boolean alive(String session) {
    return sessions.containsKey(session)
        && (sessions.get(session).holder.isPresent() || !passed(sessions.get(session)));
  }

  private boolean passed(Kept kept) {
    return now.compareTo(kept.startedAt.plus(settings.sessionTtl())) >= 0;
  }

  private long buriedUpTo(String session) {
    return tombstones.stream()
        .filter(buried -> now.compareTo(buried.at.plus(settings.sessionTtl())) < 0)
        .map(Buried::stone)
        .filter(stone -> stone.session().equals(session))
        .mapToLong(Tombstone::term)
        .max()
        .orElse(0);
  }

  private boolean held(Lease lease) {
    return alive(lease.session())
        && sessions.get(lease.session()).holder.equals(Optional.of(lease));
  }

  Created create(NewSession made, Owner owner) {
    var lease = new Lease(made.id(), owner, buriedUpTo(made.id()) + 1);
    if (alive(made.id())) {
      return new Created(lease, Optional.empty());
    }
    var passed = sessions.containsKey(made.id()) ? gone(made.id()) : null;
    var kept = new Kept();
    kept.made = made;
    kept.lastLease = lease;
    kept.holder = Optional.of(kept.lastLease);
    kept.usedToken = made.token();
    kept.startedAt = now;
    kept.attributes.putAll(made.attributes());
    kept.tags = made.tags();
    sessions.put(made.id(), kept);
    return new Created(kept.lastLease, Optional.ofNullable(passed));
  }

  Claim claim(String session, String user, TokenHash presented, TokenHash next, Owner owner) {
    if (!alive(session)) {
      return new Claim.Expired();
    }
    var kept = sessions.get(session);
    if (!kept.made.user().equals(user) || !isLive(kept, presented)) {
      return new Claim.Refused();
    }
    var previous = kept.holder;
    if (!presented.equals(kept.usedToken)) {
      kept.usedToken = presented;
      kept.tokensSince.clear();
    }
    kept.tokensSince.remove(next);
    kept.tokensSince.add(next);
    kept.lastLease = new Lease(session, owner, kept.lastLease.term() + 1);
    kept.holder = Optional.of(kept.lastLease);
    kept.startedAt = now;
    var stored =
        new StoredSession(
            session,
            user,
            new ResumeTokens(
                kept.usedToken,
                kept.tokensSince.subList(
                    Math.max(0, kept.tokensSince.size() - 4), kept.tokensSince.size())),
            kept.attributes,
            kept.tags,
            kept.subscriptions,
            kept.acknowledged);
    return new Claim.Granted(kept.lastLease, stored, previous);
  }

  /** The one that was used last, or of those handed out since one of the newest four. */
  private static boolean isLive(Kept kept, TokenHash token) {
    var newest = kept.tokensSince.reversed().stream().limit(4).toList();
    return token.equals(kept.usedToken) || newest.contains(token);
  }

  private Fence write(Lease lease, Consumer<Kept> change) {
    if (!held(lease)) {
      return Fence.LOST;
    }
    change.accept(sessions.get(lease.session()));
    return Fence.HELD;
  }

  Fence setAttributes(Lease lease, Map<String, Json> changes) {
    return write(
        lease,
        kept -> {
          kept.attributes.putAll(changes);
          kept.attributes.values().removeIf(Json.NULL::equals);
        });
  }

  Fence setTags(Lease lease, Set<String> tags) {
    return write(lease, kept -> kept.tags = tags);
  }

  Fence subscribe(Lease lease, String channel, Optional<Position> position) {
    return write(lease, kept -> kept.subscriptions.put(channel, position));
  }

  Fence unsubscribe(Lease lease, String channel) {
    return write(lease, kept -> kept.subscriptions.remove(channel));
  }

  Fence acknowledge(Lease lease, String channel, Position position) {
    return write(lease, kept -> kept.subscriptions.replace(channel, Optional.of(position)));
  }

  Renewal renew(List<Lease> leases) {
    var lost = new ArrayList<Lease>();
    var forgotten = new ArrayList<Lease>();
    var regained = new ArrayList<Lease>();
    for (var lease : leases) {
      var kept = sessions.get(lease.session());
      if (kept == null || kept.lastLease.term() < lease.term()) {
        (buriedUpTo(lease.session()) < lease.term() ? forgotten : lost).add(lease);
      } else if (!kept.lastLease.equals(lease) || kept.holder.isEmpty() && kept.givenBack) {
        lost.add(lease);
      } else {
        if (kept.holder.isEmpty()) {
          regained.add(lease);
        }
        kept.holder = Optional.of(lease);
        kept.startedAt = now;
      }
    }
    return new Renewal(lost, forgotten, regained);
  }

  Fence restore(Lease lease, StoredSession known, long sent) {
    if (buriedUpTo(lease.session()) >= lease.term()) {
      return Fence.LOST;
    }
    var kept = sessions.get(lease.session());
    if (kept != null && kept.lastLease.term() >= lease.term()) {
      if (!kept.lastLease.equals(lease) || kept.holder.isEmpty() && kept.givenBack) {
        return Fence.LOST;
      }
    }
    if (kept == null) {
      kept = new Kept();
      kept.made =
          new NewSession(known.id(), known.user(), Map.of(), Set.of(), known.tokens().used());
      sessions.put(known.id(), kept);
    }
    kept.lastLease = lease;
    kept.holder = Optional.of(lease);
    kept.usedToken = known.tokens().used();
    kept.tokensSince = new ArrayList<>(known.tokens().handedOut());
    kept.startedAt = now;
    kept.attributes = new HashMap<>(known.attributes());
    kept.tags = known.tags();
    kept.subscriptions = new HashMap<>(known.subscriptions());
    if (sent > kept.top) {
      kept.inbox.clear();
      kept.top = sent;
    }
    kept.acknowledged = Math.max(kept.acknowledged, Math.min(known.inbox(), kept.top));
    return Fence.HELD;
  }

  Set<Gone> bury(Tombstone stone) {
    stand(stone);
    var kept = sessions.get(stone.session());
    return kept != null && kept.lastLease.term() <= stone.term()
        ? Set.of(gone(stone.session()))
        : Set.of();
  }

  Fence release(Lease lease) {
    if (!alive(lease.session()) || !sessions.get(lease.session()).lastLease.equals(lease)) {
      return Fence.LOST;
    }
    sessions.get(lease.session()).holder = Optional.empty();
    sessions.get(lease.session()).givenBack = true;
    sessions.get(lease.session()).startedAt = now;
    return Fence.HELD;
  }

  Optional<Gone> remove(String session) {
    return alive(session) ? Optional.of(ended(session)) : Optional.empty();
  }

  Optional<Gone> end(Lease lease) {
    return held(lease) ? Optional.of(ended(lease.session())) : Optional.empty();
  }

  Optional<Optional<Lease>> holder(String session) {
    return alive(session) ? Optional.of(sessions.get(session).holder) : Optional.empty();
  }

  private Gone ended(String session) {
    stand(new Tombstone(session, sessions.get(session).lastLease.term()));
    return gone(session);
  }

  /** One that is said while another stands is of the later term of the two. */
  private void stand(Tombstone stone) {
    var term = Math.max(stone.term(), buriedUpTo(stone.session()));
    tombstones.add(new Buried(new Tombstone(stone.session(), term), now));
  }

  /** All that are detached and whose time has passed. Others of that age are detached. */
  Set<Gone> sweep() {
    for (var kept : sessions.values()) {
      if (kept.holder.isPresent() && passed(kept)) {
        kept.holder = Optional.empty();
        kept.givenBack = false;
        kept.startedAt = now;
      }
    }
    var passed = sessions.keySet().stream().filter(session -> !alive(session)).toList();
    var swept = new HashSet<Gone>();
    passed.forEach(session -> swept.add(gone(session)));
    return swept;
  }

  private Gone gone(String session) {
    var kept = sessions.remove(session);
    return new Gone(
        kept.lastLease, kept.made.user(), kept.tags, Set.copyOf(kept.subscriptions.keySet()));
  }

  Append append(String session, Json data) {
    if (!alive(session)) {
      return Append.NO_SESSION;
    }
    var kept = sessions.get(session);
    var waiting = waiting(kept);
    var bytes = waiting.stream().mapToInt(item -> item.data().bytes()).sum();
    if (waiting.size() + 1 > settings.inboxMessages()
        || bytes + data.bytes() > settings.inboxBytes()) {
      return Append.FULL;
    }
    var item = new Item(++kept.top, data, Optional.empty());
    kept.inbox.add(new Message(item, now));
    return new Append.Taken(false, kept.holder.isPresent());
  }

  Optional<Page> read(Lease lease, long after, Bounds bounds) {
    if (!held(lease)) {
      return Optional.empty();
    }
    var kept = sessions.get(lease.session());
    var items =
        waiting(kept).stream().filter(item -> item.offset() > after).limit(bounds.items()).toList();
    return Optional.of(new Page(kept.top, items));
  }

  Fence acknowledgeInbox(Lease lease, long offset) {
    return write(
        lease, kept -> kept.acknowledged = Math.max(kept.acknowledged, Math.min(offset, kept.top)));
  }

  private List<Item> waiting(Kept kept) {
    return kept.inbox.stream()
        .filter(message -> now.compareTo(message.at.plus(settings.inboxAge())) < 0)
        .map(Message::item)
        .filter(item -> item.offset() > kept.acknowledged)
        .toList();
  }
}
