package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.delivery.InboxStore.Append;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionStore;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.SessionStore.Orphan;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The sessions of a node that died are detached by the others. */
abstract class SessionAbandon extends SessionTests {
  private static final int AT_ONCE = 100;

  /** No other test has it: all its sessions are ours. */
  private final Owner dead = new Owner(unique("dead"), "1");

  @Test
  void theAttachedSessionsOfTheDeadAreReportedWithTheirChannels() {
    var lease = createdBy(dead);
    assertHeld(sessions.subscribe(lease, "news", Optional.of(new Position("epoch", 1))));
    assertHeld(sessions.subscribe(lease, "room.*", Optional.empty()));

    assertThat(get(elsewhere.abandon(dead, AT_ONCE)))
        .containsExactly(new Orphan(lease, Set.of("news", "room.*")));
    assertThat(holder(lease)).contains(Optional.empty());
  }

  @Test
  void whoHasNothingLeavesNothing() {
    assertThat(get(sessions.abandon(dead, AT_ONCE))).isEmpty();
  }

  @Test
  void theSessionsOfOthersAreLeftAlone() {
    var restarted = createdBy(new Owner(dead.node(), "2"));
    var other = created();
    createdBy(dead);

    assertThat(abandoned()).hasSize(1);

    assertThat(holder(restarted)).contains(Optional.of(restarted));
    assertThat(holder(other)).contains(Optional.of(other));
  }

  @Test
  void sessionsThatTheDeadHasNoMoreAreNotReported() {
    var released = createdBy(dead);
    assertHeld(sessions.release(released));
    var removed = createdBy(dead);
    assertThat(get(sessions.remove(removed.session()))).isPresent();
    var ended = createdBy(dead);
    assertThat(get(sessions.end(ended))).isPresent();
    var taken = granted(there, createdBy(dead).session()).lease();

    assertThat(abandoned()).isEmpty();

    assertThat(holder(taken)).contains(Optional.of(taken));
  }

  @Test
  void aSessionThatTheDeadHadTakenOverIsItsOwn() {
    var lease = created();
    var taken = granted(new EngineUnderTest.Node(dead, there.engine()), lease.session()).lease();

    assertThat(abandoned()).containsExactly(lease.session());

    assertThat(holder(taken)).contains(Optional.empty());
  }

  @Test
  void aSessionThatWasNotRenewedInTimeIsOneOfThem() {
    var lease = createdBy(dead);
    engine.advance(ttl);
    assertThat(abandoned()).containsExactly(lease.session());
    engine.advance(ttl);
    assertThat(sweptUp(List.of(lease))).hasSize(1);
  }

  @Test
  void noMoreThanTheLimitAreReportedAtOnceAndAllInTheEnd() {
    IntStream.range(0, 5).forEach(_ -> createdBy(dead));
    assertThat(get(sessions.abandon(dead, 2))).hasSizeBetween(1, 2);
    assertThat(abandoned()).hasSizeBetween(3, 4);
    assertThat(get(sessions.abandon(dead, 2))).isEmpty();
  }

  @Test
  void ofManyConcurrentCallersEachSessionIsReportedToOne() {
    var leases = IntStream.range(0, 40).mapToObj(_ -> createdBy(dead)).toList();
    var reported = atOnce(8, i -> () -> abandoned(i % 2 == 0 ? sessions : elsewhere, 3));
    assertThat(reported.stream().flatMap(List::stream))
        .containsExactlyInAnyOrderElementsOf(leases.stream().map(Lease::session).toList());
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "RENEW")
  void theDeadWritesNothingIfItLivesAfterAll(Write write) {
    var lease = createdBy(dead);
    var start = Optional.of(new Position("epoch", 1));
    assertHeld(sessions.subscribe(lease, Write.SUBSCRIBED, start));
    assertThat(abandoned()).hasSize(1);

    if (write == Write.RELEASE) {
      assertHeld(write.by(lease, here.engine())); // repeated, as by the one that was detached
    } else {
      assertLost(write.by(lease, here.engine()));
    }
    assertThat(holder(lease)).contains(Optional.empty());
  }

  @Test
  void theDeadHasItsSessionAgainWhenItRenewsItAndNobodyHasComeForIt() {
    var lease = createdBy(dead);
    var taken = createdBy(dead);
    assertThat(abandoned()).hasSize(2);
    granted(there, taken.session());

    var renewal = get(sessions.renew(List.of(lease, taken)));

    assertThat(renewal.regained()).containsExactly(lease);
    assertThat(renewal.lost()).containsExactly(taken);
    assertThat(holder(lease)).contains(Optional.of(lease));
    assertThat(abandoned()).containsExactly(lease.session());
  }

  @Test
  void theSessionCanBeResumedWithAllItsPartsUnderTheNextTerm() {
    var lease = createdBy(dead);
    assertHeld(setAttributes(lease, Map.of("name", Json.of("1"))));
    var start = Optional.of(new Position("epoch", 1));
    assertHeld(sessions.subscribe(lease, "news", start));
    assertThat(abandoned()).hasSize(1);
    assertThat(get(here.engine().inboxes().append(lease.session(), Json.of("2"), Optional.empty())))
        .isInstanceOf(Append.Taken.class);

    var granted = granted(there, lease.session());

    assertThat(granted.previous()).isEmpty();
    assertThat(granted.lease()).isEqualTo(new Lease(lease.session(), there.owner(), 2));
    assertThat(granted.session().attributes()).isEqualTo(Map.of("name", Json.of("1")));
    assertThat(granted.session().subscriptions()).isEqualTo(Map.of("news", start));
    assertThat(
            get(there.engine().inboxes().read(granted.lease(), 0, Bounds.most(10)))
                .orElseThrow()
                .items())
        .hasSize(1);
  }

  @Test
  void theTimeToLiveStartsAnew() {
    var lease = createdBy(dead);
    engine.advance(most(ttl));
    assertThat(abandoned()).hasSize(1);
    engine.advance(most(ttl));
    assertThat(holder(lease)).contains(Optional.empty());
    engine.advance(most(ttl));
    assertThat(holder(lease)).isEmpty();
  }

  @Test
  void whatAnOwnerHoldsIsToldInParts() {
    var held = IntStream.range(0, 20).mapToObj(_ -> createdBy(dead).session()).toList();
    var taken = granted(new EngineUnderTest.Node(dead, there.engine()), created().session());
    var all = new ArrayList<String>();
    for (int part = 0; part < SessionStore.HELD_PARTS; part++) {
      all.addAll(get(elsewhere.heldBy(dead, part)));
    }
    assertThat(all).doesNotHaveDuplicates().containsAll(held).contains(taken.lease().session());
    assertThat(all).hasSize(21);
    assertThat(get(sessions.heldBy(new Owner(unique("nobody"), "1"), 0))).isEmpty();
  }

  private Lease createdBy(Owner owner) {
    var draft = new NewSession(unique("session"), USER, Map.of(), Set.of(), TOKEN);
    return get(sessions.create(draft, owner)).lease();
  }

  private List<String> abandoned() {
    return abandoned(sessions, AT_ONCE);
  }

  /** All that is left. */
  private List<String> abandoned(SessionStore store, int limit) {
    var all = new ArrayList<String>();
    List<Orphan> some;
    do {
      some = get(store.abandon(dead, limit));
      assertThat(some).hasSizeLessThanOrEqualTo(limit);
      some.forEach(orphan -> all.add(orphan.session()));
    } while (!some.isEmpty());
    return all;
  }
}
