package io.byssus.core.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.channel.Broker.Draft;
import io.byssus.core.channel.Broker.Outcome.Stored;
import io.byssus.core.channel.Retention;
import io.byssus.core.engine.Engine;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionStore.Claim;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.TokenHash;
import io.byssus.protocol.Durability;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Something is used in the very moment in which its time passes: it is used or forgotten, and not a
 * bit of both.
 */
class RacesWithTheSweepAreDecidedTest {
  private static final int ROUNDS = 2_000;
  private static final TokenHash TOKEN = TokenHash.of("token");
  private static final Owner OWNER = new Owner("n1", "i1");
  private static final EngineSettings SETTINGS = EngineSettings.DEFAULTS;

  private final ManualTicker ticker = new ManualTicker();
  private final Engine engine = MemoryEngine.create(SETTINGS, ticker, new SplittableRandom(1));

  @Test
  void aDetachedSessionIsClaimedOrSweptOnce() {
    for (var round = 0; round < ROUNDS; round++) {
      var lease = created("session-" + round);
      join(engine.sessions().release(lease));
      ticker.advance(SETTINGS.sessionTtl().minusNanos(1));
      var both =
          atOnce(
              () -> join(engine.sessions().claim(lease.session(), "", TOKEN, TOKEN, OWNER)),
              () -> {
                ticker.advance(Duration.ofNanos(1));
                return join(engine.sessions().sweep(10));
              });
      var claimed = both.one() instanceof Claim.Granted;
      assertThat(both.other().stream().map(Gone::session))
          .containsExactlyElementsOf(claimed ? List.of() : List.of(lease.session()));
      assertThat(join(engine.sessions().holder(lease.session())).isPresent()).isEqualTo(claimed);
      join(engine.sessions().remove(lease.session()));
    }
  }

  @Test
  void anAttachedSessionIsHeldWhetherTheRenewalOrTheSweepComesFirst() {
    for (var round = 0; round < ROUNDS; round++) {
      var lease = created("session-" + round);
      ticker.advance(SETTINGS.sessionTtl().minusNanos(1));
      var both =
          atOnce(
              () -> join(engine.sessions().renew(List.of(lease))),
              () -> {
                ticker.advance(Duration.ofNanos(1));
                return join(engine.sessions().sweep(10));
              });
      assertThat(both.one().whole()).isTrue();
      assertThat(both.other()).isEmpty();
      assertThat(join(engine.sessions().holder(lease.session()))).contains(Optional.of(lease));
      join(engine.sessions().remove(lease.session()));
    }
  }

  private Lease created(String id) {
    var made = new NewSession(id, "", Map.of(), Set.of(), TOKEN);
    return join(engine.sessions().create(made, OWNER)).lease();
  }

  @Test
  void whatIsPublishedIntoAChannelThatIsBeingForgottenIsKept() {
    var kept = new Retention(10, SETTINGS.channelTtl().multipliedBy(2));
    for (var round = 0; round < ROUNDS; round++) {
      var channel = "channel-" + round;
      published(channel, kept);
      ticker.advance(SETTINGS.channelTtl().minusNanos(1));
      var both =
          atOnce(
              () -> published(channel, kept),
              () -> {
                ticker.advance(Duration.ofNanos(1));
                return join(engine.sessions().sweep(1_000));
              });
      var position = both.one();
      var page =
          join(
              engine
                  .broker()
                  .history(channel, Optional.of(position.at(0)), new Bounds(10, 1_000), kept));
      assertThat(page.top()).isEqualTo(position);
      assertThat(page.recovery()).isEqualTo(Recovery.COMPLETE);
    }
  }

  private Position published(String channel, Retention retention) {
    var draft = new Draft(Json.of("1"), Optional.empty(), "", Durability.ACCEPTED);
    var outcome = join(engine.broker().publish(channel, draft, retention));
    return ((Stored) outcome).position().orElseThrow();
  }

  private record Both<A, B>(A one, B other) {}

  private static <A, B> Both<A, B> atOnce(Supplier<A> one, Supplier<B> other) {
    var barrier = new CyclicBarrier(2);
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var first = CompletableFuture.supplyAsync(after(barrier, one), executor);
      var second = CompletableFuture.supplyAsync(after(barrier, other), executor);
      return new Both<>(first.join(), second.join());
    }
  }

  private static <T> Supplier<T> after(CyclicBarrier barrier, Supplier<T> step) {
    return () -> {
      try {
        barrier.await();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
      return step.get();
    };
  }

  private static <T> T join(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }
}
