package io.byssus.core.simulation;

import io.byssus.core.NodeObserver;
import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Frame;
import io.byssus.protocol.ServerMessage;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Throws now and then where nothing should, and remembers what it threw until somebody tells of it.
 */
final class Mishaps {
  private static final int ONE_IN = 40;

  private final RandomGenerator random;
  private final Set<Misfortune> misfortunes;
  private final Set<Throwable> untold = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean on = true;
  private int thrown;

  Mishaps(RandomGenerator random, Set<Misfortune> misfortunes) {
    this.random = random;
    this.misfortunes = misfortunes;
  }

  /** It throws no more. */
  void over() {
    on = false;
  }

  int thrown() {
    return thrown;
  }

  /** Thrown, and nobody has told of it. */
  Set<Throwable> untold() {
    return untold;
  }

  /** Whether it threw {@code failure}, which has been told of from here on. */
  boolean told(@Nullable Throwable failure) {
    for (var each = failure; each != null; each = each.getCause()) {
      if (each instanceof Observed || each instanceof NoMemory) {
        untold.remove(each);
        return true;
      }
    }
    return false;
  }

  void ping() {
    if (happens(Misfortune.THROWING_PINGS)) {
      throw remembered(new NoMemory());
    }
  }

  private boolean happens(Misfortune misfortune) {
    return on && misfortunes.contains(misfortune) && random.nextInt(ONE_IN) == 0;
  }

  private <T extends Throwable> T remembered(T failure) {
    thrown++;
    untold.add(failure);
    return failure;
  }

  /** Tells here what the node tells it, and throws. */
  NodeObserver observer() {
    return (NodeObserver)
        Proxy.newProxyInstance(
            NodeObserver.class.getClassLoader(),
            new Class<?>[] {NodeObserver.class},
            (self, method, arguments) -> {
              if (method.getDeclaringClass() == Object.class) {
                return method.invoke(this, arguments);
              }
              for (var argument : arguments == null ? new Object[0] : arguments) {
                if (argument instanceof Throwable failure) {
                  told(failure);
                }
              }
              // Who fails when it is told of a failure cannot be told of that.
              if (!method.getName().equals("taskFailed")
                  && happens(Misfortune.THROWING_OBSERVERS)) {
                throw remembered(new Observed(method.getName()));
              }
              return null;
            });
  }

  Encoding wire(Encoding encoding) {
    return misfortunes.contains(Misfortune.THROWING_ENCODERS) ? new Wire(encoding) : encoding;
  }

  private final class Wire implements Encoding {
    private final Encoding encoding;

    Wire(Encoding encoding) {
      this.encoding = encoding;
    }

    @Override
    public byte[] encode(ServerMessage message) {
      mayFail();
      return encoding.encode(message);
    }

    @Override
    public Frame frame(List<byte[]> units) {
      mayFail();
      return encoding.frame(units);
    }

    @Override
    public Encoding batched() {
      return this;
    }

    private void mayFail() {
      if (happens(Misfortune.THROWING_ENCODERS)) {
        throw remembered(new NoMemory());
      }
    }
  }

  private static final class Observed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Observed(String event) {
      super("the observer failed at " + event);
    }
  }

  private static final class NoMemory extends OutOfMemoryError {
    private static final long serialVersionUID = 1;

    NoMemory() {
      super("no memory for a frame");
    }
  }
}
