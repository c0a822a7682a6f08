package io.byssus.redis;

import static io.byssus.redis.Redis.args;

import io.byssus.core.delivery.SessionDirectory;
import io.byssus.protocol.Target;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The directory in Redis: each user and tag a sorted set, in the order of additions. */
final class RedisDirectory implements SessionDirectory {
  private final Redis redis;
  private final Keys keys;

  RedisDirectory(Redis redis) {
    this.redis = redis;
    this.keys = redis.keys();
  }

  @Override
  public CompletionStage<Void> add(Target target, String session) {
    return write(Script.LIST, target, session);
  }

  @Override
  public CompletionStage<Void> remove(Target target, String session) {
    return write(Script.UNLIST, target, session);
  }

  private CompletionStage<Void> write(Script script, Target target, String session) {
    return keys.listed(target)
        .map(listed ->
            redis
                .run(listed.partition(), script, List.of(listed.key()), args(session))
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
        .run(listed.partition(), Script.LISTED, List.of(listed.key()))
        .thenApply(reply -> reply.stream().map(Redis::text).toList());
  }
}
