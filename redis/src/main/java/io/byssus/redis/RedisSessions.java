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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** Sessions in Redis: each a Hash, of which {@code lib-session.lua} tells the fields. */
final class RedisSessions implements SessionStore {
  /** Where {@code create.lua} expects the lineage. */
  private static final int LINEAGE = 6;

  /** So many are renewed by one script, which nobody else's step comes between. */
  private static final int RENEWED_AT_ONCE = 200;

  /** A sweep looks at so many partitions, the next one at the next so many. */
  private static final int SWEPT_PARTITIONS = 8;

  private final Redis redis;
  private final Keys keys;
  private final long ttlMs;
  private final AtomicInteger nextSwept = new AtomicInteger();

  RedisSessions(Redis redis, EngineSettings settings) {
    this.redis = redis;
    this.keys = redis.keys();
    this.ttlMs = settings.sessionTtl().toMillis();
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
    addAttributes(args, session.attributes());
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
                    : Optional.of(gone(Redis.list(reply.get(1))))));
  }

  /** Field and value of each that is there. */
  private static void addAttributes(List<Object> args, Map<String, Json> attributes) {
    attributes.forEach((name, value) -> {
      if (!value.isNull()) {
        args.add(SessionHash.ATTRIBUTE + name);
        args.add(value.utf8());
      }
    });
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
              default -> granted(session, owner, reply);
            });
  }

  private static Claim granted(String session, Owner owner, List<Object> reply) {
    var lease = new Lease(session, owner, Long.parseLong(text(reply.get(1))));
    var holder = text(reply.get(2));
    var previous =
        holder.isEmpty()
            ? Optional.<Lease>empty()
            : Optional.of(
                new Lease(session, Keys.owner(holder), Long.parseLong(text(reply.get(3)))));
    return new Claim.Granted(
        lease, SessionHash.of(Redis.list(reply.get(4))).stored(session), previous);
  }

  private static byte[] joined(List<TokenHash> hashes) {
    var joined = ByteBuffer.allocate(hashes.size() * TokenHash.BYTES);
    hashes.forEach(hash -> joined.put(hash.sha256()));
    return joined.array();
  }

  private static String text(Position position) {
    return position.offset() + " " + position.epoch();
  }

  private static String text(Object part) {
    return Redis.text(part);
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
    var stands = position.map(RedisSessions::text).orElse("");
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
    return write(lease, "", Map.of(), fields(channel));
  }

  /** All that is kept of a subscription. */
  private static List<String> fields(String channel) {
    return List.of(SessionHash.SUBSCRIPTION + channel, SessionHash.BY_SERVER + channel);
  }

  @Override
  public CompletionStage<Fence> acknowledge(Lease lease, String channel, Position position) {
    var field = SessionHash.SUBSCRIPTION + channel;
    return write(lease, field, Map.of(field, text(position)), List.of());
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
    addAttributes(parts, known.attributes());
    known
        .subscriptions()
        .forEach((channel, position) -> {
          parts.add(SessionHash.SUBSCRIPTION + channel);
          parts.add(position.map(RedisSessions::text).orElse(""));
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
                      joined(known.tokens().handedOut()),
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
        .thenApply(RedisSessions::allGone);
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
        .thenApply(reply -> reply.isEmpty() ? Optional.empty() : Optional.of(gone(reply)));
  }

  private static List<Gone> allGone(List<Object> all) {
    return all.stream().map(parts -> gone(Redis.list(parts))).toList();
  }

  private static Gone gone(List<Object> parts) {
    return new Gone(
        lease(parts.get(0), parts.get(4), parts.get(5)),
        text(parts.get(1)),
        Set.copyOf(Packed.strings(Redis.bytes(parts.get(2)))),
        texts(parts.get(3)));
  }

  private static Lease lease(Object id, Object owner, Object term) {
    return new Lease(Keys.name(text(id)), Keys.owner(text(owner)), Long.parseLong(text(term)));
  }

  private static Set<String> texts(Object parts) {
    var texts = new HashSet<String>();
    Redis.list(parts).forEach(part -> texts.add(text(part)));
    return Set.copyOf(texts);
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
    var partition = Keys.partition(session);
    return redis
        .run(
            partition,
            Script.FIND,
            List.of(keys.session(session), keys.mark(partition)),
            link -> args(link.lineage, redis.primaries().lineages()))
        .thenApply(reply ->
            reply.isEmpty()
                ? Optional.empty()
                : Optional.of(
                    SessionHash.of(Redis.list(reply.get(1)))
                        .found(session, Long.parseLong(text(reply.get(0))))));
  }

  @Override
  public CompletionStage<SessionList> list(SessionList.Filter filter, String cursor, int limit) {
    return PartitionWalk.page(
            cursor,
            SessionList.checked(limit),
            (from, rows, looks) ->
                redis.run(
                    from.partition(),
                    Script.PAGE,
                    List.of(keys.due(from.partition())),
                    args(
                        from.score(),
                        from.name(),
                        rows,
                        looks,
                        keys.prefix(from.partition()),
                        filter.node().map(node -> Keys.text(node) + '.').orElse(""),
                        filter.attached().map(attached -> attached ? "0" : "1").orElse(""))),
            SessionHash::rows)
        .thenApply(page -> new SessionList(page.rows(), page.next()));
  }

  @Override
  public CompletionStage<Changed> change(String session, Change change) {
    var partition = Keys.partition(session);
    var set = new ArrayList<Object>();
    var removed = new ArrayList<String>();
    addAttributes(set, change.attributes());
    change
        .attributes()
        .forEach((name, value) -> {
          if (value.isNull()) {
            removed.add(SessionHash.ATTRIBUTE + name);
          }
        });
    change
        .tags()
        .ifPresent(all -> {
          set.add(SessionHash.TAGS);
          set.add(Packed.strings(all));
        });
    var fieldsSet = set.size() / 2;
    for (var each : change.subscribe()) {
      set.add(each.channel());
      set.add(each.position().map(RedisSessions::text).orElse(""));
      set.add(each.origin() == Origin.SERVER ? 1 : 0);
    }
    change.unsubscribe().forEach(channel -> removed.addAll(fields(channel)));
    return redis
        .run(
            partition,
            Script.CHANGE,
            List.of(keys.session(session), keys.mark(partition)),
            link -> {
              var args = new ArrayList<Object>();
              args.addAll(
                  List.of(
                      link.lineage,
                      redis.primaries().lineages(),
                      fieldsSet,
                      change.subscribe().size()));
              args.addAll(set);
              args.addAll(removed);
              return args(args.toArray());
            })
        .thenApply(reply -> changed(session, reply));
  }

  private static Changed changed(String session, List<Object> reply) {
    if (reply.isEmpty()) {
      return new Changed.None();
    }
    return text(reply.getFirst()).equals("done")
        ? new Changed.Done(
            text(reply.get(1)), Set.copyOf(Packed.strings(Redis.bytes(reply.get(2)))))
        : new Changed.Held(
            new Lease(session, Keys.owner(text(reply.get(1))), Long.parseLong(text(reply.get(2)))));
  }

  // What is done for sessions that nobody speaks for.

  @Override
  public CompletionStage<List<Gone>> sweep(int limit) {
    var first = nextSwept.getAndAdd(SWEPT_PARTITIONS);
    return collected(
        first,
        SWEPT_PARTITIONS,
        limit,
        (partition, most) ->
            redis
                .run(
                    partition,
                    Script.SWEEP,
                    List.of(keys.due(partition)),
                    link -> args(most, keys.prefix(partition), ttlMs, link.sureTimeMs()))
                .thenApply(RedisSessions::allGone));
  }

  @Override
  public CompletionStage<List<String>> heldBy(Owner owner, int part) {
    return redis
        .run(part, Script.HELD, List.of(keys.owned(part, owner)), args())
        .thenApply(ids -> ids.stream().map(id -> Keys.name(text(id))).toList());
  }

  @Override
  public CompletionStage<List<Orphan>> abandon(Owner dead, int limit) {
    return collected(
        0,
        Keys.PARTITIONS,
        limit,
        (partition, most) ->
            redis
                .run(
                    partition,
                    Script.ABANDON,
                    List.of(keys.owned(partition, dead)),
                    args(Keys.owner(dead), most, ttlMs, keys.prefix(partition)))
                .thenApply(all -> all.stream().map(parts -> orphan(Redis.list(parts))).toList()));
  }

  private static Orphan orphan(List<Object> parts) {
    return new Orphan(lease(parts.get(0), parts.get(2), parts.get(3)), texts(parts.get(1)));
  }

  /** One partition after the other, until there are {@code limit}. */
  private static <T> CompletionStage<List<T>> collected(
      int first, int count, int limit, BiFunction<Integer, Integer, CompletionStage<List<T>>> in) {
    CompletionStage<List<T>> all = CompletableFuture.completedFuture(new ArrayList<>());
    for (var i : IntStream.range(first, first + count).toArray()) {
      all =
          all.thenCompose(found -> {
            if (found.size() >= limit) {
              return CompletableFuture.completedFuture(found);
            }
            return in.apply(i & Keys.PARTITIONS - 1, limit - found.size())
                .thenApply(more -> {
                  found.addAll(more);
                  return found;
                });
          });
    }
    return all.thenApply(List::copyOf);
  }
}
