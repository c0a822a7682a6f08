package io.byssus.core.simulation;

import io.byssus.core.NotDoneException;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.Broker.Listener;
import io.byssus.core.delivery.InboxStore;
import io.byssus.core.engine.Engine;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.lane.Ticker;
import io.byssus.core.memory.EngineInside;
import io.byssus.core.memory.MemoryEngine;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionStore;
import io.byssus.core.session.SessionStore.Claim;
import io.byssus.core.testing.SteppedLanes;
import io.byssus.core.testing.TestBus;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage.Item;
import io.byssus.protocol.Target;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * A memory engine that several nodes share, as they share a Redis: each has its own listeners and
 * its own end of the bus. Its clock can run ahead of the nodes'.
 */
final class SharedEngine {
  /** About what a message takes on the wire besides its data. */
  private static final int MESSAGE_BYTES = 80;

  /** After it has forgotten all; long, as the links between a run's nodes and it are slow. */
  private static final Duration HEALING = Duration.ofMinutes(10);

  private final RandomGenerator random;
  private final Engine memory;
  private final Engine engine;
  private final TestBus bus;
  private final Map<Owner, Consumer<String>> wakes = new LinkedHashMap<>();
  private final Map<String, Map<Owner, Listener>> channels = new TreeMap<>();
  private final Map<String, Map<Owner, Listener>> prefixes = new TreeMap<>();
  private final Ticker clock;
  private long aheadNs;
  private long healingUntilNs;
  private long bytesSaid;

  SharedEngine(EngineSettings settings, SteppedLanes lanes, UnaryOperator<Engine> around) {
    random = lanes.random();
    clock = lanes;
    healingUntilNs = lanes.nanoTime();
    Ticker ticker = () -> lanes.nanoTime() + aheadNs;
    memory = MemoryEngine.create(settings, ticker, random);
    engine = around.apply(memory);
    engine.inboxes().onAppend(this::wake);
    bus = new TestBus(lanes);
  }

  /** The engine's clock jumps. */
  void hasten(Duration by) {
    aheadNs += by.toNanos();
  }

  /** All sessions, and what is listed and present; channels stay. */
  void forget() {
    EngineInside.forget(memory);
    healingUntilNs = clock.nanoTime() + HEALING.toNanos();
  }

  /** Everybody has had the time to write anew what was forgotten. */
  void healed() {
    healingUntilNs = clock.nanoTime();
  }

  /** What is missing may be written anew: so the engine does not say that it is gone. */
  private Object unlessHealing(Object answer, Set<?> missing) {
    var stage = (CompletionStage<?>) answer;
    return clock.nanoTime() - healingUntilNs < 0 && missing.contains(now(stage))
        ? CompletableFuture.failedFuture(new NotDoneException("it may be written anew"))
        : answer;
  }

  /** With everything that is planted in it. */
  Engine engine() {
    return engine;
  }

  /** The bytes of all that was ever published or directed. */
  long bytesSaid() {
    return bytesSaid;
  }

  List<EngineInside.Living> living() {
    return EngineInside.living(memory);
  }

  int sessions() {
    return EngineInside.sessions(memory);
  }

  TreeMap<Target, List<String>> directory() {
    var listed = new TreeMap<Target, List<String>>((a, b) -> a.toString().compareTo(b.toString()));
    for (var target : EngineInside.targets(memory)) {
      listed.put(target, now(memory.directory().sessions(target)));
    }
    return listed;
  }

  /** The channels and prefixes that somebody listens to. */
  TreeSet<String> listenedTo() {
    var all = new TreeSet<String>();
    channels.forEach(
        (name, listeners) -> all.addAll(listeners.isEmpty() ? List.of() : List.of(name)));
    prefixes.forEach(
        (name, listeners) -> all.addAll(listeners.isEmpty() ? List.of() : List.of(name + '*')));
    return all;
  }

  /** An entry of the directory, or of presence, is lost. */
  void forgetSomething() {
    var entries =
        directory().entrySet().stream()
            .flatMap(listed -> listed.getValue().stream().map(s -> Map.entry(listed.getKey(), s)))
            .toList();
    if (!entries.isEmpty()) {
      var lost = entries.get(random.nextInt(entries.size()));
      memory.directory().remove(lost.getKey(), lost.getValue());
    }
  }

