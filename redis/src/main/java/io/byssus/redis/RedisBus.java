package io.byssus.redis;

import static io.byssus.redis.Redis.args;

import io.byssus.core.engine.ClusterBus;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.protocol.CloseCode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Control messages by Pub/Sub: all nodes hear one channel, and each has one of its own. A message
 * is {@link Packed}: what it is, then its fields.
 */
final class RedisBus implements ClusterBus {
  private static final String ANNOUNCED = "announced";
  private static final String LEFT = "left";
  private static final String SUPERSEDED = "superseded";

  private final Redis redis;
  private final Keys keys;
  private final Duration remembered;
  private volatile @Nullable Listener listener;

  /**
   * @param sessionTtl how long sessions live that are attached to a run which is dead
   */
  RedisBus(Redis redis, Duration sessionTtl) {
    this.redis = redis;
    this.keys = redis.keys();
    this.remembered = sessionTtl.multipliedBy(2);
  }

  /** Hears from here on what all nodes and {@code self} are told. */
  void listen(Owner self) {
    var _ = redis.listening().hear(keys.bus(), this::heard);
    var _ = redis.listening().hear(keys.bus(self), this::heard);
  }

  void reachable(boolean reachable) {
    tell(listening -> listening.reachable(reachable));
  }

  void forgot() {
    tell(Listener::forgot);
  }

  private void tell(Consumer<Listener> what) {
    var listening = listener;
    if (listening != null) {
      what.accept(listening);
    }
  }

  @Override
  public CompletionStage<Name> announce(Announcement announcement) {
    var owner = announcement.owner();
    return redis
        .runAside(
            Keys.COMMON,
            Script.ANNOUNCE,
            List.of(keys.nodeName(owner.node()), keys.nodeRuns(owner.node())),
            args(
                owner.incarnation(),
                NAME_LEASE.toMillis(),
                remembered.toMillis(),
                redis.listening().verb(),
                keys.bus(),
                Packed.strings(
                    List.of(
                        ANNOUNCED,
                        owner.node(),
                        owner.incarnation(),
                        announcement.address(),
                        announcement.version(),
                        "" + announcement.uptime().toMillis(),
                        "" + announcement.connections(),
                        "" + announcement.sessions(),
                        "" + announcement.ready()))))
        .thenApply(reply -> name(owner, reply));
  }

  private static Name name(Owner owner, List<Object> reply) {
    if (Redis.number(reply.getFirst()) != 1) {
      return new Name.Refused();
    }
    var before = new HashSet<Owner>();
    reply
        .subList(1, reply.size())
        .forEach(run -> before.add(new Owner(owner.node(), Redis.text(run))));
    before.remove(owner);
    return new Name.Taken(before);
  }

  @Override
  public CompletionStage<Void> leave(Owner owner) {
    return redis
        .runAside(
            Keys.COMMON,
            Script.DEPART,
            List.of(keys.nodeName(owner.node()), keys.nodeRuns(owner.node())),
            args(
                owner.incarnation(),
                redis.listening().verb(),
                keys.bus(),
                Packed.strings(List.of(LEFT, owner.node(), owner.incarnation()))))
        .thenAccept(_ -> {});
  }

  @Override
  public CompletionStage<Void> tell(Owner to, Notice notice) {
    var message =
        switch (notice) {
          case Notice.Superseded(var lease, var code) ->
              Packed.strings(
                  List.of(
                      SUPERSEDED,
                      lease.session(),
                      lease.owner().node(),
                      lease.owner().incarnation(),
                      "" + lease.term(),
                      code.name()));
        };
    return redis
        .primaries()
        .route(Keys.COMMON)
        .sendAside((commands, _, _) ->
            redis.listening().sharded()
                ? commands.spublish(keys.bus(to), message)
                : commands.publish(keys.bus(to), message))
        .thenAccept(_ -> {});
  }

  @Override
  public void listen(Listener newListener) {
    listener = newListener;
  }

  /** What is malformed in any way ends as an exception, which drops it. */
  private void heard(byte[] message) {
    var fields = Packed.strings(message);
    switch (fields.getFirst()) {
      case ANNOUNCED -> {
        var announcement =
            new Announcement(
                new Owner(fields.get(1), fields.get(2)),
                fields.get(3),
                fields.get(4),
                Duration.ofMillis(Long.parseLong(fields.get(5))),
                Integer.parseInt(fields.get(6)),
                Integer.parseInt(fields.get(7)),
                Boolean.parseBoolean(fields.get(8)));
        tell(listening -> listening.announced(announcement));
      }
      case LEFT -> tell(listening -> listening.left(new Owner(fields.get(1), fields.get(2))));
      case SUPERSEDED -> {
        var lease =
            new Lease(
                fields.get(1),
                new Owner(fields.get(2), fields.get(3)),
                Long.parseLong(fields.get(4)));
        var notice = new Notice.Superseded(lease, CloseCode.valueOf(fields.get(5)));
        tell(listening -> listening.told(notice));
      }
      default -> throw new Packed.Malformed("no message of this version of the bus");
    }
  }
}
