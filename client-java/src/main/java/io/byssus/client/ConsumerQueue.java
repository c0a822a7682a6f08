package io.byssus.client;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one consumer of a stream has still to handle. Entries come from the lane; they are handled
 * one after another on the executor, as far as the consumer has asked for messages. Any thread may
 * call.
 */
final class ConsumerQueue {
  static final long UNLIMITED = Long.MAX_VALUE;
  private static final int IN_A_ROW = 64;
  private static final System.Logger LOG = System.getLogger(ConsumerQueue.class.getName());

  private final Executor executor;
  private final Consumer<StreamEvent> handler;
  private final Runnable progress;

  // Guarded by this.
  private final Entries waiting;
  private long demand;
  private boolean running;
  private @Nullable Runnable ending;
  private boolean ended;

  private volatile Entry handled;

  /**
   * @param demand how many messages the consumer asks for to begin with
   * @param handled what it does not get, since it was handled before its time
   * @param progress run after each entry, on the executor
   */
  ConsumerQueue(
      Executor executor,
      int max,
      long demand,
      Entry handled,
      Consumer<StreamEvent> handler,
      Runnable progress) {
    this.executor = executor;
    this.waiting = new Entries(max);
    this.demand = demand;
    this.handled = handled;
    this.handler = handler;
    this.progress = progress;
  }

  /** The last entry that has been handled. */
  Entry handled() {
    return handled;
  }

  /** Before anything is offered. */
  void startAfter(Entry entry) {
    handled = entry;
  }

  /** Returns the gap, when one begins here. */
  Optional<Entry> offer(Entry entry) {
    Optional<Entry> gap;
    synchronized (this) {
      if (ended || ending != null) {
        return Optional.empty();
      }
      gap = waiting.add(entry);
    }
    start();
    return gap;
  }

  /** So many messages more. */
  void request(long more) {
    synchronized (this) {
      demand = demand + more < 0 ? UNLIMITED : demand + more;
    }
    start();
  }

  /** No more comes; {@code last} runs when all that waits has been handled. */
  void endAfterAll(Runnable last) {
    synchronized (this) {
      if (ended || ending != null) {
        return;
      }
      ending = last;
    }
    start();
  }

  /** No more is handled but what is being handled now; {@code last} runs behind it. */
  void endNow(Runnable last) {
    synchronized (this) {
      if (ended) {
        return;
      }
      waiting.takeAll();
      ending = last;
    }
    start();
  }

  /** The consumer leaves. Returns what it leaves behind. */
  synchronized List<Entry> leave() {
    ended = true;
    return waiting.takeAll();
  }

  private void start() {
    synchronized (this) {
      if (running || ended || !ready()) {
        return;
      }
      running = true;
    }
    executor.execute(this::run);
  }

  private boolean ready() {
    var next = waiting.peek();
    return next == null ? ending != null : !next.isMessage() || demand > 0;
  }

  private void run() {
    for (int i = 0; i < IN_A_ROW; i++) {
      var next = next();
      if (next == null) {
        return;
      }
      next.run();
    }
    executor.execute(this::run); // others may wait for the thread
  }

  /** Null: nothing to do, and it does not run any more. */
  private synchronized @Nullable Runnable next() {
    if (ended || !ready()) {
      running = false;
      return null;
    }
    if (waiting.isEmpty()) {
      ended = true;
      return ending;
    }
    var entry = waiting.remove();
    if (entry.isMessage() && demand != UNLIMITED) {
      demand--;
    }
    return () -> handle(entry);
  }

  private void handle(Entry entry) {
    try {
      entry.event().ifPresent(handler);
    } catch (RuntimeException | Error thrown) {
      // It counts as handled: a message that no handler can bear must not come for ever.
      LOG.log(System.Logger.Level.WARNING, "a handler has thrown", thrown);
    }
    handled = entry;
    progress.run();
  }
}
