package io.byssus.redis;

import static io.byssus.redis.Redis.args;

import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.engine.EngineSettings;
import io.byssus.protocol.Target;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The directory in Redis: each user and tag a Hash, of which {@code lib-directory.lua} tells. */
final class RedisDirectory implements SessionDirectory {
  /** So many are added by one script, which nobody else's step comes between. */
  private static final int ADDED_AT_ONCE = 200;

  /** Where {@code lib-directory.lua} keeps the count of additions. */
  private static final String COUNT = "";

  private final Redis redis;
  private final Keys keys;
  private final long lifeMs;
  private final long oldMs;

  RedisDirectory(Redis redis, EngineSettings settings) {
    this.redis = redis;
    this.keys = redis.keys();
    this.lifeMs = settings.sessionTtl().toMillis() * LIVES;
    this.oldMs = settings.sessionTtl().toMillis() / 2;
  }

  /** A session, and where it is listed. */
  private record Addition(Keys.Listed at, String session) {}

  @Override
  public CompletionStage<Void> add(Collection<Entry> entries) {
    var additions =
        entries.stream()
            .flatMap(entry ->
                keys.listed(entry.target()).map(at -> new Addition(at, entry.session())).stream())
            .toList();
    return Redis.inBatches(additions, addition -> addition.at.partition(), ADDED_AT_ONCE, this::add)
        .thenAccept(_ -> {});
  }

  private CompletionStage<List<Object>> add(int partition, List<Addition> additions) {
    var byKey = new LinkedHashMap<String, List<String>>();
    for (var addition : additions) {
      byKey.computeIfAbsent(addition.at.key(), _ -> new ArrayList<>(1)).add(addition.session);
    }
    var args = new ArrayList<Object>();
    args.add(lifeMs);
    for (var sessions : byKey.values()) {
      args.add(sessions.size());
      args.addAll(sessions);
    }
    return redis
        .run(partition, Script.LIST, List.copyOf(byKey.keySet()), args(args.toArray()))
        .thenApply(_ -> List.of());
  }

  @Override
  public CompletionStage<Void> remove(Target target, String session) {
    return remove(target, session, 0);
  }

  @Override
  public CompletionStage<Void> removeOld(Target target, String session) {
    return remove(target, session, oldMs);
  }

  private CompletionStage<Void> remove(Target target, String session, long leastMs) {
    return keys.listed(target)
        .map(listed ->
            redis
                .run(
                    listed.partition(),
                    Script.UNLIST,
                    List.of(listed.key()),
                    args(session, leastMs, lifeMs))
                .thenAccept(_ -> {}))
        .orElseGet(() -> CompletableFuture.completedFuture(null));
  }

  @Override
  public CompletionStage<List<String>> sessions(Target target) {
    if (target instanceof Target.ToSession(var session)) {
      return CompletableFuture.completedFuture(List.of(session));
    }
    var listed = keys.listed(target).orElseThrow();
    return redis
        .run(
            listed.partition(),
            Script.LISTED,
            List.of(listed.key(), keys.mark(listed.partition())),
            link -> args(link.lineage, redis.primaries().lineages()))
        .thenApply(RedisDirectory::living);
  }

  /** The cursor is the place of the last session. */
  @Override
  public CompletionStage<Page> page(Target target, String cursor, int limit) {
    if (target instanceof Target.ToSession(var session)) {
      return CompletableFuture.completedFuture(new Page(List.of(session), Optional.empty()));
    }
    var after = cursor.equals(START) ? 0 : Long.parseUnsignedLong(cursor);
    var listed = keys.listed(target).orElseThrow();
    return redis
        .run(
            listed.partition(),
            Script.LISTED_AFTER,
            List.of(listed.key(), keys.mark(listed.partition())),
            link -> args(link.lineage, redis.primaries().lineages(), after, limit))
        .thenApply(reply ->
            new Page(
                reply.subList(1, reply.size()).stream().map(Redis::text).toList(),
                Optional.of(Redis.text(reply.getFirst())).filter(next -> !next.isEmpty())));
  }

  private record Place(String session, long order) {}

  private static List<String> living(List<Object> reply) {
    var time = Long.parseLong(Redis.text(reply.getFirst()));
    var places = new ArrayList<Place>();
    var hash = Redis.list(reply.get(1));
    for (int i = 0; i < hash.size(); i += 2) {
      var session = Redis.text(hash.get(i));
      if (!session.equals(COUNT)) {
        var value = Redis.text(hash.get(i + 1));
        var space = value.indexOf(' ');
        if (Long.parseLong(value.substring(space + 1)) > time) {
          places.add(new Place(session, Long.parseLong(value.substring(0, space))));
        }
      }
    }
    places.sort(Comparator.comparingLong(Place::order));
    return places.stream().map(Place::session).toList();
  }
}
