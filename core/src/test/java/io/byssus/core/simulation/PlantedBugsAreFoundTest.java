package io.byssus.core.simulation;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.channel.Broker;
import io.byssus.core.delivery.InboxStore;
import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.node.Engine;
import io.byssus.core.presence.PresenceStore;
import io.byssus.core.session.Fence;
import io.byssus.core.session.SessionStore;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** For what a run looks at in the end: an engine that forgets just that is found by it. */
class PlantedBugsAreFoundTest {
  private static final int SEEDS = 60;

  @Test
  void aDirectoryThatForgetsWhomItWasToldIsFound() {
    isFound(
        Check.DIRECTORY,
        engine -> {
          var without = forgets(SessionDirectory.class, engine.directory(), "add", () -> null);
          return new Engine(
              engine.sessions(),
              engine.broker(),
              engine.inboxes(),
              without,
              engine.presence(),
              engine.bus());
        });
  }

  @Test
  void presenceThatForgetsWhoCameIsFound() {
    isFound(
        Check.PRESENCE,
        engine ->
            presence(engine, forgets(PresenceStore.class, engine.presence(), "enter", () -> null)));
  }

  @Test
  void presenceThatForgetsWhoWentIsFound() {
    isFound(
        Check.PRESENCE,
        engine -> {
          var stays = forgets(PresenceStore.class, engine.presence(), "leave", () -> null);
          return presence(engine, stays);
        });
  }

  @Test
  void aStoreWhoseReleasesAreLostIsFound() {
    isFound(Check.ATTACHED_TO_NOBODY, sessions("release", () -> Fence.HELD));
  }

  @Test
  void aStoreThatForgetsWhatWasSetIsFound() {
    isFound(Check.OUTCOME, sessions("set", () -> Fence.HELD));
  }

  @Test
  void aStoreThatForgetsWhatWasLeftIsFound() {
    isFound(Check.SUBSCRIPTIONS, sessions("unsubscribe", () -> Fence.HELD));
  }

  @Test
  void aSweepThatFindsNothingIsFound() {
    isFound(Check.SWEEP, sessions("sweep", List::of));
  }

  @Test
  void aListenerThatStaysIsFound() {
    isFound(
        Check.LISTENERS,
        engine -> {
          var keeps =
              SharedEngine.port(
                  Broker.class,
                  engine.broker(),
                  (call, arguments) ->
                      call.getName().equals("unsubscribe")
                          ? null
                          : call.invoke(engine.broker(), arguments));
          return new Engine(
              engine.sessions(),
              keeps,
              engine.inboxes(),
              engine.directory(),
              engine.presence(),
              engine.bus());
        });
  }

  @Test
  void anInboxThatIsNeverReadIsFound() {
    isFound(
        Check.DELIVERY,
        engine -> {
          var empty =
              forgets(
                  InboxStore.class,
                  engine.inboxes(),
                  "read",
                  () -> Optional.of(new InboxStore.Page(0, List.of())));
          return new Engine(
              engine.sessions(),
              engine.broker(),
              empty,
              engine.directory(),
              engine.presence(),
              engine.bus());
        });
  }

  private static Engine presence(Engine engine, PresenceStore presence) {
    return new Engine(
        engine.sessions(),
        engine.broker(),
        engine.inboxes(),
        engine.directory(),
        presence,
        engine.bus());
  }

  private static UnaryOperator<Engine> sessions(String step, Supplier<Object> answer) {
    return engine -> {
      var without = forgets(SessionStore.class, engine.sessions(), step, answer);
      return new Engine(
          without,
          engine.broker(),
          engine.inboxes(),
          engine.directory(),
          engine.presence(),
          engine.bus());
    };
  }

  /** As {@code real}, but {@code step} is answered and not done. */
  private static <T> T forgets(Class<T> type, T real, String step, Supplier<Object> answer) {
    var steps = List.of(type.getMethods()).stream().filter(m -> m.getName().equals(step));
    assertThat(steps).as("the port has the step").isNotEmpty();
    return SharedEngine.port(
        type,
        real,
        (call, arguments) ->
            call.getName().equals(step)
                ? completedFuture(answer.get())
                : call.invoke(real, arguments));
  }

  /** By the check that is for it; others may find it too. */
  private static void isFound(Check by, UnaryOperator<Engine> bug) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      try {
        new Simulation(seed, bug, by).run();
      } catch (Check.Broken found) {
        if (found.check() == by) {
          return;
        }
      }
    }
    throw new AssertionError("no run of " + SEEDS + " says " + by);
  }
}
