package io.byssus.redis;

import static io.byssus.redis.Redis.args;

import io.byssus.core.Bounds;
import io.byssus.core.presence.PresenceStore;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Presence in Redis: for each channel a sorted set of sessions by their time, one by their name,
 * and a Hash.
 */
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
  public CompletionStage<Void> enter(String channel, Member member, Lease lease) {
    return redis
        .run(
            Keys.partition(channel),
            Script.ENTER,
            keys(channel),
            args(member.session(), Keys.owner(lease.owner()), lease.term(), packed(member), ttlMs))
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

  /**
   * @param kept {@code TERM OWNER}, and what is shown
   */
  private static Member member(String session, byte[] kept) {
    var shown = Envelope.space(kept, Envelope.space(kept, 0) + 1) + 1;
    var parts = Packed.bytes(Arrays.copyOfRange(kept, shown, kept.length));
    var attributes = new HashMap<String, Json>();
    for (int i = 1; i + 1 < parts.size(); i += 2) {
      attributes.put(Packed.text(parts.get(i)), Json.wrap(parts.get(i + 1)));
    }
    return new Member(session, Packed.text(parts.getFirst()), attributes);
  }

  private List<String> keys(String channel) {
    return List.of(keys.members(channel), keys.memberData(channel), keys.memberOrder(channel));
  }

  @Override
  public CompletionStage<Void> leave(String channel, Lease lease) {
    return redis
        .run(
            Keys.partition(channel),
            Script.LEAVE,
            keys(channel),
            args(lease.session(), Keys.owner(lease.owner()), lease.term()))
        .thenAccept(_ -> {});
  }

  /** The entries of one owner whose channels are in one partition. */
  private record Together(int partition, Owner owner) {}

  @Override
  public CompletionStage<List<Entry>> touch(Collection<Entry> entries) {
    return Redis.inBatches(
        entries,
        entry -> new Together(Keys.partition(entry.channel()), entry.lease().owner()),
        TOUCHED_AT_ONCE,
        this::touch);
  }

  private CompletionStage<List<Entry>> touch(Together where, List<Entry> entries) {
    var named = new ArrayList<String>();
    var args = new ArrayList<Object>();
    args.add(ttlMs);
    args.add(Keys.owner(where.owner));
    for (var entry : entries) {
      named.addAll(keys(entry.channel()));
      args.add(entry.lease().session());
      args.add(entry.lease().term());
    }
    return redis
        .run(where.partition, Script.TOUCH, named, args(args.toArray()))
        .thenApply(
            missing -> missing.stream().map(i -> entries.get((int) Redis.number(i) - 1)).toList());
  }

  @Override
  public CompletionStage<Page> members(String channel, Bounds bounds) {
    return redis
        .read(
            bounds,
            Keys.partition(channel),
            Script.MEMBERS,
            keys(channel),
            _ -> args(bounds.items(), bounds.bytes()))
        .thenApply(reply -> {
          var members = new ArrayList<Member>();
          for (int i = 1; i < reply.size(); i += 2) {
            members.add(member(Redis.text(reply.get(i)), Redis.bytes(reply.get(i + 1))));
          }
          return new Page(members, (int) Redis.number(reply.getFirst()));
        });
  }
}
