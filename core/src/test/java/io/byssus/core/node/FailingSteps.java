package io.byssus.core.node;

import io.byssus.core.NotDoneException;
import io.byssus.core.channel.Broker;
import io.byssus.core.delivery.InboxStore;
import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.engine.Engine;
import io.byssus.core.presence.PresenceStore;
import io.byssus.core.session.SessionStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** An engine of which some steps fail, each as the test says. */
final class FailingSteps {
  enum How {
    /** It says that the step was surely not done. */
    NOT_DONE,
    /** It was not done, and nobody knows. */
    LOST,
    /** It was done, and nobody knows. */
    UNHEARD
  }

  private static final String ALL = "*";

  private final Map<String, How> failing = new HashMap<>();
  private final Map<String, Integer> left = new HashMap<>();

  /**
   * @param step a method of any port
   */
  void fail(String step, How how) {
    failing.put(step, how);
  }

  /** Only the next so many times. */
  void fail(String step, int times, How how) {
    fail(step, how);
    left.put(step, times);
  }

  void failAll(How how) {
    fail(ALL, how);
  }

  void mend() {
    failing.clear();
    left.clear();
  }

  Engine around(Engine engine) {
    return new Engine(
        port(SessionStore.class, engine.sessions()),
        port(Broker.class, engine.broker()),
        port(InboxStore.class, engine.inboxes()),
        port(SessionDirectory.class, engine.directory()),
        port(PresenceStore.class, engine.presence()),
        engine.bus());
  }

  private <T> T port(Class<T> type, T port) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              var how = next(method.getName());
              if (how == null || method.getReturnType() == void.class) {
                return call(() -> method.invoke(port, arguments));
              }
              if (how == How.UNHEARD) {
                call(() -> method.invoke(port, arguments));
              }
              return failed(how);
            }));
  }

  private @Nullable How next(String step) {
    var how = failing.getOrDefault(step, failing.get(ALL));
    if (how != null
        && left.computeIfPresent(step, (_, times) -> times - 1) instanceof Integer times
        && times < 0) {
      return null;
    }
    return how;
  }

  private interface Call {
    Object make() throws IllegalAccessException, InvocationTargetException;
  }

  private static Object call(Call call) throws Throwable {
    try {
      return call.make();
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** As an engine does it: what it failed with is wrapped. */
  private static CompletionStage<?> failed(How how) {
    var failure =
        how == How.NOT_DONE
            ? new NotDoneException("not written")
            : new IllegalStateException("no answer");
    return CompletableFuture.failedFuture(failure).thenApply(done -> done);
  }
}
