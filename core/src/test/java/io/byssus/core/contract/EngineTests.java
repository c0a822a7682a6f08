package io.byssus.core.contract;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.byssus.core.engine.EngineSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tests that run on some engine: its life, and how to call it. */
abstract class EngineTests {
  /** For what should take milliseconds. */
  static final long PATIENCE_SECONDS = 10;

  private static final String RUN = UUID.randomUUID().toString().substring(0, 8);
  private static final AtomicLong NAMES = new AtomicLong();

  protected EngineUnderTest engine;
  protected EngineUnderTest.Node here;
  protected EngineUnderTest.Node there;
  protected EngineSettings settings;

  protected abstract EngineUnderTest start();

  @BeforeEach
  void startEngine() {
    engine = start();
    here = engine.here();
    there = engine.there();
    settings = engine.settings();
  }

  @AfterEach
  void closeEngine() {
    engine.close();
  }

  /** A name that no test has used. */
  static String unique(String what) {
    return what + "-" + RUN + "-" + NAMES.incrementAndGet();
  }

  /** So much of a time that it has surely not passed yet; twice that, and it has. */
  static Duration most(Duration time) {
    return time.multipliedBy(2).dividedBy(3);
  }

  static <T> T get(CompletionStage<T> stage) {
    return get((Future<T>) stage.toCompletableFuture());
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.get(PATIENCE_SECONDS, SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("no answer after " + PATIENCE_SECONDS + " s", e);
    } catch (ExecutionException e) {
      throw new AssertionError("the step failed", e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError("the test was interrupted", e);
    }
  }

  /** The answers of so many stages, which were all asked for before the first answer is awaited. */
  static <T> List<T> getAll(List<CompletionStage<T>> stages) {
    return stages.stream().map(EngineTests::<T>get).toList();
  }

  /** What {@code threads} threads answer that start at the same moment. */
  static <T> List<T> atOnce(int threads, IntFunction<Callable<T>> task) {
    var start = new CountDownLatch(1);
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<Future<T>>();
      for (var i = 0; i < threads; i++) {
        var mine = task.apply(i);
        answers.add(
            executor.submit(() -> {
              start.await();
              return mine.call();
            }));
      }
      start.countDown();
      return answers.stream().map(EngineTests::<T>get).toList();
    }
  }
}
