package io.byssus.core.node;

import io.byssus.core.session.SessionStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A session store of which one kind of step waits until the test lets it go. */
final class HeldSteps {
  private final String step;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private boolean holding;

  HeldSteps(String step) {
    this.step = step;
  }

  Engine around(Engine engine) {
    var store = engine.sessions();
    var held =
        (SessionStore)
            Proxy.newProxyInstance(
                SessionStore.class.getClassLoader(),
                new Class<?>[] {SessionStore.class},
                (proxy, method, arguments) -> {
                  if (!holding || !method.getName().equals(step)) {
                    return method.invoke(store, arguments);
                  }
                  var answer = new CompletableFuture<Object>();
                  waiting.add(() -> complete(answer, () -> method.invoke(store, arguments)));
                  return answer;
                });
    return new Engine(
        held,
        engine.broker(),
        engine.inboxes(),
        engine.directory(),
        engine.presence(),
        engine.bus());
  }

  private interface Step {
    Object take() throws IllegalAccessException, InvocationTargetException;
  }

  private static void complete(CompletableFuture<Object> answer, Step step) {
    try {
      ((CompletionStage<?>) step.take()).thenAccept(answer::complete);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new AssertionError(e);
    }
  }

  void hold() {
    holding = true;
  }

  int waiting() {
    return waiting.size();
  }

  /** Takes one step that waits, and answers it. */
  void letOneGo() {
    waiting.poll().run();
  }

  void letGo() {
    holding = false;
    while (!waiting.isEmpty()) {
      letOneGo();
    }
  }
}
