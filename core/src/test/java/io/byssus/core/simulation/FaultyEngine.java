package io.byssus.core.simulation;

import io.byssus.core.NotDoneException;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.Broker.Listener;
import io.byssus.core.delivery.InboxStore;
import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.engine.ClusterBus;
import io.byssus.core.engine.Engine;
import io.byssus.core.presence.PresenceStore;
import io.byssus.core.session.Lease;
import io.byssus.core.session.SessionStore;
import io.byssus.protocol.Position;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * One node's link to the engine: requests, answers and publications take their time, each in order.
 * While there is trouble some requests are not done, or done and not answered, or answered late, or
 * done twice, and some publications get lost or come twice. In an outage nothing comes through.
 * What the ports promise still holds.
 */
final class FaultyEngine {
  private static final int ONE_IN = 12;

  /** What an engine never repeats by itself, as it would be done twice. */
  private static final Set<String> ONCE = Set.of("append", "publish", "announce");

  private final RandomGenerator random;
  private final World world;
  private final Set<Misfortune> misfortunes;
  private final ArrayDeque<Runnable> requests = new ArrayDeque<>();
  private final ArrayDeque<Runnable> answers = new ArrayDeque<>();
  private final ArrayDeque<Runnable> publications = new ArrayDeque<>();
  private final ArrayDeque<Runnable> late = new ArrayDeque<>();
  private final ArrayDeque<Runnable> stuck = new ArrayDeque<>();
  private final TreeMap<String, Integer> asked = new TreeMap<>();
  private Optional<ClusterBus.Listener> node = Optional.empty();
  private Optional<Outage> outage = Optional.empty();
  private boolean trouble;
  private boolean hindered;
  private boolean forgot;

  FaultyEngine(RandomGenerator random, World world, Set<Misfortune> misfortunes) {
    this.random = random;
    this.world = world;
    this.misfortunes = misfortunes;
  }

  /** What becomes of a request in an outage. */
  enum Outage {
    /** It fails and was surely not done. */
    NOT_DONE,
    /** It fails, done or not. */
    UNKNOWN,
    /** It waits for the end of the outage. */
    SILENT
  }

  void trouble(boolean on) {
    trouble = on && misfortunes.contains(Misfortune.LOST_ANSWERS);
    hindered |= trouble;
  }

  /** Whether anything ever failed in a way that leaves open whether it was done. */
  boolean hindered() {
    return hindered;
  }

  boolean out() {
    return outage.isPresent();
  }

  /**
   * @param told whether the node is
   */
  void begin(Outage how, boolean told) {
    outage = Optional.of(how);
    hindered |= how != Outage.NOT_DONE;
    publications.clear();
    if (told) {
      node.ifPresent(listener -> listener.reachable(false));
    }
  }

  void end() {
    outage = Optional.empty();
    // What waited comes before what is asked from here on.
    while (!stuck.isEmpty()) {
      requests.addFirst(stuck.removeLast());
    }
    node.ifPresent(listener -> listener.reachable(true));
    if (forgot) {
      forgot = false;
      node.ifPresent(ClusterBus.Listener::forgot);
    }
  }

  /** The node hears that the engine is back, though it never heard that it was away. */
  void back() {
    node.ifPresent(listener -> listener.reachable(true));
  }

  /** The node hears that the engine may have forgotten something; in an outage it will. */
  void forgot() {
    if (out()) {
      forgot = true;
    } else {
      node.ifPresent(ClusterBus.Listener::forgot);
    }
  }

  /** How often each step was asked for. */
  int asked(String step) {
    return asked.getOrDefault(step, 0);
  }

  /** Moves one request, answer or publication on. False when nothing is under way. */
  boolean step() {
    var busy =
        (requests.isEmpty() ? 0 : 1)
            + (answers.isEmpty() ? 0 : 1)
            + (publications.isEmpty() ? 0 : 1);
    if (busy == 0) {
      return stepLate();
    }
    var which = random.nextInt(busy);
    for (var queue : List.of(requests, answers, publications)) {
      if (!queue.isEmpty() && which-- == 0) {
        queue.poll().run();
        break;
      }
    }
    return true;
  }

  private boolean stepLate() {
    var answer = late.poll();
    if (answer != null) {
      answer.run();
    }
    return answer != null;
  }

  /** The node is killed: of what it asked for last some was done, and nobody hears of it. */
  void kill() {
    for (int i = random.nextInt(3); i > 0 && !requests.isEmpty() && outage.isEmpty(); i--) {
      requests.poll().run();
    }
    List.of(requests, answers, publications, late, stuck).forEach(ArrayDeque::clear);
    node = Optional.empty();
  }

  Engine around(Engine engine) {
    return new Engine(
        port(SessionStore.class, engine.sessions()),
        SharedEngine.port(
            Broker.class, engine.broker(), (call, arguments) -> channels(engine, call, arguments)),
        SharedEngine.port(
            InboxStore.class,
            engine.inboxes(),
            (call, arguments) -> {
              if (!call.getName().equals("onAppend")) {
                return call(engine.inboxes(), call, arguments);
              }
              @SuppressWarnings("unchecked")
              var wake = (Consumer<String>) arguments[0];
              engine.inboxes().onAppend(session -> tell(() -> wake.accept(session)));
              return null;
            }),
        port(SessionDirectory.class, engine.directory()),
        port(PresenceStore.class, engine.presence()),
        SharedEngine.port(
            ClusterBus.class, engine.bus(), (call, arguments) -> bus(engine, call, arguments)));
  }

