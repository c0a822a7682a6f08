package io.byssus.core.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.byssus.core.Bounds;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.Retention;
import io.byssus.core.delivery.InboxStore;
import io.byssus.core.engine.Engine;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.core.testing.PassingBroker;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.Sender;
import io.byssus.protocol.Target;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Clients that are cut off, come back and publish while the engine is in trouble: nothing is lost
 * without a flag, nothing comes twice, all see the same order. Run one seed again with {@code
 * -Dbyssus.seed=N}, more of them with {@code -Dbyssus.seeds=N}.
 */
class NothingIsLostInAnySeedTest {
  private static final long FIRST = Long.getLong("byssus.seed", 1);
  private static final int SEEDS =
      System.getProperty("byssus.seed") != null ? 1 : Integer.getInteger("byssus.seeds", 1_000);

  @Test
  void everyPromiseHoldsInEverySeed() {
    var deliveries = 0L;
    var directs = 0L;
    var losses = new EnumMap<Gap, Integer>(Gap.class);
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      var world = run(seed, engine -> engine);
      deliveries += world.deliveries();
      directs += world.directs();
      world.losses().forEach((reason, count) -> losses.merge(reason, count, Integer::sum));
    }
    System.out.printf(
        "%d seeds, %d deliveries, %d directed, flagged losses %s%n",
        SEEDS, deliveries, directs, losses);
    assertThat(deliveries).isGreaterThan(SEEDS);
    if (SEEDS >= 1_000) {
      assertThat(directs).isGreaterThan(SEEDS);
      // The runs reach the corners that the flags exist for.
      assertThat(losses).containsKeys(Gap.TRIMMED, Gap.OVERFLOW, Gap.DIVERGED);
    }
  }

  @Test
  void aHistoryThatSkipsAnItemIsFound() {
    isFound(engine -> withBroker(engine, new SkippingHistory(engine.broker())));
  }

  @Test
  void aRecoveryThatLiesIsFound() {
    isFound(engine -> withBroker(engine, new LyingRecovery(engine.broker())));
  }

  @Test
  void aGapThatSkipsWhatIsThereIsFound() {
    isFound(engine -> withBroker(engine, new SkippingGap(engine.broker())));
  }

  @Test
  void aForgottenDedupeIsFound() {
    isFound(engine -> withBroker(engine, new NoDedupe(engine.broker())));
  }

  @Test
  void anInboxThatRepeatsIsFound() {
    isFound(engine -> withInboxes(engine, new RepeatingInbox(engine.inboxes())));
  }

  private static World run(long seed, UnaryOperator<Engine> bug) {
    try {
      return new Simulation(seed, bug).run();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "seed " + seed + " (-Dbyssus.seed=" + seed + "): " + e.getMessage(), e);
    }
  }

  private static void isFound(UnaryOperator<Engine> bug) {
    assertThatThrownBy(
            () -> {
              for (long seed = 1; seed <= 200; seed++) {
                run(seed, bug);
              }
            })
        .isInstanceOf(AssertionError.class);
  }

  // The planted bugs.

  private static Engine withBroker(Engine engine, Broker broker) {
    return new Engine(
        engine.sessions(),
        broker,
        engine.inboxes(),
        engine.directory(),
        engine.presence(),
        engine.bus());
  }

  private static Engine withInboxes(Engine engine, InboxStore inboxes) {
    return new Engine(
        engine.sessions(),
        engine.broker(),
        inboxes,
        engine.directory(),
        engine.presence(),
        engine.bus());
  }

  private static final class SkippingHistory extends PassingBroker {
    SkippingHistory(Broker broker) {
      super(broker);
    }

    @Override
    public CompletionStage<Page> history(
        String channel, Optional<Position> after, Bounds bounds, Retention retention) {
      return super.history(channel, after, bounds, retention)
          .thenApply(page ->
              page.items().size() < 2
                  ? page
                  : new Page(
                      page.top(),
                      page.from(),
                      page.recovery(),
                      page.items().subList(1, page.items().size())));
    }
  }

  private static final class LyingRecovery extends PassingBroker {
    LyingRecovery(Broker broker) {
      super(broker);
    }

    @Override
    public CompletionStage<Page> history(
        String channel, Optional<Position> after, Bounds bounds, Retention retention) {
      return super.history(channel, after, bounds, retention)
          .thenApply(page -> new Page(page.top(), page.from(), Recovery.COMPLETE, page.items()));
    }
  }

  private static final class SkippingGap extends PassingBroker {
    SkippingGap(Broker broker) {
      super(broker);
    }

    @Override
    public CompletionStage<Page> history(
        String channel, Optional<Position> after, Bounds bounds, Retention retention) {
      return super.history(channel, after, bounds, retention)
          .thenApply(page ->
              page.recovery() instanceof Recovery.Lost
                  ? new Page(page.top(), page.top(), page.recovery(), List.of())
                  : page);
    }
  }

  private static final class NoDedupe extends PassingBroker {
    NoDedupe(Broker broker) {
      super(broker);
    }

    @Override
    public CompletionStage<Outcome> publish(String channel, Draft draft, Retention retention) {
      return super.publish(
          channel, new Draft(draft.data(), draft.from(), "", draft.durability()), retention);
    }
  }

  private record RepeatingInbox(InboxStore store) implements InboxStore {
    @Override
    public CompletionStage<Append> append(
        String session, Target as, Json data, Optional<Sender> from, String dedupe) {
      return store.append(session, as, data, from, dedupe);
    }

    @Override
    public CompletionStage<Optional<Page>> read(Lease lease, long after, Bounds bounds) {
      return store.read(lease, Math.max(0, after - 1), bounds);
    }

    @Override
    public CompletionStage<Fence> acknowledge(Lease lease, long offset) {
      return store.acknowledge(lease, offset);
    }

    @Override
    public void onAppend(Consumer<String> wake) {
      store.onAppend(wake);
    }
  }
}
