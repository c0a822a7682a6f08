package io.byssus.redis;

import static io.byssus.redis.Redis.args;

import io.byssus.core.Bounds;
import io.byssus.core.delivery.InboxStore;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.protocol.Json;
import io.byssus.protocol.Sender;
import io.byssus.protocol.ServerMessage.Item;
import io.byssus.protocol.Target;
import io.byssus.redis.Envelope.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Inboxes in Redis: each a stream beside its session, of which {@code lib-inbox.lua} tells. */
final class RedisInboxes implements InboxStore {
  private final Redis redis;
  private final Keys keys;
  private final EngineSettings settings;
  private volatile Consumer<String> wake = _ -> {};

  RedisInboxes(Redis redis, EngineSettings settings) {
    this.redis = redis;
    this.keys = redis.keys();
    this.settings = settings;
  }

  /** Hears from here on what is appended for the sessions of {@code self}, on any partition. */
  void listen(Owner self) {
    for (int partition = 0; partition < Keys.PARTITIONS; partition++) {
      var _ =
          redis
              .listening()
              .hear(
                  keys.wake(partition, self),
                  message -> wake.accept(Keys.name(Packed.text(message))));
    }
  }

  @Override
  public CompletionStage<Append> append(
      String session, Target as, Json data, Optional<Sender> from, String dedupe) {
    var partition = Keys.partition(session);
    var envelope = Envelope.of(data, from);
    return redis
        .run(
            partition,
            Script.APPEND,
            List.of(
                keys.session(session),
                keys.inbox(session),
                dedupe.isEmpty() ? keys.inbox(session) : keys.inboxIds(session)),
            link ->
                args(
                    Keys.text(session),
                    envelope,
                    data.bytes(),
                    settings.inboxMessages(),
                    settings.inboxBytes(),
                    settings.inboxAge().toMillis(),
                    redis.listening().verb(),
                    keys.wake(partition),
                    link.lineage,
                    redis.primaries().lineages(),
                    LEAP,
                    field(as),
                    name(as),
                    keys.mark(partition),
                    dedupe,
                    settings.dedupeWindow().toMillis()))
        .thenApply(reply ->
            switch (Redis.text(reply.getFirst())) {
              case "stored" -> new Append.Taken(false, attached(reply));
              case "again" -> new Append.Taken(true, attached(reply));
              case "full" -> Append.FULL;
              default -> Append.NO_SESSION;
            });
  }

  private static boolean attached(List<Object> reply) {
    return Redis.number(reply.get(1)) == 1;
  }

  /** The field of a session that tells whether the target means it; none for itself. */
  private static String field(Target target) {
    return switch (target) {
      case Target.ToSession _ -> "";
      case Target.ToUser _ -> "u";
      case Target.ToTag _ -> "g";
    };
  }

  private static String name(Target target) {
    return switch (target) {
      case Target.ToSession(var session) -> session;
      case Target.ToUser(var user) -> user;
      case Target.ToTag(var tag) -> tag;
    };
  }

  @Override
  public CompletionStage<Optional<Page>> read(Lease lease, long after, Bounds bounds) {
    return redis
        .read(
            bounds,
            Keys.partition(lease.session()),
            Script.READ,
            keys(lease),
            _ ->
                args(
                    Keys.owner(lease.owner()),
                    lease.term(),
                    after,
                    bounds.items(),
                    settings.inboxAge().toMillis(),
                    bounds.bytes()))
        .thenApply(reply -> reply.isEmpty() ? Optional.empty() : Optional.of(page(reply)));
  }

  private static Page page(List<Object> reply) {
    var items = new ArrayList<Item>();
    var parts = Redis.list(reply.get(1));
    for (int i = 0; i < parts.size(); i += 2) {
      var place = Place.of(Redis.bytes(parts.get(i)));
      items.add(Envelope.item(place.offset(), Redis.bytes(parts.get(i + 1))));
    }
    return new Page(Long.parseLong(Redis.text(reply.get(0))), items);
  }

  @Override
  public CompletionStage<Fence> acknowledge(Lease lease, long offset) {
    return redis
        .run(
            Keys.partition(lease.session()),
            Script.ACKNOWLEDGE,
            keys(lease),
            args(Keys.owner(lease.owner()), lease.term(), offset))
        .thenApply(RedisSessions::fence);
  }

  private List<String> keys(Lease lease) {
    return List.of(keys.session(lease.session()), keys.inbox(lease.session()));
  }

  @Override
  public void onAppend(Consumer<String> newWake) {
    wake = newWake;
  }
}
