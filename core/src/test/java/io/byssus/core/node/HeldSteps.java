package io.byssus.core.node;

import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.engine.Engine;
import io.byssus.core.presence.PresenceStore;
import io.byssus.core.session.SessionStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An engine of which one kind of step, of its sessions, directory or presence, waits until the test
 * lets it go, or says how it fails.
 */
final class HeldSteps {
  private final String step;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private boolean holding;
  private boolean answersOnly;

  HeldSteps(String step) {
    this.step = step;
  }

  private record Waiting(CompletableFuture<Object> answer, Step step) {}

  private interface Step {
    Object take() throws IllegalAccessException, InvocationTargetException;
  }

  Engine around(Engine engine) {
    return new Engine(
        held(SessionStore.class, engine.sessions()),
        engine.broker(),
        engine.inboxes(),
        step.equals("remove")
            ? engine.directory()
            : held(SessionDirectory.class, engine.directory()),
        held(PresenceStore.class, engine.presence()),
        engine.bus());
  }

  private <T> T held(Class<T> port, T store) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (proxy, method, arguments) -> {
              if (!holding || !method.getName().equals(step)) {
                return method.invoke(store, arguments);
              }
              if (answersOnly) {
                var done = method.invoke(store, arguments);
                var late = new CompletableFuture<Object>();
                waiting.add(new Waiting(late, () -> done));
                return late;
              }
              var answer = new CompletableFuture<Object>();
              waiting.add(new Waiting(answer, () -> method.invoke(store, arguments)));
              return answer;
            }));
  }

  private static CompletionStage<?> take(Waiting one) {
    try {
      return (CompletionStage<?>) one.step.take();
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new AssertionError(e);
    }
  }

  void hold() {
    holding = true;
  }

  /** From here on the step is taken, and its answer waits. */
  void holdAnswers() {
    hold();
    answersOnly = true;
  }

  int waiting() {
    return waiting.size();
  }

  /** Takes one step that waits, and answers it. */
  void letOneGo() {
    var one = waiting.poll();
    take(one).thenAccept(one.answer::complete);
  }

  /** One step that waits is not taken. */
  void refuseOne() {
    fail(waiting.poll());
  }

  /** Takes one step that waits, and loses the answer. */
  void loseOneAnswer() {
    var one = waiting.poll();
    take(one);
    fail(one);
  }

  private static void fail(Waiting one) {
    one.answer.completeExceptionally(new IllegalStateException("the engine did not answer"));
  }

  void letGo() {
    holding = false;
    while (!waiting.isEmpty()) {
      letOneGo();
    }
  }
}
