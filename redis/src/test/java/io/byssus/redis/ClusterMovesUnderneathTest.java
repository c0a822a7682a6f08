package io.byssus.redis;

import static io.byssus.redis.TestNode.get;
import static io.byssus.redis.TestNode.numbers;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.channel.Broker.Outcome;
import io.byssus.protocol.Durability;
import io.byssus.protocol.Recovery;
import io.byssus.redis.testing.RedisDeployment;
import io.byssus.redis.testing.RedisProcess;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Slots and primaries of a Redis Cluster move while it is used. */
class ClusterMovesUnderneathTest {
  private static final int CHANNELS = 60;

  private static String channel(int i) {
    return "channel-" + i;
  }

  /** What each channel's listener has heard. */
  private static Map<String, List<String>> listenToAll(TestNode node) {
    var heard = new ConcurrentHashMap<String, List<String>>();
    for (int i = 0; i < CHANNELS; i++) {
      heard.put(channel(i), new java.util.concurrent.CopyOnWriteArrayList<>());
      get(
          node.engine
              .broker()
              .subscribe(
                  channel(i), (name, _, item) -> heard.get(name).add(item.data().toString())));
    }
    return heard;
  }

  private static int slot(RedisProcess server, String channel) {
    return Integer.parseInt(server.command("CLUSTER", "KEYSLOT", TestNode.KEYS.stream(channel)));
  }

  /** As redis-cli --cluster reshard does it, but for the keys of a channel, which stay together. */
  private static void move(int slot, RedisProcess from, RedisProcess to) {
    sendOff(slot, from, to);
    handOver(slot, from, to);
  }

  /** Its keys are there then, and it is on its way still. */
  static void sendOff(int slot, RedisProcess from, RedisProcess to) {
    var fromId = from.command("CLUSTER", "MYID");
    var toId = to.command("CLUSTER", "MYID");
    to.command("CLUSTER", "SETSLOT", "" + slot, "IMPORTING", fromId);
    from.command("CLUSTER", "SETSLOT", "" + slot, "MIGRATING", toId);
    while (true) {
      var keys = from.command("CLUSTER", "GETKEYSINSLOT", "" + slot, "100");
      if (keys.isEmpty()) {
        break;
      }
      var migrate = new ArrayList<>(List.of("MIGRATE", "127.0.0.1", "" + to.port(), ""));
      migrate.addAll(List.of("0", "5000", "KEYS"));
      migrate.addAll(keys.lines().toList());
      from.command(migrate.toArray(String[]::new));
    }
  }

  static void handOver(int slot, RedisProcess from, RedisProcess to) {
    var toId = to.command("CLUSTER", "MYID");
    to.command("CLUSTER", "SETSLOT", "" + slot, "NODE", toId);
    from.command("CLUSTER", "SETSLOT", "" + slot, "NODE", toId);
  }

  /** Lettuce issue 3213: sharded subscriptions do not survive a change of the topology. */
  @Test
  void aSlotThatMovesTakesItsChannelsAlong() {
    try (var redis = RedisDeployment.cluster(0);
        var node = TestNode.on(redis);
        var publisher = TestNode.on(redis)) {
      var heard = listenToAll(node);
      var starts = new HashMap<String, io.byssus.protocol.Position>();
      for (int i = 0; i < CHANNELS; i++) {
        starts.put(channel(i), publisher.top(channel(i)));
      }
      var first = redis.servers().get(0);
      var second = redis.servers().get(1);
      var slots =
          IntStream.range(0, Keys.PARTITIONS)
              .map(p -> Integer.parseInt(first.command("CLUSTER", "KEYSLOT", Keys.tag(p))))
              .filter(slot -> slot < 16_384 / 3)
              .boxed()
              .toList();
      assertThat(slots).hasSizeGreaterThan(10);

      var outcomes = new ArrayList<CompletionStage<Outcome>>();
      var mover = Thread.startVirtualThread(() -> slots.forEach(slot -> move(slot, first, second)));
      var rounds = 0;
      while (mover.isAlive() || rounds < 20) {
        rounds++;
        for (int i = 0; i < CHANNELS; i++) {
          outcomes.add(publisher.publishing(channel(i), rounds));
        }
        outcomes.forEach(TestNode::get);
      }
      outcomes.forEach(outcome -> assertThat(get(outcome)).isInstanceOf(Outcome.Stored.class));

      var expected = IntStream.rangeClosed(1, rounds).mapToObj(i -> "" + i).toList();
      for (int i = 0; i < CHANNELS; i++) {
        var page = publisher.after(channel(i), starts.get(channel(i)));
        assertThat(page.recovery()).isEqualTo(Recovery.COMPLETE);
        // It was moved whole, which is no reason to begin an epoch.
        assertThat(page.top().epoch()).isEqualTo(starts.get(channel(i)).epoch());
        assertThat(numbers(page)).isEqualTo(expected);
      }
      var last = "" + rounds;
      heard.forEach((channel, items) ->
          RedisDeployment.await(channel + " is heard again", () -> items.contains(last)));
    }
  }

