package io.byssus.server.auth;

import io.byssus.core.lane.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a JSON Web Key Set at an address, read again and again. A token whose key is known
 * never waits for it. One whose key is not makes it be read at once, but never more often than each
 * {@link #PAUSE} in all, whoever sends how many of those. While it cannot be read the keys of
 * before stay good, until that has lasted for too long.
 */
final class JwksKeys implements KeySource {
  /** Between the beginnings of two readings, at least. */
  static final Duration PAUSE = Duration.ofSeconds(10);

  private final KeyOrigin.Jwks origin;
  private final JwksFetch fetch;
  private final Ticker ticker;
  private final Executor threads;
  private final TokenObserver observer;

  private @Nullable CompletableFuture<Void> reading;
  private boolean begun;
  private long begunAt;
  private long dueAt;
  private long goodUntil;
  private volatile KeySet keys = KeySet.NONE;
  private volatile Optional<String> trouble;

  /**
   * @param threads where {@code fetch} may wait
   */
  JwksKeys(
      KeyOrigin.Jwks origin,
      JwksFetch fetch,
      Ticker ticker,
      Executor threads,
      TokenObserver observer) {
    this.origin = origin;
    this.fetch = fetch;
    this.ticker = ticker;
    this.threads = threads;
    this.observer = observer;
    this.dueAt = ticker.nanoTime();
    this.goodUntil = dueAt;
    this.trouble = Optional.of("it was not read yet");
    look();
  }

  @Override
  public KeySet keys() {
    return keys;
  }

  @Override
  public synchronized void look() {
    var now = ticker.nanoTime();
    if (reading == null && now - dueAt >= 0) {
      begin(now);
    }
    if (!keys.equals(KeySet.NONE) && now - goodUntil >= 0) {
      keys = KeySet.NONE.after(keys);
      observer.keysFailed(
          path(),
          "%s cannot be read for so long that its keys are not good any more"
              .formatted(origin.url()));
    }
  }

  @Override
  public synchronized Optional<CompletionStage<Void>> ask() {
    var now = ticker.nanoTime();
    return reading == null && (!begun || now - begunAt >= PAUSE.toNanos())
        ? Optional.of(begin(now))
        : Optional.ofNullable(reading);
  }

  private CompletionStage<Void> begin(long now) {
    begun = true;
    begunAt = now;
    dueAt = now + origin.refresh().toNanos();
    var done = new CompletableFuture<Void>();
    reading = done;
    threads.execute(() -> {
      read();
      synchronized (this) {
        reading = null;
      }
      done.complete(null);
    });
    return done;
  }

  private void read() {
    try {
      came(new KeySet(JwksReader.read(fetch.get(origin.url()), origin.rsa())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failed("reading it was interrupted");
    } catch (IOException | RuntimeException e) {
      failed(String.valueOf(e.getMessage()));
    }
  }

  private synchronized void came(KeySet read) {
    var before = keys;
    var after = read.after(before);
    keys = after;
    var recovered = trouble.isPresent();
    trouble = Optional.empty();
    goodUntil = ticker.nanoTime() + origin.outage().toNanos();
    if (recovered || !after.equals(before)) {
      observer.keysChanged(path(), after.keys().size());
    }
  }

  /** It is read again soon, and not only when it would be due. */
  private synchronized void failed(String why) {
    dueAt = begunAt + PAUSE.toNanos();
    var news = Optional.of("%s cannot be read: %s".formatted(origin.url(), why));
    if (!news.equals(trouble)) {
      trouble = news;
      observer.keysFailed(path(), news.get());
    }
  }

  @Override
  public Optional<String> trouble() {
    return trouble;
  }

  @Override
  public String path() {
    return origin.path();
  }
}
