package io.byssus.redis;

import static io.byssus.redis.Redis.args;
import static io.byssus.redis.Redis.number;
import static io.byssus.redis.Redis.text;

import io.byssus.core.delivery.InboxStore;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.Change;
import io.byssus.core.session.Fence;
import io.byssus.core.session.FoundSession;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Origin;
import io.byssus.core.session.Owner;
import io.byssus.core.session.ResumeTokens;
import io.byssus.core.session.SessionList;
import io.byssus.core.session.SessionStore;
import io.byssus.core.session.StoredSession;
import io.byssus.core.session.TokenHash;
import io.byssus.core.session.Tombstone;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** Sessions in Redis: each a Hash, of which {@code lib-session.lua} tells the fields. */
final class RedisSessions implements SessionStore {
  /** Where {@code create.lua} expects the lineage. */
  private static final int LINEAGE = 6;

  /** So many are renewed by one script, which nobody else's step comes between. */
  private static final int RENEWED_AT_ONCE = 200;

  private final Redis redis;
  private final Keys keys;
  private final long ttlMs;
  private final SessionsForOthers others;
  private final UnattendedSessions unattended;

  RedisSessions(Redis redis, EngineSettings settings) {
    this.redis = redis;
    this.keys = redis.keys();
    this.ttlMs = settings.sessionTtl().toMillis();
    this.others = new SessionsForOthers(redis);
    this.unattended = new UnattendedSessions(redis, ttlMs);
  }

  @Override
  public CompletionStage<Created> create(NewSession session, Owner owner) {
    var partition = Keys.partition(session.id());
    var args = new ArrayList<Object>();
    args.addAll(
        List.of(
            Keys.text(session.id()),
            session.user(),
            Keys.owner(owner),
            session.token().sha256(),
            Packed.strings(session.tags()),
            ttlMs,
            "",
            keys.prefix(partition)));
    SessionHash.addAttributes(args, session.attributes());
    return redis
        .run(
            partition,
            Script.CREATE,
            List.of(keys.session(session.id()), keys.due(partition), keys.owned(partition, owner)),
            link -> {
              args.set(LINEAGE, link.lineage);
              return args(args.toArray());
            })
        .thenApply(reply ->
            new Created(
                new Lease(session.id(), owner, Long.parseLong(text(reply.getFirst()))),
                reply.size() == 1
                    ? Optional.empty()
                    : Optional.of(SessionReplies.gone(Redis.list(reply.get(1))))));
  }

  @Override
  public CompletionStage<Claim> claim(
      String session, String user, TokenHash presented, TokenHash next, Owner owner) {
    var partition = Keys.partition(session);
    return redis
        .run(
            partition,
            Script.CLAIM,
            List.of(keys.session(session), keys.inbox(session), keys.owned(partition, owner)),
            link ->
                args(
                    Keys.text(session),
                    user,
                    Keys.owner(owner),
                    presented.sha256(),
                    next.sha256(),
                    ttlMs,
                    keys.prefix(partition),
                    ResumeTokens.HANDED_OUT_MAX,
                    link.lineage,
                    redis.primaries().lineages()))
        .thenApply(reply ->
            switch (text(reply.getFirst())) {
              case "expired" -> new Claim.Expired();
              case "refused" -> new Claim.Refused();
              default -> SessionReplies.granted(session, owner, reply);
            });
  }

  // Writes under a lease.

  @Override
  public CompletionStage<Fence> set(
      Lease lease, Map<String, Json> attributes, Optional<Set<String>> tags) {
    var set = new HashMap<String, Object>();
    var removed = new ArrayList<String>();
    attributes.forEach((name, value) -> {
      if (value.isNull()) {
        removed.add(SessionHash.ATTRIBUTE + name);
      } else {
        set.put(SessionHash.ATTRIBUTE + name, value.utf8());
      }
    });
    tags.ifPresent(all -> set.put(SessionHash.TAGS, Packed.strings(all)));
    return write(lease, "", set, removed);
  }

