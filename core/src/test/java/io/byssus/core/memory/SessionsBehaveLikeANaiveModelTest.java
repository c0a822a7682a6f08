package io.byssus.core.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.delivery.InboxStore;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.session.ResumeTokens;
import io.byssus.core.session.SessionStore;
import io.byssus.core.session.SessionStore.Claim;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.StoredSession;
import io.byssus.core.session.TokenHash;
import io.byssus.core.session.Tombstone;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Whatever is done in whatever order: the memory engine and {@link NaiveSessions} give the same
 * answers.
 */
class SessionsBehaveLikeANaiveModelTest {
  private static final EngineSettings SETTINGS =
      new EngineSettings(
          Duration.ofSeconds(30),
          3,
          20,
          Duration.ofSeconds(12),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60));

  private enum Step {
    CREATE,
    CLAIM,
    SET_ATTRIBUTE,
    SET_TAG,
    SUBSCRIBE,
    UNSUBSCRIBE,
    ACKNOWLEDGE,
    RENEW,
    RESTORE,
    BURY,
    RELEASE,
    REMOVE,
    END,
    HOLDER,
    SWEEP,
    APPEND,
    READ,
    ACKNOWLEDGE_INBOX,
    ADVANCE
  }

  /** Enough claims that they meet each other; few that end a session. */
  private static final List<Step> STEPS =
      Stream.concat(Stream.of(Step.values()), Stream.generate(() -> Step.CLAIM).limit(6)).toList();

  /** One step; what each number picks depends on it. */
  private record Act(Step step, int session, int lease, int number) {}

  @Provide
  Arbitrary<List<Act>> acts() {
    var act =
        Combinators.combine(
                Arbitraries.of(STEPS),
                Arbitraries.frequency(Tuple.of(4, 0), Tuple.of(1, 1), Tuple.of(1, 2)),
                Arbitraries.integers().between(0, 3),
                Arbitraries.integers().between(0, 9))
            .as(Act::new);
    return act.list().ofMinSize(60).ofMaxSize(150);
  }

  @Property
  void theSameAnswers(@ForAll("acts") List<Act> acts) {
    var run = new Run();
    acts.forEach(run::perform);
    run.perform(new Act(Step.SWEEP, 0, 0, 0));
  }

  /** The two side by side, with the ids and leases that were handed out. */
  private static final class Run {
    private final ManualTicker ticker = new ManualTicker();
    private final NaiveSessions model = new NaiveSessions(SETTINGS);
    private final SessionStore sessions;
    private final InboxStore inboxes;
    private final List<String> ids = new ArrayList<>(List.of("unknown"));
    private final List<Lease> leases = new ArrayList<>();
    private final List<TokenHash> tokens = new ArrayList<>(List.of(token(0)));

    Run() {
      var engine = MemoryEngine.create(SETTINGS, ticker, new SplittableRandom(1));
      sessions = engine.sessions();
      inboxes = engine.inboxes();
      leases.add(new Lease("unknown", owner(0), 1));
    }

    void perform(Act act) {
      var id = recent(ids, act.session);
      var lease = recent(leases, act.lease);
      var number = act.number;
      var channel = "channel-" + number % 3;
      var position = new Position("epoch", number);
      switch (act.step) {
        case CREATE -> create(number);
        case CLAIM -> claim(id, act.lease, number);
        case SET_ATTRIBUTE -> {
          var changes = Map.of("a" + number % 3, number < 3 ? Json.NULL : Json.of("" + number));
          same(model.setAttributes(lease, changes), sessions.set(lease, changes, Optional.empty()));
        }
        case SET_TAG -> {
          var tags = Set.of("tag-" + number);
          same(model.setTags(lease, tags), sessions.set(lease, Map.of(), Optional.of(tags)));
        }
        case SUBSCRIBE -> {
          var start = number < 5 ? Optional.of(position) : Optional.<Position>empty();
          same(model.subscribe(lease, channel, start), sessions.subscribe(lease, channel, start));
        }
        case UNSUBSCRIBE ->
            same(model.unsubscribe(lease, channel), sessions.unsubscribe(lease, channel));
        case ACKNOWLEDGE ->
            same(
                model.acknowledge(lease, channel, position),
                sessions.acknowledge(lease, channel, position));
        case RENEW -> {
          var some = List.of(lease, recent(leases, number % 4));
          same(model.renew(some), sessions.renew(some));
        }
        case RESTORE -> {
          var later = number % 2 == 0 ? lease : next(lease);
          var known =
              new StoredSession(
                  later.session(),
                  "ann",
                  new ResumeTokens(recent(tokens, act.lease), List.of(token(number))),
                  Map.of("a1", Json.of("" + number)),
                  Set.of("restored"),
                  Map.of(channel, Optional.of(position)),
                  number / 2);
          same(model.restore(later, known, number), sessions.restore(later, known, number, false));
          leases.add(later);
        }
        case BURY -> {
          var stone = new Tombstone(id, act.lease + 1);
          var buried = sessions.bury(List.of(stone)).toCompletableFuture().join();
          assertThat(Set.copyOf(buried)).isEqualTo(model.bury(stone));
        }
        case RELEASE -> same(model.release(lease), sessions.release(lease));
        case REMOVE -> same(model.remove(id), sessions.remove(id));
        case END -> same(model.end(lease), sessions.end(lease));
        case HOLDER -> same(model.holder(id), sessions.holder(id));
        case SWEEP -> sweep();
        case APPEND -> {
          var data = Json.of("" + 10L * number * number * number);
          same(model.append(id, data), inboxes.append(id, data, Optional.empty()));
        }
        case READ ->
            same(
                model.read(lease, number, Bounds.most(number)),
                inboxes.read(lease, number, Bounds.most(number)));
        case ACKNOWLEDGE_INBOX ->
            same(model.acknowledgeInbox(lease, number), inboxes.acknowledge(lease, number));
        case ADVANCE -> {
          ticker.advance(Duration.ofSeconds(number));
          model.advance(Duration.ofSeconds(number));
        }
      }
    }

    private static Lease next(Lease lease) {
      return new Lease(lease.session(), lease.owner(), lease.term() + 1);
    }

    private void create(int number) {
      // Now and then an id comes again, as those of devices do: then it is all about its time.
      var id = "session-" + (number == 0 ? Math.max(0, ids.size() - 1) : ids.size());
      var made =
          new NewSession(
              id, "ann", Map.of("a0", Json.of("" + number)), Set.of("new"), token(number));
      var created = model.create(made, owner(number));
      same(created, sessions.create(made, owner(number)));
      ids.add(id);
      tokens.add(made.token());
      leases.add(created.lease());
    }

    private void claim(String id, int back, int number) {
      var user = number == 9 ? "bob" : "ann";
      var presented = recent(tokens, back);
      var next = token(number);
      var claim = model.claim(id, user, presented, next, owner(number));
      same(claim, sessions.claim(id, user, presented, next, owner(number)));
      tokens.add(next);
      if (claim instanceof Claim.Granted granted) {
        leases.add(granted.lease());
      }
    }

    private void sweep() {
      var swept = new HashSet<>();
      int before;
      do {
        before = swept.size();
        swept.addAll(sessions.sweep(2).toCompletableFuture().join());
      } while (swept.size() > before);
      assertThat(swept).isEqualTo(model.sweep());
    }

    private static <T> void same(T expected, CompletionStage<T> answer) {
      assertThat(answer.toCompletableFuture().join()).isEqualTo(expected);
    }

    private static <T> T recent(List<T> all, int back) {
      return all.get(Math.max(0, all.size() - 1 - back));
    }

    private static TokenHash token(int number) {
      return TokenHash.of("token-" + number);
    }

    private static Owner owner(int number) {
      return new Owner("n" + number % 2, "i1");
    }
  }
}
