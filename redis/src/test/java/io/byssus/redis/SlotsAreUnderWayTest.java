package io.byssus.redis;

import static io.byssus.redis.TestNode.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.channel.Broker.Outcome;
import io.byssus.core.channel.Retention;
import io.byssus.protocol.Durability;
import io.byssus.protocol.Json;
import io.byssus.redis.testing.RedisDeployment;
import io.byssus.redis.testing.RedisProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The keys of a slot have been moved, and the slot has not been handed over: for as long as a large
 * one takes, or for good if whoever moved it was interrupted. Redis answers ASK then.
 */
class SlotsAreUnderWayTest {
  private static final Retention EPHEMERAL = new Retention(0, Duration.ofMinutes(1));
  private static final long A_WHILE_NS = TimeUnit.SECONDS.toNanos(6);
  private static final String CHANNEL = "news";
  private static final int PARTITION = Keys.partition(CHANNEL);

  /** A Redis Cluster, and one primary that has no slot yet. */
  private static final class Growing implements AutoCloseable {
    final RedisDeployment redis;
    final RedisProcess newcomer;
    final RedisProcess from;
    final int slot;

    Growing(String... arguments) {
      redis = RedisDeployment.cluster(0, arguments);
      var all = new ArrayList<>(List.of(arguments));
      all.addAll(List.of("--cluster-enabled", "yes", "--cluster-node-timeout", "1000"));
      newcomer = RedisProcess.start(all.toArray(String[]::new));
      newcomer.command("CLUSTER", "MEET", "127.0.0.1", "" + redis.primary().port());
      for (var server : redis.servers()) {
        RedisDeployment.await("it is met", () -> says(server, "cluster_known_nodes:4"));
      }
      RedisDeployment.await("it is well", () -> says(newcomer, "cluster_state:ok"));
      slot = Integer.parseInt(newcomer.command("CLUSTER", "KEYSLOT", Keys.tag(PARTITION)));
      from = redis.servers().get(Math.min(2, slot / (16_384 / 3)));
    }

    private static boolean says(RedisProcess server, String what) {
      return server.command("CLUSTER", "INFO").contains(what);
    }

    void sendOff() {
      ClusterMovesUnderneathTest.sendOff(slot, from, newcomer);
    }

    void handOver() {
      ClusterMovesUnderneathTest.handOver(slot, from, newcomer);
    }

    int connectionsToNewcomer() {
      return Integer.parseInt(newcomer.info("stats", "total_connections_received"));
    }

    @Override
    public void close() {
      newcomer.close();
      redis.close();
    }
  }

  @Test
  void publicationsGoOnOverOneConnection() {
    try (var growing = new Growing();
        var node = TestNode.on(growing.redis)) {
      goOn(growing, node);
    }
  }

  /** {@code ASK 247 :PORT}: at the host that was asked. */
  @Test
  void publicationsGoOnWhereServersDoNotTellTheirHost() {
    try (var growing = new Growing("--cluster-preferred-endpoint-type", "unknown-endpoint");
        var node = TestNode.on(growing.redis)) {
      goOn(growing, node);
    }
  }

  private static void goOn(Growing growing, TestNode node) {
    node.publish(CHANNEL, 0);
    growing.sendOff();
    node.publish(CHANNEL, 1); // meets the first ASK
    RedisDeployment.await("it is heard there too", () -> !subscribers(growing.newcomer).isEmpty());
    var connections = growing.connectionsToNewcomer();
    var until = System.nanoTime() + A_WHILE_NS;
    for (int i = 2; System.nanoTime() < until; i++) {
      assertThat(get(node.publishing(CHANNEL, i))).isInstanceOf(Outcome.Stored.class);
    }
    assertThat(growing.connectionsToNewcomer())
        .as("connections, the one that asks this among them")
        .isEqualTo(connections + 1);
    assertThat(node.told).as("reachable all the time").doesNotContain(false);
    growing.handOver();
    node.publish(CHANNEL, -1);
  }

  private static String subscribers(RedisProcess server) {
    return server.command("PUBSUB", "SHARDCHANNELS");
  }

  /** One listens on the node that publishes, one where nobody else asks Redis for anything. */
  @Test
  void whatIsPublishedIsHeard() {
    try (var growing = new Growing();
        var publisher = TestNode.on(growing.redis);
        var listener = TestNode.on(growing.redis)) {
      var heard = List.of(listenTo(publisher), listenTo(listener));
      publisher.publish(CHANNEL, 0);
      growing.sendOff();
      var count = new int[1];
      for (var each : heard) {
        for (var kind : List.of("kept", "passed", "prefix")) {
          RedisDeployment.await(
              kind + " is heard",
              () -> {
                publisher.publish(CHANNEL, ++count[0]);
                pass(publisher);
                return each.contains(kind + " " + count[0]) || each.contains(kind + " live");
              });
        }
      }
      // From here on nothing is missed.
      heard.forEach(List::clear);
      for (int i = 1_000; i < 1_020; i++) {
        publisher.publish(CHANNEL, i);
      }
      for (var each : heard) {
        RedisDeployment.await("all are heard", () -> each.contains("kept 1019"));
        for (int i = 1_000; i < 1_020; i++) {
          assertThat(each).containsOnlyOnce("kept " + i);
        }
      }
      assertThat(growing.newcomer.command("CLUSTER", "NODES")).contains("-<-");
      growing.handOver();
      publisher.publish(CHANNEL, 2_000);
      for (var each : heard) {
        RedisDeployment.await("after that as well", () -> each.contains("kept 2000"));
        assertThat(each).containsOnlyOnce("kept 2000");
      }
    }
  }

  private static List<String> listenTo(TestNode node) {
    var heard = new CopyOnWriteArrayList<String>();
    var broker = node.engine.broker();
    get(broker.subscribe(CHANNEL, (_, _, item) -> heard.add("kept " + item.data())));
    get(broker.subscribe(passing(), (_, _, _) -> heard.add("passed live")));
    get(
        broker.subscribePrefix(
            CHANNEL, (name, _, _) -> heard.add(name.equals(CHANNEL) ? "prefix live" : "other")));
    return heard;
  }

  private static String passing() {
    return ofPartition("passing");
  }

  /** A name that lies in the same partition. */
  private static String ofPartition(String start) {
    for (int i = 0; ; i++) {
      if (Keys.partition(start + i) == PARTITION) {
        return start + i;
      }
    }
  }

  private static void pass(TestNode publisher) {
    var draft =
        new io.byssus.core.channel.Broker.Draft(
            Json.of("1"), Optional.empty(), "", Durability.ACCEPTED);
    get(publisher.engine.broker().publish(passing(), draft, EPHEMERAL));
  }
}
