package io.byssus.redis;

import io.byssus.core.Bounds;
import io.lettuce.core.ScriptOutputType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;

/** How the ports reach Redis: every step is a script on one partition. Thread-safe. */
final class Redis {
  private final Primaries primaries;
  private final Listening listening;
  private final Keys keys;
  private final Reads reads = new Reads();

  Redis(Primaries primaries, Listening listening, Keys keys) {
    this.primaries = primaries;
    this.listening = listening;
    this.keys = keys;
  }

  /**
   * What the script replies. Fails with {@link io.byssus.core.NotDoneException} when it surely was
   * not run. Steps that one thread asks for on one partition are done in their order.
   */
  CompletionStage<List<Object>> run(
      int partition, Script script, List<String> keys, byte[]... args) {
    return run(partition, script, keys, _ -> args);
  }

  /** As {@link #run}, beside what may wait behind long replies. */
  CompletionStage<List<Object>> runAside(
      int partition, Script script, List<String> keys, byte[]... args) {
    return primaries.route(partition).sendAside(request(script, keys, _ -> args));
  }

  /** As {@link #runAside}, with arguments that depend on the primary that it is run on. */
  CompletionStage<List<Object>> runAside(
      int partition, Script script, List<String> keys, Function<Link, byte[][]> args) {
    return primaries.route(partition).sendAside(request(script, keys, args));
  }

  /** As {@link #run}, with arguments that depend on the primary that it is run on. */
  CompletionStage<List<Object>> run(
      int partition, Script script, List<String> keys, Function<Link, byte[][]> args) {
    return primaries.route(partition).send(request(script, keys, args));
  }

  /** As {@link #run}, for what answers with as much as {@code bounds} allow: in its turn. */
  CompletionStage<List<Object>> read(
      Bounds bounds,
      int partition,
      Script script,
      List<String> keys,
      Function<Link, byte[][]> args) {
    return bounds.items() == 0
        ? run(partition, script, keys, args)
        : reads.inTurn(bounds.bytes(), () -> run(partition, script, keys, args));
  }

  /**
   * Runs {@code step} for the items of each group, in their order, {@code most} at a time.
   *
   * @return what all steps answer
   */
  static <K, T, R> CompletionStage<List<R>> inBatches(
      Collection<T> items,
      Function<T, K> group,
      int most,
      BiFunction<K, List<T>, CompletionStage<List<R>>> step) {
    var groups = new HashMap<K, List<T>>();
    for (var item : items) {
      groups.computeIfAbsent(group.apply(item), _ -> new ArrayList<>()).add(item);
    }
    CompletionStage<List<R>> all = CompletableFuture.completedFuture(new ArrayList<>());
    for (var each : groups.entrySet()) {
      var some = each.getValue();
      for (int i = 0; i < some.size(); i += most) {
        var batch = some.subList(i, Math.min(some.size(), i + most));
        all = all.thenCombine(step.apply(each.getKey(), batch), Redis::appended);
      }
    }
    return all.thenApply(List::copyOf);
  }

  private static <R> List<R> appended(List<R> some, List<R> more) {
    some.addAll(more);
    return some;
  }

  private static Route.Request<List<Object>> request(
      Script script, List<String> keys, Function<Link, byte[][]> args) {
    var names = keys.toArray(String[]::new);
    return (redis, link, whole) ->
        whole
            ? redis.eval(script.source, ScriptOutputType.MULTI, names, args.apply(link))
            : redis.evalsha(script.sha1, ScriptOutputType.MULTI, names, args.apply(link));
  }

  Listening listening() {
    return listening;
  }

  Primaries primaries() {
    return primaries;
  }

  Keys keys() {
    return keys;
  }

  // Reading replies. A reply of another shape is a defect of a script: ClassCastException.

  static long number(Object part) {
    return (Long) part;
  }

  static String text(Object part) {
    return Packed.text((byte[]) part);
  }

  static byte[] bytes(Object part) {
    return (byte[]) part;
  }

  @SuppressWarnings("unchecked")
  static List<Object> list(Object part) {
    return (List<Object>) part;
  }

  /** Arguments of a script: byte strings, texts and numbers. */
  static byte[][] args(Object... args) {
    var bytes = new byte[args.length][];
    for (int i = 0; i < args.length; i++) {
      bytes[i] =
          switch (args[i]) {
            case byte[] raw -> raw;
            case String text -> Packed.utf8(text);
            case Number number -> Packed.utf8(number.longValue());
            default -> throw new IllegalArgumentException("no argument: " + args[i]);
          };
    }
    return bytes;
  }
}