  static <T> T now(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private void wake(String session) {
    List.copyOf(wakes.values()).forEach(wake -> wake.accept(session));
  }

  /** The node is dead: it listens no more. */
  void forget(Owner owner) {
    wakes.remove(owner);
    channels.values().forEach(listeners -> listeners.remove(owner));
    prefixes.values().forEach(listeners -> listeners.remove(owner));
    bus.end(owner).pull(false);
  }

  /** The engine as one node sees it. */
  Engine seenBy(Owner owner) {
    return new Engine(
        port(
            SessionStore.class,
            engine.sessions(),
            (call, arguments) -> {
              var answer = call.invoke(engine.sessions(), arguments);
              return call.getName().equals("claim")
                  ? unlessHealing(answer, Set.of(new Claim.Expired(), new Claim.Refused()))
                  : answer;
            }),
        port(Broker.class, engine.broker(), (call, arguments) -> heardBy(owner, call, arguments)),
        port(
            InboxStore.class,
            engine.inboxes(),
            (call, arguments) -> {
              if (call.getName().equals("append")) {
                bytesSaid += MESSAGE_BYTES + data(arguments).bytes();
              }
              if (call.getName().equals("append")) {
                return unlessHealing(
                    call.invoke(engine.inboxes(), arguments), Set.of(InboxStore.Append.NO_SESSION));
              }
              if (!call.getName().equals("onAppend")) {
                return call.invoke(engine.inboxes(), arguments);
              }
              @SuppressWarnings("unchecked")
              var wake = (Consumer<String>) arguments[0];
              return wakes.put(owner, wake);
            }),
        engine.directory(),
        engine.presence(),
        bus.end(owner));
  }

  private static Json data(Object[] ofAnAppend) {
    return (Json) Stream.of(ofAnAppend).filter(Json.class::isInstance).findFirst().orElseThrow();
  }

  private Object heardBy(Owner owner, Method call, Object[] arguments)
      throws ReflectiveOperationException {
    switch (call.getName()) {
      case "subscribe" -> {
        channels
            .computeIfAbsent((String) arguments[0], _ -> new LinkedHashMap<>())
            .put(owner, (Listener) arguments[1]);
        return engine.broker().subscribe((String) arguments[0], this::heard);
      }
      case "subscribePrefix" -> {
        var prefix = (String) arguments[0];
        prefixes
            .computeIfAbsent(prefix, _ -> new LinkedHashMap<>())
            .put(owner, (Listener) arguments[1]);
        return engine
            .broker()
            .subscribePrefix(
                prefix, (channel, epoch, item) -> all(prefixes, prefix, channel, epoch, item));
      }
      case "unsubscribe" -> {
        if (left(channels, (String) arguments[0], owner)) {
          engine.broker().unsubscribe((String) arguments[0]);
        }
        return null;
      }
      case "unsubscribePrefix" -> {
        if (left(prefixes, (String) arguments[0], owner)) {
          engine.broker().unsubscribePrefix((String) arguments[0]);
        }
        return null;
      }
      case "publish" -> {
        bytesSaid += MESSAGE_BYTES + ((Broker.Draft) arguments[1]).data().bytes();
        return call.invoke(engine.broker(), arguments);
      }
      default -> {
        return call.invoke(engine.broker(), arguments);
      }
    }
  }

  private static boolean left(Map<String, Map<Owner, Listener>> all, String name, Owner owner) {
    var listeners = all.getOrDefault(name, Map.of());
    return !listeners.isEmpty() && listeners.remove(owner) != null && listeners.isEmpty();
  }

  private void heard(String channel, String epoch, Item item) {
    all(channels, channel, channel, epoch, item);
  }

  private static void all(
      Map<String, Map<Owner, Listener>> of, String name, String channel, String epoch, Item item) {
    List.copyOf(of.getOrDefault(name, Map.of()).values())
        .forEach(listener -> listener.publication(channel, epoch, item));
  }

  /** What is asked of a port. */
  @FunctionalInterface
  interface Asked {
    Object ask(Method call, Object[] arguments) throws ReflectiveOperationException;
  }

  /**
   * A port whose calls all come to {@code asked}: so a step that the port gains later can fail like
   * the others, without a word about it here.
   */
  static <T> T port(Class<T> type, T real, Asked asked) {
    var proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, call, arguments) -> {
              try {
                return call.getDeclaringClass() == Object.class
                    ? call.invoke(real, arguments)
                    : asked.ask(call, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
    return type.cast(proxy);
  }
}