  @Override
  public CompletionStage<Fence> subscribe(
      Lease lease, String channel, Optional<Position> position, Origin origin) {
    var stands = position.map(SessionHash::text).orElse("");
    return write(
        lease,
        "",
        switch (origin) {
          case CLIENT -> Map.of(SessionHash.SUBSCRIPTION + channel, stands);
          case SERVER ->
              Map.of(
                  SessionHash.SUBSCRIPTION + channel, stands, SessionHash.BY_SERVER + channel, "");
        },
        List.of());
  }

  @Override
  public CompletionStage<Fence> unsubscribe(Lease lease, String channel) {
    return write(lease, "", Map.of(), SessionHash.fields(channel));
  }

  @Override
  public CompletionStage<Fence> acknowledge(Lease lease, String channel, Position position) {
    var field = SessionHash.SUBSCRIPTION + channel;
    return write(lease, field, Map.of(field, SessionHash.text(position)), List.of());
  }

  /**
   * @param mustExist a field without which nothing is written; empty for none
   */
  private CompletionStage<Fence> write(
      Lease lease, String mustExist, Map<String, Object> set, List<String> removed) {
    var args = new ArrayList<Object>();
    args.addAll(List.of(Keys.owner(lease.owner()), lease.term(), mustExist, set.size()));
    set.forEach((field, value) -> {
      args.add(field);
      args.add(value);
    });
    args.addAll(removed);
    return redis
        .run(
            Keys.partition(lease.session()),
            Script.WRITE,
            List.of(keys.session(lease.session())),
            args(args.toArray()))
        .thenApply(RedisSessions::fence);
  }

  static Fence fence(List<Object> reply) {
    return number(reply.getFirst()) == 1 ? Fence.HELD : Fence.LOST;
  }

  /** What became of a lease that was not simply renewed. */
  private record Found(Lease lease, long became) {
    static final long LOST = 1;
    static final long FORGOTTEN = 2;
    static final long REGAINED = 3;
  }

  @Override
  public CompletionStage<Renewal> renew(Collection<Lease> leases) {
    return Redis.inBatches(
            leases, lease -> Keys.partition(lease.session()), RENEWED_AT_ONCE, this::renew)
        .thenApply(all ->
            new Renewal(
                those(all, Found.LOST), those(all, Found.FORGOTTEN), those(all, Found.REGAINED)));
  }

  private static List<Lease> those(List<Found> all, long became) {
    return all.stream().filter(found -> found.became == became).map(Found::lease).toList();
  }

  private CompletionStage<List<Found>> renew(int partition, List<Lease> leases) {
    var named = new ArrayList<String>();
    var args = new ArrayList<Object>();
    args.add(ttlMs);
    args.add(keys.prefix(partition));
    for (var lease : leases) {
      named.add(keys.session(lease.session()));
      named.add(keys.inbox(lease.session()));
      args.add(Keys.owner(lease.owner()));
      args.add(lease.term());
    }
    return redis
        .run(partition, Script.RENEW, named, args(args.toArray()))
        .thenApply(reply ->
            IntStream.range(0, reply.size() / 2)
                .mapToObj(i ->
                    new Found(
                        leases.get((int) number(reply.get(2 * i)) - 1),
                        number(reply.get(2 * i + 1))))
                .toList());
  }

  @Override
  public CompletionStage<Fence> restore(
      Lease lease, StoredSession known, long sent, boolean unread) {
    var partition = Keys.partition(lease.session());
    var parts = new ArrayList<Object>();
    SessionHash.addAttributes(parts, known.attributes());
    known
        .subscriptions()
        .forEach((channel, position) -> {
          parts.add(SessionHash.SUBSCRIPTION + channel);
          parts.add(position.map(SessionHash::text).orElse(""));
        });
    known
        .byServer()
        .forEach(channel -> {
          parts.add(SessionHash.BY_SERVER + channel);
          parts.add("");
        });
    return redis
        .run(
            partition,
            Script.RESTORE,
            List.of(
                keys.session(lease.session()),
                keys.inbox(lease.session()),
                keys.due(partition),
                keys.owned(partition, lease.owner())),
            link -> {
              var args = new ArrayList<Object>();
              args.addAll(
                  List.of(
                      Keys.text(lease.session()),
                      known.user(),
                      Keys.owner(lease.owner()),
                      lease.term(),
                      known.tokens().used().sha256(),
                      SessionHash.joined(known.tokens().handedOut()),
                      Packed.strings(known.tags()),
                      ttlMs,
                      keys.prefix(partition),
                      link.lineage,
                      known.inbox(),
                      sent,
                      unread ? InboxStore.LEAP : 0));
              args.addAll(parts);
              return args(args.toArray());
            })
        .thenApply(RedisSessions::fence);
  }

