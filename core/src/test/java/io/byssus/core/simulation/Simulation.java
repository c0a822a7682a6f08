package io.byssus.core.simulation;

import io.byssus.core.Bounds;
import io.byssus.core.Limits;
import io.byssus.core.channel.Retention;
import io.byssus.core.engine.Engine;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.memory.EngineInside;
import io.byssus.core.node.Identity;
import io.byssus.core.node.NodeInside;
import io.byssus.core.node.UserPolicy;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.StoredSession;
import io.byssus.core.session.TokenHash;
import io.byssus.core.testing.SteppedLanes;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage.Member;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * One run from one seed: some nodes, some clients, one engine, and the misfortunes that it draws.
 */
final class Simulation {
  private static final int STEPS = 600;
  private static final int STEPS_TO_REST = 1_000_000;
  private static final int CLIENTS = 4;
  private static final int NODES_MOST = 3;
  private static final int LANES = 3;
  private static final String PRESENT = "seen.p";
  private static final String LATEST = "latest.v";
  private static final List<String> KEPT_CHANNELS = List.of("kept.a", "kept.b", "drop.c", PRESENT);
  private static final List<String> CHANNELS =
      List.of("kept.a", "kept.b", "drop.c", PRESENT, LATEST, "passing", "kept.*");
  private static final Retention KEPT = new Retention(50, Duration.ofMinutes(10));
  private static final Duration PRESENCE_TTL = Duration.ofSeconds(15);
  private static final Duration SLICE = Duration.ofMillis(500);
  private static final int CROWD = 8_000;

  /** Then who is attached when the engine forgets may be lost before it is healed. */
  private static final Set<Misfortune> WHO_HOLDS_IT_MAY_GO =
      EnumSet.of(
          Misfortune.KILLS,
          Misfortune.PAUSES,
          Misfortune.OUTAGES,
          Misfortune.LOST_ANSWERS,
          Misfortune.SHORT_LIVES,
          Misfortune.LEAPING_ENGINE);

  /** Tight, so that the runs meet the bounds. */
  static final Limits LIMITS =
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

  final RandomGenerator random;
  final World world;
  final Set<Misfortune> misfortunes;
  private final UserPolicy policy;
  private final SteppedLanes clock;
  private final SharedEngine engine;
  private final UnaryOperator<Engine> planted;
  private final TreeMap<String, SimulatedNode> nodes = new TreeMap<>();
  private final TreeSet<String> names = new TreeSet<>();
  private final List<SimulatedClient> clients = new ArrayList<>();
  private Optional<FailoverBroker> failover = Optional.empty();
  private int runs;
  private boolean killed;
  private boolean healed;
  private long forgotAtNs = -1;
  private boolean hindered;
  private int periodicTimers;

  /**
   * @param bug planted into the engine, to see that it is found
   */
  Simulation(long seed, UnaryOperator<Engine> bug) {
    this(seed, bug, Optional.empty());
  }

  /**
   * @param only the one check that is looked at
   */
  Simulation(long seed, UnaryOperator<Engine> bug, Check only) {
    this(seed, bug, Optional.of(only));
  }

