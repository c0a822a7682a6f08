package io.byssus.redis;

import static io.byssus.redis.Redis.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Goes through a sorted set of each partition, one after the other, some entries at a time, by a
 * script that includes {@code lib-page.lua}.
 */
final class PartitionWalk {
  /** How many entries a page looks at, most of which may not be wanted. */
  private static final int MOST_LOOKED_AT = 1_000;

  private PartitionWalk() {}

  /**
   * Where a list goes on: {@code PARTITION:SCORE:NAME}.
   *
   * @param score of the entry that was looked at last
   * @param name of it, as it stands in Redis
   */
  record Cursor(int partition, String score, String name) {
    private static final String START = "";
    private static final String BEGINNING = "-inf";

    static Cursor of(String text) {
      if (text.equals(START)) {
        return beginning(0);
      }
      var parts = text.split(":", -1);
      if (parts.length != 3
          || !parts[0].matches("[0-9]{1,2}")
          || Integer.parseInt(parts[0]) >= Keys.PARTITIONS
          || !parts[1].matches(BEGINNING + "|[0-9]{1,18}")
          || !parts[2].matches("[A-Za-z0-9_-]{0,2048}")) {
        throw new IllegalArgumentException("no cursor of a list");
      }
      return new Cursor(Integer.parseInt(parts[0]), parts[1], parts[2]);
    }

    private static Cursor beginning(int partition) {
      return new Cursor(partition, BEGINNING, "");
    }

    private Cursor then(String lastScore, String lastName) {
      return lastScore.isEmpty()
          ? beginning(partition + 1)
          : new Cursor(partition, lastScore, lastName);
    }

    @Override
    public String toString() {
      return partition + ":" + score + ':' + name;
    }
  }

  /**
   * Reads some entries behind {@code from}; the reply begins {looked at, score, name of the last.
   */
  interface Step {
    CompletionStage<List<Object>> read(Cursor from, int rows, int looks);
  }

  /**
   * @param next empty at the end
   */
  record Page<T>(List<T> rows, Optional<String> next) {}

  static <T> CompletionStage<Page<T>> page(
      String cursor, int limit, Step step, Function<List<Object>, List<T>> rows) {
    return more(Cursor.of(cursor), limit, MOST_LOOKED_AT, step, rows, new ArrayList<>());
  }

  private static <T> CompletionStage<Page<T>> more(
      Cursor from,
      int limit,
      int looks,
      Step step,
      Function<List<Object>, List<T>> rows,
      List<T> found) {
    if (from.partition == Keys.PARTITIONS) {
      return CompletableFuture.completedFuture(new Page<>(found, Optional.empty()));
    }
    if (found.size() >= limit || looks <= 0) {
      return CompletableFuture.completedFuture(new Page<>(found, Optional.of(from.toString())));
    }
    return step.read(from, limit - found.size(), looks)
        .thenCompose(reply -> {
          found.addAll(rows.apply(reply));
          var next = from.then(text(reply.get(1)), text(reply.get(2)));
          var left = looks - (int) Redis.number(reply.getFirst());
          return more(next, limit, left, step, rows, found);
        });
  }
}
