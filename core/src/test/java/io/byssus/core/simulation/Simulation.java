package io.byssus.core.simulation;

import io.byssus.core.Bounds;
import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.channel.Retention;
import io.byssus.core.node.Engine;
import io.byssus.core.node.EngineSettings;
import io.byssus.core.node.UserPolicy;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** One run from one seed. */
final class Simulation {
  private static final int STEPS = 600;
  private static final int STEPS_TO_REST = 1_000_000;
  private static final int CLIENTS = 4;
  private static final List<String> CHANNELS =
      List.of("kept.a", "kept.b", "drop.c", "passing", "kept.*");
  private static final Retention KEPT = new Retention(50, Duration.ofMinutes(10));
  private static final EngineSettings ENGINE =
      new EngineSettings(
          Duration.ofMinutes(2),
          200,
          1 << 16,
          Duration.ofMinutes(30),
          Duration.ofSeconds(60),
          // A repeat after the window is a new publication, and a run may stand still for long.
          Duration.ofHours(10),
          Duration.ofHours(20));

  /** Tight, so that the runs meet the bounds. */
  private static final Limits LIMITS =
      new Limits(
          Duration.ofSeconds(10),
          64 << 10,
          200,
          128,
          64,
          16 << 10,
          16,
          64,
          4_000,
          40,
          4 << 20,
          1_000,
          512 << 10,
          1_000,
          1_000,
          5_000,
          64,
          3);

  private final RandomGenerator random;
  private final FaultyEngine faults;
  private final TestNode node;
  private final World world = new World();
  private final List<SimulatedClient> clients = new ArrayList<>();
  private Optional<FailoverBroker> failover = Optional.empty();

  /**
   * @param failovers whether the engine fails over now and then
   * @param bug planted into the engine, to see that it is found
   */
  Simulation(long seed, boolean failovers, UnaryOperator<Engine> bug) {
    random = new SplittableRandom(seed);
    faults = new FaultyEngine(random, world);
    node =
        new TestNode(
            seed,
            LIMITS,
            new UserPolicy.Unlimited(),
            NodeObserver.NONE,
            ENGINE,
            engine -> {
              var sound = failovers ? failingOver(engine) : engine;
              world.truth(sound.broker(), KEPT);
              return faults.around(bug.apply(sound));
            });
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new SimulatedClient(node, world, "user" + i));
    }
  }

  private Engine failingOver(Engine engine) {
    var broker = new FailoverBroker(engine.broker());
    failover = Optional.of(broker);
    world.failovers(broker);
    return new Engine(
        engine.sessions(),
        broker,
        engine.inboxes(),
        engine.directory(),
        engine.presence(),
        engine.bus());
  }

  World run() {
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(20)) {
        case 0 -> faults.trouble(random.nextInt(3) == 0);
        case 1 -> pass(Duration.ofMillis(random.nextInt(2_000)));
        case 2 -> rarely();
        case 3, 4, 5, 6, 7, 8 -> act(one(clients));
        default -> work(1 + random.nextInt(12));
      }
      clients.forEach(client -> client.read(random.nextInt(6)));
    }
    comeToRest();
    return world;
  }

  private void rarely() {
    switch (random.nextInt(8)) {
      case 0 -> node.lanes.stall(Duration.ofSeconds(random.nextInt(240)));
      case 1 ->
          one(clients.stream().filter(SimulatedClient::welcome).toList(), SimulatedClient::end);
      case 2 -> burst(one(clients));
      case 3, 4 -> failover.ifPresent(broker -> broker.failOver(random));
      default -> pass(Duration.ofSeconds(random.nextInt(40)));
    }
  }

  private void act(SimulatedClient client) {
    if (!client.online()) {
      client.come();
      return;
    }
    if (!client.welcome()) {
      if (random.nextInt(8) == 0) {
        client.cut();
      }
      return;
    }
    var channel = CHANNELS.get(random.nextInt(CHANNELS.size()));
    switch (random.nextInt(16)) {
      case 0 -> client.cut();
      case 1, 2, 3 -> client.subscribe(channel);
      case 4 -> client.unsubscribe(channel);
      case 5 -> client.acknowledge(channel);
      case 6 -> client.acknowledgeInbox();
      case 7 -> client.stopReading();
      case 8 -> client.readAgain();
      case 9, 10 -> one(clients).session().ifPresent(client::send);
      case 11 -> client.repeatOne();
      default -> {
        if (!channel.endsWith("*")) {
          client.publish(channel);
        }
      }
    }
  }

  private void burst(SimulatedClient client) {
    for (int i = random.nextInt(80); i > 0 && client.welcome(); i--) {
      client.publish("kept.a");
    }
  }

  /** Lanes and the engine's link do some of what they have to do, in any order. */
  private void work(int steps) {
    for (int i = 0; i < steps; i++) {
      if (random.nextBoolean()) {
        node.lanes.step();
      } else {
        faults.step();
      }
    }
  }

  private void workAll() {
    for (int steps = 0; node.lanes.step() | faults.step(); steps++) {
      world.check(steps < STEPS_TO_REST, "the node and its engine do not come to rest");
    }
  }

  private void pass(Duration time) {
    node.lanes.advance(time);
  }

  /**
   * The trouble is over: everybody comes back, reads, repeats what was not answered, and a last
   * publication shows what is missing.
   */
  private void comeToRest() {
    faults.trouble(false);
    for (int round = 0; round < 60; round++) {
      clients.forEach(client -> {
        if (!client.online()) {
          client.come();
        }
        client.readAgain();
        client.repeatOne();
      });
      workAll();
      pass(Duration.ofSeconds(2));
      workAll();
      clients.forEach(client -> client.read(Integer.MAX_VALUE));
    }
    clients.forEach(client -> world.check(client.welcome(), "cannot come back: " + client));
    for (var channel : List.of("kept.a", "kept.b", "drop.c")) {
      clients.getFirst().publish(channel);
    }
    for (int round = 0; round < 4; round++) {
      workAll();
      clients.forEach(SimulatedClient::readAgain);
      pass(Duration.ofMillis(600));
      clients.forEach(client -> client.read(Integer.MAX_VALUE));
    }
    var tops = tops();
    clients.forEach(client -> client.checkAtRest(tops));
    clients.forEach(client -> world.checkInbox(client.session().orElseThrow()));
    clients.forEach(SimulatedClient::cut);
    workAll();
    world.check(node.wire.unreleased() == 0, node.wire.unreleased() + " frames are still held");
  }

  private Map<String, Position> tops() {
    var tops = new HashMap<String, Position>();
    for (var channel : List.of("kept.a", "kept.b", "drop.c")) {
      var page =
          node.engine
              .broker()
              .history(channel, Optional.empty(), Bounds.NOTHING, KEPT)
              .toCompletableFuture();
      workAll();
      tops.put(channel, page.join().top());
    }
    return tops;
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private <T> void one(List<T> of, java.util.function.Consumer<T> action) {
    if (!of.isEmpty()) {
      action.accept(one(of));
    }
  }
}
