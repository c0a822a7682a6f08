package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.lane.Lane;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TaskFailsOnALaneTest {
  private final BlockingQueue<Throwable> told = new LinkedBlockingQueue<>();
  private final EventLoops loops = EventLoops.start(Transport.NIO, 1, told::add);
  private final Lane lane = loops.lanes().all().getFirst();

  @AfterEach
  void close() {
    loops.close();
  }

  private static void fail(String how) {
    throw new OutOfMemoryError(how);
  }

  private void nextIs(String how) throws InterruptedException {
    var failure = told.poll(10, TimeUnit.SECONDS);
    assertThat(failure).isInstanceOf(OutOfMemoryError.class).hasMessage(how);
  }

  @Test
  void everyWayToRunATaskTellsWhatItThrows() throws InterruptedException {
    lane.execute(() -> fail("execute"));
    nextIs("execute");
    lane.execute(() -> lane.schedule(1_000, () -> fail("schedule")));
    nextIs("schedule");
    lane.execute(() -> lane.afterTurn(() -> fail("after the turn")));
    nextIs("after the turn");
    lane.execute(
        () -> lane.when(CompletableFuture.completedFuture(""), (value, none) -> fail("when")));
    nextIs("when");
    lane.when(new CompletableFuture<>().completeAsync(() -> ""), (value, none) -> fail("later"));
    nextIs("later");
  }

  @Test
  void whatIsPutAfterTheTurnRunsThoughTheOneBeforeThrew() throws InterruptedException {
    var ran = new CountDownLatch(1);
    lane.execute(() -> {
      lane.afterTurn(() -> fail("first"));
      lane.afterTurn(ran::countDown);
    });
    assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
    nextIs("first");
  }

  @Test
  void whatRunsAgainAndAgainGoesOnUntilItIsCancelled() throws InterruptedException {
    var timer = new CompletableFuture<Lane.Timer>();
    lane.execute(() -> timer.complete(lane.every(1_000_000, () -> fail("every"))));
    for (int i = 0; i < 3; i++) {
      nextIs("every");
    }
    var cancelled = new CompletableFuture<Integer>();
    lane.execute(() -> {
      timer.join().cancel();
      cancelled.complete(told.size());
    });
    var before = cancelled.join();
    var later = new CountDownLatch(1);
    lane.execute(() -> lane.schedule(20_000_000, later::countDown));
    assertThat(later.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(told).hasSize(before);
  }

  @Test
  void whoCannotEvenBeToldStopsNothing() throws InterruptedException {
    try (var deaf =
        EventLoops.start(
            Transport.NIO,
            1,
            failure -> {
              throw new OutOfMemoryError("to tell");
            })) {
      var other = deaf.lanes().all().getFirst();
      var ran = new CountDownLatch(3);
      other.execute(() ->
          other.every(
              1_000_000,
              () -> {
                ran.countDown();
                fail("untold");
              }));
      assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
