package io.byssus.redis;

import io.lettuce.core.RedisException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that this node hears what it wants to hear, of each primary. Called on the control
 * thread, whose {@link Shard}s keep what it knows.
 */
final class PubSubSync {
  private static final Logger LOG = LoggerFactory.getLogger(PubSubSync.class);
  private static final long SAY_NS = TimeUnit.SECONDS.toNanos(2);

  private final Primaries primaries;
  private final Clients clients;
  private final Listening listening;
  private final List<Route> routes;
  private final ControlThread control;
  private final Answers answers;
  private final Trouble trouble;
  private final Reach reach;

  PubSubSync(
      Primaries primaries,
      Clients clients,
      Listening listening,
      List<Route> routes,
      ControlThread control,
      Answers answers,
      Trouble trouble,
      Reach reach) {
    this.primaries = primaries;
    this.clients = clients;
    this.listening = listening;
    this.routes = routes;
    this.control = control;
    this.answers = answers;
    this.trouble = trouble;
    this.reach = reach;
  }

  /** Asks for all that is wanted there, over a new connection if there is none. */
  void synchronize(Shard shard, @Nullable PubSubLink has) {
    var partitions = partitionsOf(shard);
    var taken = takenBy(shard);
    shard.heardNs = System.nanoTime();
    control.aside(
        () -> synchronize(shard, has, partitions, taken),
        pubSub -> inSync(shard, partitions, taken),
        failure -> {
          shard.synchronizing = false;
          trouble.is(shard.host + " is not heard: " + Clients.reason(failure));
          primaries.lookSoon();
        },
        100);
  }

  /** Blocks. */
  private PubSubLink synchronize(
      Shard shard, @Nullable PubSubLink has, List<Integer> partitions, List<Integer> taken) {
    var pubSub = has;
    if (pubSub == null) {
      pubSub =
          new PubSubLink(
              shard.host,
              clients.pubSub(shard.host),
              listening.sharded(),
              listening,
              primaries::look);
      shard.pubSub(pubSub);
    }
    try {
      for (var stage : listening.restore(pubSub, partitions)) {
        answers.await(stage);
      }
    } catch (Throwable e) {
      pubSub.lose();
      throw e;
    }
    for (int partition : taken) {
      try {
        answers.await(listening.restoreTaken(pubSub, partition));
      } catch (RedisException e) {
        // The slot stays where it was, after all: it is heard there.
        LOG.debug("partition {} is not heard at {}", partition, shard.host, e);
      }
    }
    return pubSub;
  }

  private void inSync(Shard shard, List<Integer> partitions, List<Integer> taken) {
    shard.synchronizing = false;
    if (shard.retired || primaries.closed()) {
      shard.close();
      return;
    }
    var now = System.nanoTime();
    shard.saidNs = now - SAY_NS;
    shard.heardNs = now;
    shard.inSync = partitionsOf(shard).equals(partitions) && takenBy(shard).equals(taken);
    if (shard.inSync) {
      listening.missedSome(partitions);
      listening.missedSome(taken);
      if (!(partitions.isEmpty() && taken.isEmpty())) {
        reach.missedSome();
      }
    }
  }

  private List<Integer> partitionsOf(Shard shard) {
    return IntStream.range(0, Keys.PARTITIONS)
        .filter(partition -> routes.get(partition).shard() == shard)
        .boxed()
        .toList();
  }

  private List<Integer> takenBy(Shard shard) {
    return IntStream.range(0, Keys.PARTITIONS)
        .filter(partition -> routes.get(partition).taker() == shard)
        .boxed()
        .toList();
  }

  /** Says something to this node itself if it is time, and gives up a connection that is deaf. */
  void say(Shard shard, Link link, PubSubLink pubSub, long now) {
    if (shard.saidNs - shard.heardNs > 0) {
      if (now - shard.saidNs > answers.timeout().toNanos()) {
        trouble.gaveUp(shard.host + " does not let this node hear itself", "Pub/Sub connection");
        pubSub.lose();
      }
      return;
    }
    if (now - shard.saidNs < SAY_NS) {
      return;
    }
    var partitions = partitionsOf(shard);
    if (!partitions.isEmpty()) {
      shard.saidNs = now;
      listening.say(link, partitions.getFirst(), () -> shard.heardNs = System.nanoTime());
    }
  }
}
