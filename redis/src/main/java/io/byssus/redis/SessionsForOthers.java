package io.byssus.redis;

import static io.byssus.redis.Redis.args;
import static io.byssus.redis.Redis.text;

import io.byssus.core.session.Change;
import io.byssus.core.session.FoundSession;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Origin;
import io.byssus.core.session.SessionList;
import io.byssus.core.session.SessionStore.Changed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** What is asked of sessions by others than their holders. */
final class SessionsForOthers {
  private final Redis redis;
  private final Keys keys;

  SessionsForOthers(Redis redis) {
    this.redis = redis;
    this.keys = redis.keys();
  }

  CompletionStage<Optional<FoundSession>> find(String session) {
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

  CompletionStage<SessionList> list(SessionList.Filter filter, String cursor, int limit) {
    return PartitionWalk.page(
            cursor,
            limit,
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

  CompletionStage<Changed> change(String session, Change change) {
    var partition = Keys.partition(session);
    var set = new ArrayList<Object>();
    var removed = new ArrayList<String>();
    SessionHash.addAttributes(set, change.attributes());
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
      set.add(each.position().map(SessionHash::text).orElse(""));
      set.add(each.origin() == Origin.SERVER ? 1 : 0);
    }
    change.unsubscribe().forEach(channel -> removed.addAll(SessionHash.fields(channel)));
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
}