  @Test
  void ordersAreKeptWhileSlotsMove() {
    try (var redis = RedisDeployment.cluster(0);
        var node = TestNode.on(redis)) {
      var start = node.top("news");
      var slot = slot(redis.servers().getFirst(), "news");
      var from =
          redis.servers().stream()
              .filter(
                  server -> !server.command("CLUSTER", "COUNTKEYSINSLOT", "" + slot).equals("0"))
              .findAny()
              .orElseThrow();
      var to = redis.servers().stream().filter(server -> server != from).findAny().orElseThrow();
      var answered = new AtomicInteger();
      var mover =
          Thread.startVirtualThread(() -> {
            move(slot, from, to);
            awaitMore(answered);
            move(slot, to, from);
            awaitMore(answered);
            move(slot, from, to);
          });
      var outcomes = new ArrayList<CompletionStage<Outcome>>();
      var count = 0;
      while (mover.isAlive() || count < 2_000) {
        outcomes.add(node.publishing("news", ++count));
        if (count % 200 == 0) {
          get(outcomes.getLast());
          answered.incrementAndGet();
        }
      }
      outcomes.forEach(outcome -> assertThat(get(outcome)).isInstanceOf(Outcome.Stored.class));
      assertThat(numbers(node.after("news", start)))
          .isEqualTo(IntStream.rangeClosed(1, count).mapToObj(i -> "" + i).toList());
    }
  }

  /**
   * So long that the node has heard of the move: a slot that is back before is ADR 12's exception.
   */
  private static void awaitMore(AtomicInteger rounds) {
    var enough = rounds.get() + 2; // the first of them may have begun before
    RedisDeployment.await("more is published", () -> rounds.get() >= enough);
  }

  @Test
  void aPrimaryThatIsKilledIsReplaced() {
    try (var redis = RedisDeployment.cluster(1);
        var node = TestNode.on(redis);
        var publisher = TestNode.on(redis)) {
      var heard = listenToAll(node);
      for (int i = 0; i < CHANNELS; i++) {
        publisher.publish(channel(i), 1, Durability.REPLICATED);
      }
      redis.servers().getFirst().kill();
      publisher.awaitReachable(false);
      publisher.awaitReachable(true);
      node.awaitReachable(true);
      for (int i = 0; i < CHANNELS; i++) {
        var channel = channel(i);
        RedisDeployment.await(
            channel + " takes publications",
            () ->
                get(publisher.publishing(channel, 2, "id", Durability.ACCEPTED).handle((o, _) -> o))
                    instanceof Outcome.Stored);
        RedisDeployment.await(channel + " is heard", () -> heard.get(channel).contains("2"));
      }
    }
  }

  @Test
  void patternsHearAllPartitions() {
    try (var redis = RedisDeployment.cluster(0);
        var node = TestNode.on(redis);
        var publisher = TestNode.on(redis)) {
      var heard = ConcurrentHashMap.newKeySet();
      get(node.engine.broker().subscribePrefix("channel-", (name, _, _) -> heard.add(name)));
      for (int i = 0; i < CHANNELS; i++) {
        publisher.publish(channel(i), i);
      }
      RedisDeployment.await("all channels", () -> heard.size() == CHANNELS);
    }
  }
}
