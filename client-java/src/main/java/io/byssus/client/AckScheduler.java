package io.byssus.client;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.byssus.protocol.Command;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the server and the store what has been handled, ten times a second at most: one
 * acknowledgement covers all directed messages before it. Confined to the lane; the store is called
 * on the executor.
 */
final class AckScheduler {
  private static final System.Logger LOG = System.getLogger(AckScheduler.class.getName());
  private static final Duration TICK = Duration.ofMillis(100);

  private final Lane lane;
  private final Optional<Store> store;
  private final SerialExecutor storing;
  private final Inbox inbox;
  private final Supplier<Optional<SavedSession>> saved;
  private final AtomicReference<@Nullable SavedSession> unsaved = new AtomicReference<>();
  private final CompletableFuture<Boolean> stored = new CompletableFuture<>();
  private @Nullable Connection connection;
  private long acknowledged;
  private boolean ticking;
  private boolean finished;

  /**
   * @param saved what the store should know; empty while there is no session
   */
  AckScheduler(
      Lane lane,
      Executor executor,
      Optional<Store> store,
      Inbox inbox,
      Supplier<Optional<SavedSession>> saved) {
    this.lane = lane;
    this.storing = new SerialExecutor(executor);
    this.store = store;
    this.inbox = inbox;
    this.saved = saved;
  }

  /** Asks the store, and goes on on the lane. */
  void load(Consumer<Optional<SavedSession>> then) {
    if (store.isEmpty()) {
      then.accept(Optional.empty());
      return;
    }
    storing.execute(() -> {
      var loaded = Optional.<SavedSession>empty();
      try {
        loaded = Objects.requireNonNull(store.get().load(), "Store.load gave null");
      } catch (RuntimeException | Error e) {
        LOG.log(System.Logger.Level.WARNING, "the store cannot be read; a new session", e);
      }
      var found = loaded;
      lane.execute(() -> then.accept(found));
    });
  }

  /** Something was handled, or the wishes have changed. */
  void changed() {
    lane.check();
    if (!ticking && !finished) {
      ticking = true;
      lane.schedule(TICK, this::tick);
    }
  }

  private void tick() {
    ticking = false;
    acknowledge();
    save();
  }

  void connected(Connection to) {
    connection = to;
    acknowledged = 0;
    acknowledge();
    save();
  }

  void disconnected() {
    connection = null;
  }

  private void acknowledge() {
    var handled = inbox.handled();
    if (connection == null || handled.isEmpty() || handled.getAsLong() == acknowledged) {
      return;
    }
    var offset = handled.getAsLong();
    acknowledged = offset;
    connection.call(
        id -> new Command.AckInbox(id, offset),
        new ReplyHandler() {
          @Override
          public void onReply(ServerMessage message) {}

          @Override
          public void onRefused(ErrorCode code, String message) {
            if (code.retryable()) {
              acknowledged = 0;
              changed();
            }
          }

          @Override
          public void onBroken() {
            // Said again on the next connection.
          }
        });
  }

  private void save() {
    if (store.isEmpty() || finished) {
      return;
    }
    saved
        .get()
        .ifPresent(now -> {
          if (unsaved.getAndSet(now) == null) {
            storing.execute(this::saveNewest);
          }
        });
  }

  private void saveNewest() {
    var newest = unsaved.getAndSet(null);
    if (newest != null) {
      store.get().save(newest);
    }
  }

  /**
   * The client is closed: what has been handled by now is the last that is told and kept, while the
   * subscriptions still know it.
   */
  void finish() {
    acknowledge();
    save();
    finished = true;
    storing.execute(() -> stored.complete(true));
  }

  /** The client is closed and its session is over: there is nothing to keep. */
  void clear() {
    finished = true;
    unsaved.set(null);
    store.ifPresent(kept -> storing.execute(kept::clear));
    storing.execute(() -> stored.complete(true));
  }

  /** Any thread, after the client is closed: until the store has what it is to have. */
  void awaitStored(Duration atMost) {
    if (store.isEmpty()) {
      return;
    }
    try {
      stored.get(atMost.toMillis(), MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException slow) {
      LOG.log(System.Logger.Level.DEBUG, "the store is slow; closed without it", slow);
    }
  }
}
