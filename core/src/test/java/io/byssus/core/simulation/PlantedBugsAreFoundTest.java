package io.byssus.core.simulation;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.channel.Broker;
import io.byssus.core.delivery.InboxStore;
import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.engine.ClusterBus;
import io.byssus.core.engine.Engine;
import io.byssus.core.presence.PresenceStore;
import io.byssus.core.session.Fence;
import io.byssus.core.session.SessionStore;
import io.byssus.protocol.Durability;
import io.byssus.protocol.Position;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
  void aSessionThatIsNotWrittenAnewIsFound() {
    // Few runs forget, and of these few have nothing else by which a session may go.
    isFound(Check.HEALED, sessions("restore", () -> Fence.HELD), 1_000);
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

  @Test
  void aStoreThatBringsBackWhatWasLeftIsFound() {
    isFound(Check.LEFT, sessions("unsubscribe", () -> Fence.HELD));
  }

  @Test
  void anEpochThatNeverWasIsFound() {
    isFound(
        Check.NONSENSE,
        broken(
            SessionStore.class,
            "acknowledge",
            (real, arguments) -> {
              var place = (Position) arguments[2];
              arguments[2] = new Position(SimulatedClient.NONSENSE, place.offset());
              return real.ask();
            }));
  }

  @Test
  void whoStandsInTheWayOfItselfIsFound() {
    isFound(Check.TOO_MANY_SESSIONS, sessions("release", () -> Fence.HELD));
  }

  @Test
  void whoIsNotToldThatItsSessionWasTakenIsFound() {
    var deaf = broken(ClusterBus.class, "tell", (_, _) -> completedFuture(null));
    var blind = sessions("renew", () -> new SessionStore.Renewal(List.of(), List.of(), List.of()));
    var asleep =
        broken(
            InboxStore.class,
            "read",
            (_, arguments) ->
                completedFuture(Optional.of(new InboxStore.Page((long) arguments[1], List.of()))));
    isFound(Check.GHOST, engine -> deaf.apply(blind.apply(asleep.apply(engine))));
  }

  @Test
  void aSureFailureThatIsToldAsUnknownIsFound() {
    isFound(Check.SURELY_NOT_DONE, broken(SessionStore.class, "set", (_, _) -> lost()));
  }

  @Test
  void anEngineThatRefusesWhileAllIsWellIsFound() {
    isFound(Check.WELL, broken(SessionStore.class, "set", (_, _) -> lost()));
  }

  @Test
  void aCommandThatIsNeverAnsweredIsFound() {
    isFound(Check.ANSWERED, broken(SessionStore.class, "set", (_, _) -> new CompletableFuture<>()));
  }

  @Test
  void whoCannotComeBackIsFound() {
    isFound(Check.COMES_BACK, broken(SessionStore.class, "claim", (_, _) -> lost()));
  }

  @Test
  void aPlaceAtTheGateThatIsNeverGivenBackIsFound() {
    isFound(
        Check.LEFT_BEHIND,
        broken(SessionStore.class, "create", (_, _) -> new CompletableFuture<>()));
  }

  @Test
  void aNodeThatNeverHearsOfItsLeasesIsFound() {
    isFound(Check.READY, broken(SessionStore.class, "renew", (_, _) -> new CompletableFuture<>()));
  }

  @Test
  void whoStaysDegradedIsFound() {
    isFound(
        Check.DEGRADED, broken(SessionStore.class, "renew", (_, _) -> new CompletableFuture<>()));
  }

  @Test
  void aLatestThatGetsLostIsFound() {
    isFound(
        Check.LATEST,
        broken(
            Broker.class,
            "publish",
            (real, arguments) ->
                arguments[0].equals("latest.v")
                    ? completedFuture(
                        new Broker.Outcome.Stored(Optional.empty(), Durability.ACCEPTED, false))
                    : real.ask()));
  }

  @Test
  void anAnswerThatNobodyUnderstandsIsFound() {
    isFound(
        Check.FAILED_TASK,
        broken(Broker.class, "publish", (_, _) -> completedFuture("not an outcome")));
  }

  private static CompletionStage<?> lost() {
    return CompletableFuture.failedFuture(new IllegalStateException("lost"));
  }

  /** What is asked, done as it should be. */
  private interface Real {
    Object ask() throws ReflectiveOperationException;
  }

  private interface Broken {
    Object answer(Real real, Object[] arguments) throws ReflectiveOperationException;
  }

  /** An engine of which one step of one port does something else. */
  private static UnaryOperator<Engine> broken(Class<?> port, String step, Broken instead) {
    var steps = List.of(port.getMethods()).stream().filter(m -> m.getName().equals(step));
    assertThat(steps).as("the port has the step").isNotEmpty();
    return engine ->
        new Engine(
            broken(SessionStore.class, engine.sessions(), port, step, instead),
            broken(Broker.class, engine.broker(), port, step, instead),
            broken(InboxStore.class, engine.inboxes(), port, step, instead),
            engine.directory(),
            engine.presence(),
            broken(ClusterBus.class, engine.bus(), port, step, instead));
  }

  private static <T> T broken(Class<T> type, T real, Class<?> port, String step, Broken instead) {
    return type != port
        ? real
        : SharedEngine.port(
            type,
            real,
            (call, arguments) ->
                call.getName().equals(step)
                    ? instead.answer(() -> call.invoke(real, arguments), arguments)
                    : call.invoke(real, arguments));
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
    isFound(by, bug, SEEDS);
  }

  private static void isFound(Check by, UnaryOperator<Engine> bug, int seeds) {
    for (long seed = 1; seed <= seeds; seed++) {
      try {
        new Simulation(seed, bug, by).run();
      } catch (Check.Broken found) {
        if (found.check() == by) {
          return;
        }
      }
    }
    throw new AssertionError("no run of " + seeds + " says " + by);
  }
}