  @Override
  public CompletionStage<List<Gone>> bury(Collection<Tombstone> tombstones) {
    return Redis.inBatches(
        tombstones, stone -> Keys.partition(stone.session()), RENEWED_AT_ONCE, this::bury);
  }

  private CompletionStage<List<Gone>> bury(int partition, List<Tombstone> tombstones) {
    var args = new ArrayList<Object>();
    args.add(keys.prefix(partition));
    args.add(ttlMs);
    for (var stone : tombstones) {
      args.add(Keys.text(stone.session()));
      args.add(stone.term());
    }
    return redis
        .run(
            partition,
            Script.BURY,
            tombstones.stream().map(stone -> keys.session(stone.session())).toList(),
            args(args.toArray()))
        .thenApply(SessionReplies::allGone);
  }

  // How a session leaves its holder.

  @Override
  public CompletionStage<Fence> release(Lease lease) {
    var partition = Keys.partition(lease.session());
    return redis
        .run(
            partition,
            Script.RELEASE,
            List.of(keys.session(lease.session())),
            args(
                Keys.text(lease.session()),
                Keys.owner(lease.owner()),
                lease.term(),
                ttlMs,
                keys.prefix(partition)))
        .thenApply(RedisSessions::fence);
  }

  @Override
  public CompletionStage<Optional<Gone>> remove(String session) {
    return remove(session, "", 0);
  }

  @Override
  public CompletionStage<Optional<Gone>> end(Lease lease) {
    return remove(lease.session(), Keys.owner(lease.owner()), lease.term());
  }

  private CompletionStage<Optional<Gone>> remove(String session, String owner, long term) {
    var partition = Keys.partition(session);
    return redis
        .run(
            partition,
            Script.REMOVE,
            List.of(keys.session(session)),
            args(Keys.text(session), keys.prefix(partition), owner, term, ttlMs))
        .thenApply(
            reply -> reply.isEmpty() ? Optional.empty() : Optional.of(SessionReplies.gone(reply)));
  }

  @Override
  public CompletionStage<Optional<Optional<Lease>>> holder(String session) {
    return redis
        .run(Keys.partition(session), Script.HOLDER, List.of(keys.session(session)))
        .thenApply(reply ->
            switch (reply.size()) {
              case 0 -> Optional.empty();
              case 1 -> Optional.of(Optional.empty());
              default ->
                  Optional.of(
                      Optional.of(
                          new Lease(
                              session,
                              Keys.owner(text(reply.get(0))),
                              Long.parseLong(text(reply.get(1))))));
            });
  }

  // What others ask of sessions.

  @Override
  public CompletionStage<Optional<FoundSession>> find(String session) {
    return others.find(session);
  }

  @Override
  public CompletionStage<SessionList> list(SessionList.Filter filter, String cursor, int limit) {
    return others.list(filter, cursor, SessionList.checked(limit));
  }

  @Override
  public CompletionStage<Changed> change(String session, Change change) {
    return others.change(session, change);
  }

  // What is done for sessions that nobody speaks for.

  @Override
  public CompletionStage<List<Gone>> sweep(int limit) {
    return unattended.sweep(limit);
  }

  @Override
  public CompletionStage<List<String>> heldBy(Owner owner, int part) {
    return unattended.heldBy(owner, part);
  }

  @Override
  public CompletionStage<List<Orphan>> abandon(Owner dead, int limit) {
    return unattended.abandon(dead, limit);
  }
}
