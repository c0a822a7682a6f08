package io.byssus.redis;

import io.byssus.redis.RedisAddress.Host;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulConnection;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Servers that are asked the same, all at once, each over a connection of its own that is kept.
 * Those that are silent delay nothing: when enough was said, the others have a moment left, and one
 * that still owes an answer is not asked again. Thread-safe.
 */
final class Panel<C extends StatefulConnection<?, ?>, A> implements AutoCloseable {
  /** As long as an answer takes on its way, and no longer than anybody would notice. */
  private static final long GRACE_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long FOREVER_NS = TimeUnit.DAYS.toNanos(1);

  private final Function<Host, C> connect;
  private final Question<C, A> question;
  private final Map<Host, C> connections = new ConcurrentHashMap<>();
  private final Map<Host, CompletableFuture<A>> underWay = new ConcurrentHashMap<>();

  /** What each is asked. Blocks. */
  interface Question<C, A> {
    A ask(Host host, C connection) throws RedisUnavailableException;
  }

  /**
   * What came of it.
   *
   * @param answers in the order in which they came
   * @param trouble the last, for a person; empty if there was none
   */
  record Round<A>(Map<Host, A> answers, String trouble) {}

  private record Said<A>(Host host, @Nullable A answer, @Nullable Throwable failure) {}

  /**
   * @param connect blocks, and throws RedisException
   */
  Panel(Function<Host, C> connect, Question<C, A> question) {
    this.connect = connect;
    this.question = question;
  }

  /** Blocks until {@code enough} have answered, or none is left that could. */
  Round<A> ask(Collection<Host> hosts, Predicate<Collection<A>> enough) {
    var said = new LinkedBlockingQueue<Said<A>>();
    for (var host : hosts) {
      underWay
          .computeIfAbsent(host, this::ask)
          .whenComplete((answer, failure) -> said.add(new Said<>(host, answer, failure)));
    }
    var answers = new LinkedHashMap<Host, A>();
    var trouble = "";
    var until = System.nanoTime() + FOREVER_NS; // of each the connection has its own patience
    var moment = false;
    for (var left = hosts.size(); left > 0; left--) {
      var next = next(said, until - System.nanoTime());
      if (next == null) {
        break;
      }
      if (next.answer != null) {
        answers.put(next.host, next.answer);
      } else if (next.failure != null) {
        trouble = next.host + ": " + Clients.reason(next.failure);
      }
      if (!moment && enough.test(answers.values())) {
        moment = true;
        until = System.nanoTime() + GRACE_NS;
      }
    }
    return new Round<>(answers, trouble);
  }

  private static <A> @Nullable Said<A> next(LinkedBlockingQueue<Said<A>> said, long patienceNs) {
    try {
      return said.poll(patienceNs, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static RedisException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new RedisException("interrupted", e);
  }

  private CompletableFuture<A> ask(Host host) {
    var answer = new CompletableFuture<A>();
    Thread.startVirtualThread(() -> {
      try {
        var value = question.ask(host, connection(host));
        underWay.remove(host);
        answer.complete(value);
      } catch (Throwable e) { // whatever it is, it is told to whoever asked
        forget(host);
        underWay.remove(host);
        answer.completeExceptionally(e);
      }
    });
    return answer;
  }

  private C connection(Host host) {
    var open = connections.get(host);
    if (open != null && open.isOpen()) {
      return open;
    }
    var made = connect.apply(host);
    connections.put(host, made);
    return made;
  }

  private void forget(Host host) {
    var connection = connections.remove(host);
    if (connection != null) {
      connection.closeAsync();
    }
  }

  /** Lets go of those that are not among these. */
  void keep(Collection<Host> hosts) {
    connections.keySet().stream()
        .filter(host -> !hosts.contains(host))
        .toList()
        .forEach(this::forget);
  }

  @Override
  public void close() {
    List.copyOf(connections.keySet()).forEach(this::forget);
  }
}
