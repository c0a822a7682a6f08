package io.byssus.redis;

import static io.byssus.redis.Redis.args;
import static io.byssus.redis.Redis.text;

import io.byssus.core.session.Lease;
import io.byssus.core.session.SessionList;
import io.byssus.core.session.SessionList.Filter;
import io.byssus.core.session.SessionList.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Goes through the sessions of all partitions, one after the other, some at a time. */
final class SessionPages {
  /** How many sessions a page looks at, of which its filter may take few. */
  private static final int MOST_LOOKED_AT = 1_000;

  /** Parts of one session in a reply of {@code page.lua}. */
  private static final int PARTS = 7;

  private final Redis redis;

  SessionPages(Redis redis) {
    this.redis = redis;
  }

  /**
   * Where a list goes on: {@code PARTITION:SCORE:ID}.
   *
   * @param score of the session that was looked at last
   * @param id of it, as it stands in Redis
   */
  private record Cursor(int partition, String score, String id) {
    static Cursor of(String text) {
      if (text.equals(SessionList.START)) {
        return beginning(0);
      }
      var parts = text.split(":", -1);
      if (parts.length != 3
          || !parts[0].matches("[0-9]{1,2}")
          || Integer.parseInt(parts[0]) >= Keys.PARTITIONS
          || !parts[1].matches("-inf|[0-9]{1,18}")
          || !parts[2].matches("[A-Za-z0-9_-]{0,1024}")) {
        throw new IllegalArgumentException("no cursor of a list of sessions");
      }
      return new Cursor(Integer.parseInt(parts[0]), parts[1], parts[2]);
    }

    static Cursor beginning(int partition) {
      return new Cursor(partition, "-inf", "");
    }

    @Override
    public String toString() {
      return partition + ":" + score + ':' + id;
    }
  }

  CompletionStage<SessionList> list(Filter filter, String cursor, int limit) {
    return more(filter, Cursor.of(cursor), limit, MOST_LOOKED_AT, new ArrayList<>());
  }

  private CompletionStage<SessionList> more(
      Filter filter, Cursor from, int limit, int looks, List<Row> rows) {
    if (from.partition == Keys.PARTITIONS) {
      return CompletableFuture.completedFuture(new SessionList(rows, Optional.empty()));
    }
    if (rows.size() == limit || looks <= 0) {
      return CompletableFuture.completedFuture(new SessionList(rows, Optional.of(from.toString())));
    }
    var keys = redis.keys();
    return redis
        .run(
            from.partition,
            Script.PAGE,
            List.of(keys.due(from.partition)),
            args(
                from.score,
                from.id,
                limit - rows.size(),
                looks,
                keys.prefix(from.partition),
                filter.node().map(node -> Keys.text(node) + '.').orElse(""),
                filter.attached().map(attached -> attached ? "0" : "1").orElse("")))
        .thenCompose(reply -> {
          rows.addAll(rows(reply));
          var score = text(reply.get(2));
          var next =
              score.isEmpty()
                  ? Cursor.beginning(from.partition + 1)
                  : new Cursor(from.partition, score, text(reply.get(3)));
          return more(filter, next, limit, looks - (int) Redis.number(reply.get(1)), rows);
        });
  }

  private static List<Row> rows(List<Object> reply) {
    var nowMs = Long.parseLong(text(reply.getFirst()));
    var parts = Redis.list(reply.get(4));
    var rows = new ArrayList<Row>();
    for (int i = 0; i < parts.size(); i += PARTS) {
      var id = Keys.name(text(parts.get(i)));
      var attached = text(parts.get(i + 5)).equals("0");
      rows.add(
          new Row(
              id,
              text(parts.get(i + 1)),
              Set.copyOf(Packed.strings(Redis.bytes(parts.get(i + 2)))),
              attached
                  ? Optional.of(
                      new Lease(
                          id,
                          Keys.owner(text(parts.get(i + 3))),
                          Long.parseLong(text(parts.get(i + 4)))))
                  : Optional.empty(),
              SessionHash.left(attached, Long.parseLong(text(parts.get(i + 6))), nowMs)));
    }
    return rows;
  }
}