  private <T> T port(Class<T> type, T real) {
    return SharedEngine.port(type, real, (call, arguments) -> call(real, call, arguments));
  }

  private Object channels(Engine engine, Method call, Object[] arguments) {
    return switch (call.getName()) {
      case "subscribe", "subscribePrefix" -> {
        arguments[1] = lossy((Listener) arguments[1]);
        yield call(engine.broker(), call, arguments);
      }
      case "unsubscribe", "unsubscribePrefix" -> {
        requests.add(() -> unsubscribe(engine.broker(), call, arguments));
        yield null;
      }
      default -> call(engine.broker(), call, arguments);
    };
  }

  /** It cannot fail, as the engine looks after its listeners itself; but it keeps its order. */
  private void unsubscribe(Broker broker, Method call, Object[] arguments) {
    if (outage.equals(Optional.of(Outage.SILENT))) {
      stuck.add(() -> unsubscribe(broker, call, arguments));
    } else {
      invoke(broker, call, arguments);
    }
  }

  private Object bus(Engine engine, Method call, Object[] arguments) {
    switch (call.getName()) {
      case "listen" -> {
        var listener = (ClusterBus.Listener) arguments[0];
        node = Optional.of(listener);
        engine.bus().listen(new Heard(listener));
        return null;
      }
      case "tell" -> {
        if (misfortunes.contains(Misfortune.LOST_NOTICES) && random.nextInt(2) == 0) {
          return CompletableFuture.completedFuture(null);
        }
      }
      default -> {}
    }
    return call(engine.bus(), call, arguments);
  }

  private final class Heard implements ClusterBus.Listener {
    private final ClusterBus.Listener listener;

    Heard(ClusterBus.Listener listener) {
      this.listener = listener;
    }

    @Override
    public void announced(ClusterBus.Announcement announcement) {
      tell(() -> listener.announced(announcement));
    }

    @Override
    public void left(io.byssus.core.session.Owner owner) {
      tell(() -> listener.left(owner));
    }

    @Override
    public void told(ClusterBus.Notice notice) {
      tell(() -> listener.told(notice));
    }

    @Override
    public CompletionStage<ClusterBus.Reply> asked(ClusterBus.Question question) {
      return listener.asked(question);
    }

    @Override
    public void reachable(boolean reachable) {
      listener.reachable(reachable);
    }

    @Override
    public void forgot() {
      listener.forgot();
    }
  }

  private void tell(Runnable publication) {
    if (outage.isEmpty()) {
      publications.add(publication);
    }
  }

  private CompletionStage<?> call(Object port, Method step, Object[] arguments) {
    asked.merge(step.getName(), 1, Integer::sum);
    if (step.getName().equals("acknowledge") && arguments.length == 3) {
      world.wentOn(
          ((Lease) arguments[0]).session(), (String) arguments[1], (Position) arguments[2]);
    }
    var answer = new CompletableFuture<Object>();
    requests.add(() -> request(port, step, arguments, answer));
    return answer;
  }

  private void request(
      Object port, Method step, Object[] arguments, CompletableFuture<Object> answer) {
    if (outage.isPresent()) {
      switch (outage.get()) {
        case NOT_DONE -> notDone(answer);
        case UNKNOWN -> {
          if (random.nextInt(4) == 0) {
            invoke(port, step, arguments);
          }
          noAnswer(answer);
        }
        case SILENT -> stuck.add(() -> request(port, step, arguments, answer));
      }
      return;
    }
    switch (trouble ? random.nextInt(5 * ONE_IN) : -1) {
      case 0, 1 -> noAnswer(answer);
      case 2 -> notDone(answer);
      case 3, 4 -> {
        invoke(port, step, arguments);
        noAnswer(answer);
      }
      case 5 -> {
        if (!ONCE.contains(step.getName())) {
          invoke(port, step, arguments);
        }
        answer(answers, answer, invoke(port, step, arguments));
      }
      case 6 -> answer(late, answer, invoke(port, step, arguments));
      default -> answer(answers, answer, invoke(port, step, arguments));
    }
  }

  private void noAnswer(CompletableFuture<Object> answer) {
    answers.add(() -> answer.completeExceptionally(new NoAnswer()));
  }

  private void notDone(CompletableFuture<Object> answer) {
    answers.add(() -> answer.completeExceptionally(new NotDoneException("not sent")));
  }

  private static void answer(
      ArrayDeque<Runnable> queue, CompletableFuture<Object> answer, Object outcome) {
    var done = ((CompletionStage<?>) outcome).toCompletableFuture();
    queue.add(() ->
        done.whenComplete((value, failure) -> {
          if (failure == null) {
            answer.complete(value);
          } else {
            answer.completeExceptionally(failure);
          }
        }));
  }

  private static Object invoke(Object port, Method step, Object[] arguments) {
    try {
      return step.invoke(port, arguments);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("the engine failed at " + step.getName(), e.getCause());
    }
  }

  private static final class NoAnswer extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoAnswer() {
      super("the engine did not answer", null, false, false);
    }
  }

  private Listener lossy(Listener listener) {
    return (channel, epoch, item) -> {
      var dice = trouble ? random.nextInt(ONE_IN) : ONE_IN;
      if (dice != 0) {
        tell(() -> listener.publication(channel, epoch, item));
      }
      if (dice == 1) {
        tell(() -> listener.publication(channel, epoch, item));
      }
    };
  }
}
