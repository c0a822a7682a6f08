package io.byssus.core.testing;

import io.byssus.core.Bounds;
import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.ChannelList;
import io.byssus.core.channel.Retention;
import io.byssus.core.delivery.InboxStore;
import io.byssus.core.engine.Engine;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.memory.MemoryEngine;
import io.byssus.core.node.UserPolicy;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Sender;
import io.byssus.protocol.ServerMessage.Item;
import io.byssus.protocol.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Nodes on one clock that share a memory engine, each with its own end of the bus. */
public final class TestCluster {
  public final SteppedLanes lanes;
  private final TestBus bus;
  private final Engine engine;
  private final List<Consumer<String>> wakes = new ArrayList<>();
  private final Map<String, Map<Owner, Broker.Listener>> listeners = new HashMap<>();

  public TestCluster(long seed) {
    lanes = new SteppedLanes(3, new SplittableRandom(seed));
    bus = new TestBus(lanes);
    engine = MemoryEngine.create(EngineSettings.DEFAULTS, lanes, lanes.random());
    engine.inboxes().onAppend(session -> wakes.forEach(wake -> wake.accept(session)));
  }

  /** What they share, not as one of them sees it. */
  public Engine engine() {
    return engine;
  }

  public TestBus.End bus(TestNode node) {
    return bus.end(node.owner());
  }

  /** A node that has joined. */
  public TestNode start(String name, UserPolicy policy) {
    var node = prepare(name, "1", policy, NodeObserver.NONE, e -> e);
    node.node.join();
    lanes.settle();
    return node;
  }

  public TestNode start(String name) {
    return start(name, new UserPolicy.Unlimited());
  }

  /** A node that has not joined yet. */
  public TestNode prepare(
      String name,
      String incarnation,
      UserPolicy policy,
      NodeObserver observer,
      UnaryOperator<Engine> wrap) {
    var owner = new Owner(name, incarnation);
    return new TestNode(
        owner,
        lanes,
        Limits.DEFAULTS,
        policy,
        observer,
        EngineSettings.DEFAULTS,
        _ -> wrap.apply(seenBy(owner)));
  }

  /** The engine of one node: it listens for itself. */
  private Engine seenBy(Owner owner) {
    return new Engine(
        engine.sessions(),
        new OwnListeners(owner),
        new OwnWake(owner),
        engine.directory(),
        engine.presence(),
        bus.end(owner));
  }

  private final class OwnWake implements InboxStore {
    private final Owner owner;

    OwnWake(Owner owner) {
      this.owner = owner;
    }

    @Override
    public CompletionStage<Append> append(
        String session, Target as, Json data, Optional<Sender> from, String dedupe) {
      return engine.inboxes().append(session, as, data, from, dedupe);
    }

    @Override
    public CompletionStage<Optional<Page>> read(Lease lease, long after, Bounds bounds) {
      return engine.inboxes().read(lease, after, bounds);
    }

    @Override
    public CompletionStage<Fence> acknowledge(Lease lease, long offset) {
      return engine.inboxes().acknowledge(lease, offset);
    }

    @Override
    public void onAppend(Consumer<String> wake) {
      wakes.add(session -> {
        if (!bus.end(owner).pulled()) {
          wake.accept(session);
        }
      });
    }
  }

  private final class OwnListeners implements Broker {
    private final Owner owner;

    OwnListeners(Owner owner) {
      this.owner = owner;
    }

    @Override
    public CompletionStage<Outcome> publish(String channel, Draft draft, Retention retention) {
      return engine.broker().publish(channel, draft, retention);
    }

    @Override
    public CompletionStage<Void> subscribe(String channel, Listener listener) {
      listeners.computeIfAbsent(channel, _ -> new LinkedHashMap<>()).put(owner, listener);
      return engine.broker().subscribe(channel, TestCluster.this::heard);
    }

    @Override
    public void unsubscribe(String channel) {
      listeners.getOrDefault(channel, Map.of()).remove(owner);
    }

    @Override
    public CompletionStage<Void> subscribePrefix(String prefix, Listener listener) {
      return engine.broker().subscribePrefix(prefix, listener);
    }

    @Override
    public CompletionStage<ChannelList> channels(String prefix, String cursor, int limit) {
      return engine.broker().channels(prefix, cursor, limit);
    }

    @Override
    public void unsubscribePrefix(String prefix) {
      engine.broker().unsubscribePrefix(prefix);
    }

    @Override
    public CompletionStage<Page> history(
        String channel, Optional<Position> after, Bounds bounds, Retention retention) {
      return engine.broker().history(channel, after, bounds, retention);
    }
  }

  private void heard(String channel, String epoch, Item item) {
    listeners
        .getOrDefault(channel, Map.of())
        .values()
        .forEach(listener -> listener.publication(channel, epoch, item));
  }
}
