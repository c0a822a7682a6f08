package io.byssus.redis;

import static io.byssus.redis.Redis.args;

import io.byssus.core.presence.PresenceStore;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Presence in Redis: for each channel a sorted set of sessions by their time, and a Hash. */
final class RedisPresence implements PresenceStore {
  private static final int TOUCHED_AT_ONCE = 200;

  private final Redis redis;
  private final Keys keys;
  private final long ttlMs;

  RedisPresence(Redis redis, Duration ttl) {
    this.redis = redis;
    this.keys = redis.keys();
    this.ttlMs = ttl.toMillis();
  }

  @Override
  public CompletionStage<Void> enter(String channel, Member member) {
    return redis
        .run(
            Keys.partition(channel),
            Script.ENTER,
            keys(channel),
            args(member.session(), packed(member), ttlMs))
        .thenAccept(_ -> {});
  }

  private static byte[] packed(Member member) {
    var parts = new ArrayList<byte[]>();
    parts.add(Packed.utf8(member.user()));
    member
        .attributes()
        .forEach((name, value) -> {
          parts.add(Packed.utf8(name));
          parts.add(value.utf8());
        });
    return Packed.bytes(parts);
  }

  private static Member member(String session, byte[] packed) {
    var parts = Packed.bytes(packed);
    var attributes = new HashMap<String, Json>();
    for (int i = 1; i + 1 < parts.size(); i += 2) {
      attributes.put(Packed.text(parts.get(i)), Json.wrap(parts.get(i + 1)));
    }
    return new Member(session, Packed.text(parts.getFirst()), attributes);
  }

  private List<String> keys(String channel) {
    return List.of(keys.members(channel), keys.memberData(channel));
  }

  @Override
  public CompletionStage<Void> leave(String channel, String session) {
    return redis
        .run(Keys.partition(channel), Script.LEAVE, keys(channel), args(session))
        .thenAccept(_ -> {});
  }

  @Override
  public CompletionStage<Void> touch(Collection<Entry> entries) {
    var byPartition = new HashMap<Integer, List<Entry>>();
    for (var entry : entries) {
      byPartition
          .computeIfAbsent(Keys.partition(entry.channel()), _ -> new ArrayList<>())
          .add(entry);
    }
    CompletionStage<Void> all = CompletableFuture.completedFuture(null);
    for (var each : byPartition.entrySet()) {
      var some = each.getValue();
      for (int i = 0; i < some.size(); i += TOUCHED_AT_ONCE) {
        var batch = some.subList(i, Math.min(some.size(), i + TOUCHED_AT_ONCE));
        all = all.thenCombine(touch(each.getKey(), batch), (done, _) -> done);
      }
    }
    return all;
  }

  private CompletionStage<?> touch(int partition, List<Entry> entries) {
    var named = new ArrayList<String>();
    var args = new ArrayList<Object>();
    args.add(ttlMs);
    for (var entry : entries) {
      named.addAll(keys(entry.channel()));
      args.add(entry.session());
    }
    return redis.run(partition, Script.TOUCH, named, args(args.toArray()));
  }

  @Override
  public CompletionStage<List<Member>> members(String channel, int limit) {
    return redis
        .run(Keys.partition(channel), Script.MEMBERS, keys(channel), args(limit))
        .thenApply(reply -> {
          var members = new ArrayList<Member>();
          for (int i = 0; i < reply.size(); i += 2) {
            members.add(member(Redis.text(reply.get(i)), Redis.bytes(reply.get(i + 1))));
          }
          return List.copyOf(members);
        });
  }
}