  private Simulation(long seed, UnaryOperator<Engine> bug, Optional<Check> only) {
    world = new World(only);
    random = new SplittableRandom(seed);
    misfortunes = EnumSet.noneOf(Misfortune.class);
    misfortunes.addAll(Misfortune.drawn(random));
    policy = drawnPolicy();
    clock = new SteppedLanes(1, random);
    planted = bug;
    engine =
        new SharedEngine(
            engineSettings(),
            clock,
            memory -> {
              var sound = has(Misfortune.FAILOVERS) ? failingOver(memory) : memory;
              world.truth(sound.broker(), KEPT);
              return sound;
            });
    for (int i = has(Misfortune.CLUSTER) ? 2 + random.nextInt(NODES_MOST - 1) : 1; i > 0; i--) {
      names.add("n" + i);
    }
    names.forEach(this::start);
    workAll();
    var first = nodes.firstEntry().getValue();
    periodicTimers = first.lanes.timers() + (first.serves() ? 0 : 1); // it announces itself then
    var usersOf = policy.equals(new UserPolicy.AtMost(2)) ? 2 : 1;
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new SimulatedClient(this, world, "user" + i / usersOf, "client" + i));
    }
  }

  boolean has(Misfortune misfortune) {
    return misfortunes.contains(misfortune);
  }

  private UserPolicy drawnPolicy() {
    return switch (random.nextInt(6)) {
      case 0 -> new UserPolicy.AtMost(1);
      case 1 -> new UserPolicy.AtMost(2);
      case 2 -> new UserPolicy.NewestWins();
      default -> new UserPolicy.Unlimited();
    };
  }

  EngineSettings engineSettings() {
    return new EngineSettings(
        ttl(),
        200,
        1 << 16,
        Duration.ofMinutes(30),
        PRESENCE_TTL,
        // A repeat after the window is a new publication, and a run may stand still for long.
        Duration.ofHours(10),
        Duration.ofHours(20));
  }

  /** Short, so that sessions run out; or long, so that nothing mends itself by running out. */
  private Duration ttl() {
    return Duration.ofMinutes(has(Misfortune.SHORT_LIVES) ? 2 : 30);
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

  /** The engine as one node sees it, with what is planted in it. */
  Engine seenBy(Owner owner) {
    return planted.apply(engine.seenBy(owner));
  }

  // What clients ask.

  /** The nodes that take connections. */
  List<SimulatedNode> serving() {
    return nodes.values().stream().filter(SimulatedNode::serves).toList();
  }

  long now() {
    return clock.nanoTime();
  }

  long bytesSaid() {
    return engine.bytesSaid();
  }

  /** Whether anything ever failed in a way that leaves open whether it was done. */
  boolean hindered() {
    return hindered || nodes.values().stream().anyMatch(node -> node.link.hindered());
  }

  Optional<StoredSession> stored(String session) {
    return engine.living().stream()
        .map(EngineInside.Living::session)
        .filter(stored -> stored.id().equals(session))
        .findFirst();
  }

  // The run.

  World run() {
    try {
      return go();
    } catch (RuntimeException | OutOfMemoryError e) {
      throw new Check.Broken(Check.FAILED_TASK, "thrown to the engine: " + e);
    }
  }

  private World go() {
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(20)) {
        case 0 -> {
          var on = random.nextInt(3) == 0;
          nodes.values().forEach(node -> node.link.trouble(on));
        }
        case 1 -> pass(Duration.ofMillis(random.nextInt(2_000)));
        case 2 -> rarely();
        case 3, 4, 5, 6, 7, 8 -> act(one(clients));
        default -> work(1 + random.nextInt(12));
      }
      clients.forEach(client -> client.read(random.nextInt(6)));
    }
    comeToRest();
    allGo();
    return world;
  }

  private void rarely() {
    switch (random.nextInt(16)) {
      case 0 -> {
        if (!has(Misfortune.PAUSES) && !healing()) {
          clock.stall(Duration.ofSeconds(random.nextInt(240)));
        }
      }
      case 1 ->
          one(clients.stream().filter(SimulatedClient::welcome).toList(), SimulatedClient::end);
      case 2 -> burst(one(clients));
      case 3, 4 -> failover.ifPresent(broker -> broker.failOver(random));
      case 5, 6, 7 -> outage();
      case 8, 9 -> killOrStart();
      case 10 -> pauseOrGoOn();
      case 11 -> flap();
      case 12 -> {
        if (has(Misfortune.FORGETFUL_INDEX)) {
          engine.forgetSomething();
        }
        if (has(Misfortune.HASTY_ENGINE)) {
          engine.hasten(Duration.ofSeconds(random.nextInt(10)));
        }
        if (has(Misfortune.LEAPING_ENGINE)) {
          engine.hasten(Duration.ofHours(1));
          nodes.values().forEach(node -> node.link.forgot());
        }
        if (has(Misfortune.FORGETFUL_ENGINE) && forgotAtNs < 0) {
          forgotAtNs = now();
          forget();
        }
      }
      default -> pass(Duration.ofSeconds(random.nextInt(40)));
    }
  }

  /** The nodes are given time to write anew what was forgotten. */
  private boolean healing() {
    return forgotAtNs >= 0 && now() - forgotAtNs < Duration.ofSeconds(30).toNanos();
  }

  /** Who is attached meanwhile loses nothing but what nobody had read. */
  private void forget() {
    var attached =
        engine.living().stream()
            .filter(living -> living.holder().isPresent())
            .map(living -> living.session().id())
            .toList();
    engine.forget();
    nodes.values().forEach(node -> node.link.forgot());
    if (Collections.disjoint(misfortunes, WHO_HOLDS_IT_MAY_GO)
        && policy instanceof UserPolicy.Unlimited) {
      clients.forEach(client -> client.outlives(attached));
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
    switch (random.nextInt(20)) {
      case 0 -> client.cut();
      case 1, 2, 3 -> client.subscribe(channel);
      case 4 -> client.unsubscribe(channel);
      case 5 -> client.acknowledge(channel);
      case 6 -> client.acknowledgeInbox();
      case 7 -> {
        client.stopReading();
        if (has(Misfortune.SLOW_PEERS) && random.nextInt(4) == 0) {
          burst(one(clients));
        }
      }
      case 8 -> client.readAgain();
      case 9, 10 -> one(clients).session().ifPresent(s -> client.send(new Target.ToSession(s)));
      case 11 -> client.repeatOne();
      case 12 -> client.set();
      case 13 -> {
        client.cut();
        client.come(); // at once
      }
      case 14 -> {
        if (has(Misfortune.GHOSTS)) {
          client.comeBesides();
        }
      }
      case 15 -> {
        if (has(Misfortune.NONSENSE)) {
          client.acknowledgeNonsense(channel);
        }
        client.send(new Target.ToUser(client.user()));
      }
      default -> {
        if (!channel.endsWith("*")) {
          client.publish(channel);
        }
      }
    }
  }

  private void burst(SimulatedClient client) {
    var channel = random.nextBoolean() ? "kept.a" : "kept.b"; // one, so that it is trimmed
    for (int i = random.nextInt(80); i > 0 && client.welcome(); i--) {
      client.publish(channel);
    }
  }

  /** Lanes and the engine's links do some of what they have to do, in any order. */
  private void work(int steps) {
    for (int i = 0; i < steps; i++) {
      if (random.nextBoolean()) {
        clock.step();
      } else {
        one(List.copyOf(nodes.values()), node -> node.link.step());
      }
    }
  }

  private void workAll() {
    for (int steps = 0; clock.step() | stepLinks(); steps++) {
      world.check(steps < STEPS_TO_REST, "the nodes and their engine do not come to rest");
    }
  }

  private boolean stepLinks() {
    var any = false;
    for (var node : nodes.values()) {
      any |= node.link.step();
    }
    return any;
  }

  /** Time passes while clients read what they can. */
  private void pass(Duration time) {
    for (var left = time; left.isPositive(); left = left.minus(SLICE)) {
      var slice = left.compareTo(SLICE) < 0 ? left : SLICE;
      clock.advance(slice);
      clients.forEach(client -> {
        client.pass(slice);
        client.read(random.nextInt(40));
      });
    }
  }

  // What befalls nodes.

  private void outage() {
    if (!has(Misfortune.OUTAGES)) {
      return;
    }
    one(
        List.copyOf(nodes.values()),
        node -> {
          if (node.link.out()) {
            node.link.end();
          } else {
            node.link.begin(
                has(Misfortune.ONLY_SURE_FAILURES)
                    ? FaultyEngine.Outage.NOT_DONE
                    : FaultyEngine.Outage.values()[random.nextInt(3)],
                random.nextInt(4) > 0);
          }
        });
  }

  private void start(String name) {
    var lanes = clock.others(LANES);
    var owner = new Owner(name, String.valueOf(++runs));
    var node = new SimulatedNode(this, owner, lanes, policy);
    if (healed) {
      node.mishaps.over();
    }
    nodes.put(name, node);
  }

  private void killOrStart() {
    if (!has(Misfortune.KILLS)) {
      return;
    }
    var down = names.stream().filter(name -> !nodes.containsKey(name)).toList();
    if (!down.isEmpty()) {
      start(one(down));
    } else {
      var node = one(List.copyOf(nodes.values()));
      kill(node);
      if (random.nextBoolean()) {
        start(node.owner.node());
      }
    }
  }

  private void kill(SimulatedNode node) {
    killed = true;
    hindered |= node.link.hindered();
    node.lanes.kill();
    node.link.kill();
    nodes.remove(node.owner.node());
    engine.forget(node.owner);
    clients.forEach(client -> client.cutIfAt(node));
  }

  private void pauseOrGoOn() {
    if (has(Misfortune.PAUSES)) {
      one(List.copyOf(nodes.values()), node -> node.lanes.pause(!node.lanes.paused()));
    }
  }

  /** The node hears many times at once that the engine is back: that is one thing to do. */
  private void flap() {
    if (!has(Misfortune.FLAPPING) || nodes.values().stream().anyMatch(n -> n.lanes.paused())) {
      return;
    }
    workAll();
    one(
        nodes.values().stream().filter(node -> !node.link.out()).toList(),
        node -> {
          var reads = node.link.asked("read");
          var renewals = node.link.asked("renew");
          var times = 8 + random.nextInt(30);
          for (int i = 0; i < times; i++) {
            node.link.back();
          }
          workAll();
          var sessions = node.inside().attachments();
          world.check(
              Check.CATCH_UP,
              node.link.asked("read") - reads <= 4 * sessions + 4
                  && node.link.asked("renew") - renewals <= 3 * LANES,
              "the engine was back "
                  + times
                  + " times at once; "
                  + sessions
                  + " sessions were renewed in "
                  + (node.link.asked("renew") - renewals)
                  + " calls and read in "
                  + (node.link.asked("read") - reads));
        });
  }

  // The end.

  private void heal() {
    healed = true;
    for (var node : List.copyOf(nodes.values())) {
      node.link.trouble(false);
      node.mishaps.over();
      node.lanes.pause(false);
    }
    for (var node : List.copyOf(nodes.values())) {
      if (node.link.out()) {
        node.link.end();
      } else if (has(Misfortune.OUTAGES) || has(Misfortune.FORGETFUL_INDEX)) {
        node.link.begin(FaultyEngine.Outage.NOT_DONE, true);
        work(6);
        node.link.end();
      }
    }
    if (nodes.isEmpty() || random.nextBoolean()) {
      names.stream().filter(name -> !nodes.containsKey(name)).toList().forEach(this::start);
    }
  }

  /** A run that was refused its name ends; one that lost it has sent its clients away, and ends. */
  private void bury() {
    for (var node : List.copyOf(nodes.values())) {
      if (node.turnedAway()) {
        kill(node);
        start(node.owner.node());
      }
    }
  }

  /**
   * The trouble is over: everybody comes back, reads, repeats what was not answered, and a last
   * publication shows what is missing.
   */
  private void comeToRest() {
    heal();
    for (int round = 0; round < 30; round++) {
      if (round == 12) {
        engine.healed();
      }
      if (round == 15) {
        workAll();
        world.well();
        impatient();
      }
      if (round == 15) {
        clients.forEach(SimulatedClient::hurry);
      }
      clients.forEach(client -> {
        if (!client.online()) {
          client.come();
        }
        client.readAgain();
        client.repeatOne();
        client.loseNoPatience();
      });
      workAll();
      pass(Duration.ofSeconds(2));
      workAll();
      bury();
      clients.forEach(client -> client.read(Integer.MAX_VALUE));
    }
    clients.forEach(
        client -> world.check(Check.COMES_BACK, client.welcome(), "cannot come back: " + client));
    comeBackToMuch();
    lastWords();
    var tops = tops();
    clients.stream()
        .filter(SimulatedClient::welcome)
        .forEach(client -> {
          client.checkAtRest(tops);
          world.checkInbox(client.session().orElseThrow());
        });
    checkStore();
    checkDirectory();
    checkPresence();
  }

  /** What is not answered by now will not be, where something was thrown: as an SDK does. */
  private void impatient() {
    if (nodes.values().stream().anyMatch(node -> node.mishaps.thrown() > 0) || killed) {
      clients.stream().filter(SimulatedClient::waits).forEach(SimulatedClient::cut);
    }
  }

  /** All but one have missed more than an outbox holds, and come back over slow lines. */
  private void comeBackToMuch() {
    if (!has(Misfortune.SLOW_PEERS) || random.nextBoolean()) {
      return;
    }
    var speaker = clients.getFirst();
    var others = clients.stream().filter(client -> client != speaker).toList();
    others.forEach(client -> KEPT_CHANNELS.forEach(client::subscribe));
    readAll();
    others.forEach(SimulatedClient::cut);
    for (int i = 0; i < 40; i++) {
      KEPT_CHANNELS.forEach(speaker::publish);
      readAll();
    }
    others.forEach(client -> client.slowDown(200 + random.nextInt(1_000)));
    for (int seconds = 0; seconds < 40; seconds++) {
      others.stream().filter(client -> !client.online()).forEach(SimulatedClient::come);
      workAll();
      pass(Duration.ofSeconds(1));
    }
    others.forEach(SimulatedClient::hurry);
    readAll();
  }

  private void lastWords() {
    var speaker = clients.getFirst();
    if (has(Misfortune.SLOW_PEERS)) {
      clients.stream().filter(client -> client != speaker).forEach(SimulatedClient::stopReading);
      for (int i = 0; i < 20; i++) {
        one(clients).session().ifPresent(s -> speaker.send(new Target.ToSession(s)));
        workAll();
        speaker.read(Integer.MAX_VALUE);
      }
    }
    if (has(Misfortune.SLOW_PEERS)) {
      // An outbox that is full of what may be dropped, before the newest of another channel comes.
      for (int i = 0; i < 60; i++) {
        speaker.publish("drop.c");
        workAll();
        speaker.read(Integer.MAX_VALUE);
      }
    }
    KEPT_CHANNELS.forEach(speaker::publish);
    var latest = speaker.publish(LATEST);
    clients.forEach(client -> {
      client.owes(LATEST, latest);
      client.get();
      client.session().ifPresent(s -> speaker.send(new Target.ToSession(s)));
    });
    for (int round = 0; round < 15; round++) {
      clients.forEach(client -> {
        if (!client.online()) {
          client.come();
        }
        client.readAgain();
      });
      readAll();
      pass(Duration.ofSeconds(1));
    }
    readAll();
    clients.forEach(
        client -> world.check(Check.COMES_BACK, client.welcome(), "cannot come back: " + client));
  }

  /** The transport holds little, so it takes many turns. */
  private void readAll() {
    do {
      workAll();
      clients.forEach(client -> client.read(Integer.MAX_VALUE));
    } while (clock.step());
  }

  private Map<String, Position> tops() {
    var tops = new HashMap<String, Position>();
    for (var channel : KEPT_CHANNELS) {
      var page = engine.engine().broker().history(channel, Optional.empty(), Bounds.NOTHING, KEPT);
      tops.put(channel, SharedEngine.now(page).top());
    }
    return tops;
  }

  private void checkStore() {
    for (var living : engine.living()) {
      var holder = living.holder();
      world.check(
          Check.ATTACHED_TO_NOBODY,
          holder.isEmpty()
              || nodes.values().stream()
                  .anyMatch(node ->
                      node.owner.equals(holder.get().owner())
                          && NodeInside.holds(node.node.node, living.session().id())),
          living + " is attached in the store, and no node holds it");
    }
  }

  /** It may list too many, and not too few: the session itself decides whether it is meant. */
  private void checkDirectory() {
    var listed = engine.directory();
    for (var living : engine.living()) {
      var session = living.session();
      if (living.holder().isPresent()) {
        var targets = new ArrayList<Target>();
        targets.add(new Target.ToUser(session.user()));
        session.tags().forEach(tag -> targets.add(new Target.ToTag(tag)));
        for (var target : targets) {
          world.check(
              Check.DIRECTORY,
              listed.getOrDefault(target, List.of()).contains(session.id()),
              session + " is not listed under " + target + ": " + listed);
        }
      }
    }
  }

  private void checkPresence() {
    var present = new TreeMap<String, Optional<Json>>();
    for (var living : engine.living()) {
      var session = living.session();
      if (living.holder().isPresent() && session.subscriptions().containsKey(PRESENT)) {
        present.put(session.id(), Optional.ofNullable(session.attributes().get("name")));
      }
    }
    var shown = new TreeMap<String, Optional<Json>>();
    var all = engine.engine().presence().members(PRESENT, Bounds.most(1_000));
    for (Member member : SharedEngine.now(all).members()) {
      shown.put(member.session(), Optional.ofNullable(member.attributes().get("name")));
    }
    world.check(
        Check.PRESENCE, shown.equals(present), "present are " + present + ", and shown " + shown);
  }

  /**
   * Everybody goes: nothing is left behind, and when the time of the sessions has passed, nothing
   * at all.
   */
  private void allGo() {
    clients.forEach(client -> {
      client.cutGhosts();
      if (client.online()) {
        client.cut();
      }
    });
    workAll();
    pass(Duration.ofSeconds(5));
    workAll();
    for (var node : nodes.values()) {
      world.check(
          Check.FRAMES,
          node.node.wire.unreleased() == 0,
          node.node.wire.unreleased() + " frames are still held");
      var inside = node.inside();
      world.check(
          Check.LEFT_BEHIND,
          inside.hub().feeds()
                  + inside.hub().audiences()
                  + inside.connections()
                  + inside.dispatchers()
                  + inside.atTheGates()
                  + inside.attachments()
              == 0,
          "everybody has gone, and there are " + inside);
      world.check(Check.READY, node.node.node.ready(), node.owner + " is not ready");
      world.check(
          Check.SWALLOWED,
          node.mishaps.untold().isEmpty(),
          "thrown and never told: " + node.mishaps.untold());
      world.check(
          Check.TIMERS,
          node.lanes.timers() == periodicTimers,
          node.lanes.timers() + " timers are left, not " + periodicTimers);
    }
    world.check(
        Check.LISTENERS,
        engine.listenedTo().isEmpty(),
        "nobody is there, and listened to are " + engine.listenedTo());
    checkStore();
    checkPresence();
    if (has(Misfortune.IDENTITIES)) {
      comeBackTooLate();
    }
    if (has(Misfortune.CROWDS)) {
      crowd();
    }
    clock.stall(ttl().minusMillis(100));
    workAll();
    pass(Duration.ofSeconds(3));
    workAll();
    world.check(
        Check.SWEEP,
        engine.sessions() == 0,
        engine.sessions() + " sessions are left 3 seconds after the time of the last");
    clock.stall(ttl().multipliedBy(2));
    workAll();
    pass(Duration.ofSeconds(3));
    workAll();
    world.check(
        Check.DIRECTORY,
        engine.directory().isEmpty(),
        "no session is left, and listed are " + engine.directory());
  }

  /** Whoever is known by its user comes back after its time, and before the store has noticed. */
  private void comeBackTooLate() {
    var gateway = new SimulatedClient(this, world, "gateway", "gateway");
    gateway.hurry();
    gateway.comeAs(new Identity("a-device", "gateway", Set.of(), Map.of(), false));
    workAll();
    gateway.read(Integer.MAX_VALUE);
    world.check(Check.WELL, gateway.welcome(), "not let in: " + gateway);
    gateway.cut();
    workAll();
    var sweep = Duration.ofMillis(random.nextInt(1_000));
    clock.stall(ttl().minus(sweep));
    workAll();
    pass(sweep);
    gateway.forget();
    gateway.comeAs(new Identity("a-device", "gateway", Set.of(), Map.of(), false));
    workAll();
    gateway.read(Integer.MAX_VALUE);
    world.check(Check.WELL, gateway.welcome(), "not let in again: " + gateway);
    gateway.cut();
    workAll();
  }

  private void crowd() {
    var nobody = new Owner("crowd", "1");
    for (int i = 0; i < CROWD; i++) {
      engine
          .engine()
          .sessions()
          .create(new NewSession("crowd" + i, "", Map.of(), Set.of(), TokenHash.NONE), nobody);
      engine.engine().sessions().release(new Lease("crowd" + i, nobody, 1));
    }
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private <T> void one(List<T> of, Consumer<T> action) {
    if (!of.isEmpty()) {
      action.accept(one(of));
    }
  }
}
