package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.delivery.InboxStore.Append;
import io.byssus.core.session.Lease;
import io.byssus.core.session.SessionStore;
import io.byssus.core.session.SessionStore.Claim.Expired;
import io.byssus.core.session.SessionStore.Claim.Granted;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.SessionStore.Renewal;
import io.byssus.protocol.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How long a session lives, and that it goes as a whole. */
abstract class SessionExpiry extends SessionTests {
  private static final Renewal WHOLE = new Renewal(List.of(), List.of(), List.of());

  @Test
  void aDetachedSessionLivesForItsTime() {
    var lease = created();
    assertHeld(sessions.release(lease));
    engine.advance(most(ttl));
    assertThat(granted(there, lease.session()).lease().term()).isEqualTo(2);
  }

  @Test
  void aSessionWhoseTimeHasPassedIsGoneThoughNobodySweptIt() {
    var lease = created();
    assertHeld(sessions.release(lease));
    engine.advance(ttl);
    assertThat(claim(lease.session(), TOKEN, TOKEN)).isEqualTo(new Expired());
    assertThat(get(elsewhere.holder(lease.session()))).isEmpty();
    assertThat(get(sessions.remove(lease.session()))).isEmpty();
  }

  @Test
  void theSessionOfADeadNodeExpiresToo() {
    var lease = created();
    engine.advance(ttl);
    sweptUntil(() -> holder(lease).equals(Optional.of(Optional.empty())));
    engine.advance(ttl);
    assertThat(claim(lease.session(), TOKEN, TOKEN)).isEqualTo(new Expired());
    sweptUp(List.of(lease));
  }

  @Test
  void anAttachedSessionStaysThoughItsTimeHasPassed() {
    var lease = created();
    engine.advance(ttl);
    assertThat(holder(lease)).contains(Optional.of(lease));
    assertHeld(sessions.subscribe(lease, "news", Optional.empty()));
    assertThat(append(lease)).isInstanceOf(Append.Taken.class);
    assertThat(granted(there, lease.session()).previous()).contains(lease);
  }

  @Test
  void whoIsTakenForDeadHasItsSessionAgainAsSoonAsItRenewsIt() {
    var lease = created();
    engine.advance(ttl);
    sweptUntil(() -> holder(lease).equals(Optional.of(Optional.empty())));
    assertLost(sessions.subscribe(lease, "news", Optional.empty()));

    assertThat(get(sessions.renew(List.of(lease))))
        .isEqualTo(new Renewal(List.of(), List.of(), List.of(lease)));

    assertThat(holder(lease)).contains(Optional.of(lease));
    assertHeld(sessions.subscribe(lease, "news", Optional.empty()));
    engine.advance(most(ttl));
    assertNotSwept(lease);
  }

  @Test
  void allPartsExpireTogether() {
    var lease = created(Map.of("name", Json.of("1")), Set.of("beta"));
    engine.advance(most(ttl));
    // Written late, and yet it does not outlive the rest.
    assertHeld(sessions.subscribe(lease, "news", Optional.empty()));
    assertHeld(sessions.release(lease));
    assertThat(append(lease)).isInstanceOf(Append.Taken.class);
    engine.advance(ttl);
    assertThat(claim(lease.session(), TOKEN, TOKEN)).isEqualTo(new Expired());
    assertThat(append(lease)).isEqualTo(Append.NO_SESSION);
    assertThat(get(here.engine().inboxes().read(lease, 0, Bounds.most(10)))).isEmpty();
  }

  private Append append(Lease lease) {
    return get(here.engine().inboxes().append(lease.session(), Json.of("1"), Optional.empty()));
  }

  @Test
  void renewingStartsTheTimeAnew() {
    var lease = created();
    for (var i = 0; i < 3; i++) {
      engine.advance(most(ttl));
      assertThat(get(sessions.renew(List.of(lease)))).isEqualTo(WHOLE);
    }
    assertThat(holder(lease)).contains(Optional.of(lease));
  }

  @Test
  void releasingStartsTheTimeAnew() {
    var lease = created();
    engine.advance(most(ttl));
    assertHeld(sessions.release(lease));
    engine.advance(most(ttl));
    assertThat(holder(lease)).contains(Optional.empty());
  }

  @Test
  void claimingStartsTheTimeAnew() {
    var lease = created();
    engine.advance(most(ttl));
    var taken = granted(there, lease.session()).lease();
    engine.advance(most(ttl));
    assertThat(holder(lease)).contains(Optional.of(taken));
  }

  @Test
  void renewingAnswersTheLeasesThatAreLost() {
    var held = created();
    var taken = created();
    var removed = created();
    var released = created();
    var unknown = new Lease(unique("session"), here.owner(), 1);
    granted(there, taken.session());
    get(sessions.remove(removed.session()));
    assertHeld(sessions.release(released));
    var older = new Lease(created().session(), here.owner(), 2);

    var renewal = get(sessions.renew(List.of(taken, held, removed, released, unknown, older)));

    assertThat(renewal.lost()).containsExactlyInAnyOrder(taken, removed, released);
    assertThat(renewal.forgotten()).containsExactlyInAnyOrder(unknown, older);
    assertThat(renewal.regained()).isEmpty();
    assertThat(get(sessions.renew(List.of()))).isEqualTo(WHOLE);
  }

  @Test
  void manyAreRenewedAtOnce() {
    var leases = created(300);
    engine.advance(most(ttl));
    assertThat(get(sessions.renew(leases))).isEqualTo(WHOLE);
    engine.advance(most(ttl));
    for (var lease : leases) {
      assertThat(holder(lease)).contains(Optional.of(lease));
    }
  }

  @Test
  void aLostLeaseGivesTheSessionNoTime() {
    var lease = created();
    assertHeld(sessions.release(lease));
    engine.advance(most(ttl));
    get(sessions.renew(List.of(lease)));
    engine.advance(most(ttl));
    assertThat(holder(lease)).isEmpty();
  }

  @Test
  void aRefusedClaimGivesTheSessionNoTime() {
    var lease = created();
    assertHeld(sessions.release(lease));
    engine.advance(most(ttl));
    get(sessions.claim(lease.session(), "mallory", TOKEN, TOKEN, there.owner()));
    engine.advance(most(ttl));
    assertThat(holder(lease)).isEmpty();
  }

  @Test
  void aSessionWhoseTimeHasPassedCannotBeRenewed() {
    var lease = created();
    assertHeld(sessions.release(lease));
    engine.advance(ttl);
    assertThat(get(sessions.renew(List.of(lease))).lost()).containsExactly(lease);
    assertThat(holder(lease)).isEmpty();
  }

  @Test
  void sweepingReportsWhatAnExpiredSessionLeaves() {
    var lease = created(Map.of(), Set.of("beta", "eu"));
    assertHeld(sessions.subscribe(lease, "news", Optional.empty()));
    assertHeld(sessions.subscribe(lease, "sport", Optional.empty()));
    assertHeld(sessions.release(lease));
    engine.advance(ttl);
    assertThat(sweptUp(List.of(lease)))
        .containsExactly(new Gone(lease, USER, Set.of("beta", "eu"), Set.of("news", "sport")));
  }

  @Test
  void anIdWhoseTimeHasPassedIsMadeAnewAtOnceAndWhatItLeavesIsTold() {
    var old = created(Map.of("name", Json.of("1")), Set.of("beta"));
    assertHeld(sessions.subscribe(old, "news", Optional.empty()));
    assertThat(append(old)).isInstanceOf(Append.Taken.class);
    assertHeld(sessions.release(old));
    engine.advance(ttl);

    var draft = new NewSession(old.session(), "bob", Map.of(), Set.of("eu"), TOKEN);
    var made = get(elsewhere.create(draft, there.owner()));

    assertThat(made.lease()).isEqualTo(new Lease(old.session(), there.owner(), 1));
    assertThat(made.replaced()).contains(new Gone(old, USER, Set.of("beta"), Set.of("news")));
    assertThat(holder(old)).contains(Optional.of(made.lease()));
    assertThat(
            get(there.engine().inboxes().read(made.lease(), 0, Bounds.most(10)))
                .orElseThrow()
                .items())
        .isEmpty();
    var claim = elsewhere.claim(old.session(), "bob", TOKEN, TOKEN, there.owner());
    var kept = ((Granted) get(claim)).session();
    assertThat(kept.attributes()).isEmpty();
    assertThat(kept.tags()).containsExactly("eu");
    assertThat(kept.subscriptions()).isEmpty();
    assertNotSwept(old);
  }

  @Test
  void ofManyWhoMakeAPassedIdAnewOneIsToldWhatWasThere() {
    var old = created(Map.of(), Set.of("beta"));
    assertHeld(sessions.release(old));
    engine.advance(ttl);
    var draft = new NewSession(old.session(), USER, Map.of(), Set.of(), TOKEN);
    var made = atOnce(8, i -> () -> get(sessions.create(draft, here.owner())));
    assertThat(made.stream().filter(each -> each.replaced().isPresent())).hasSize(1);
    assertThat(stored(old).tags()).isEmpty();
    assertNotSwept(old);
  }

  @Test
  void sweepingReportsEachSessionOnce() {
    var leases = released(7);
    engine.advance(ttl);
    sweptUp(leases);
    assertNotSwept(leases.toArray(Lease[]::new));
  }

  @Test
  void sweepingTakesNoMoreThanItsLimit() {
    var leases = released(7);
    engine.advance(ttl);
    var first = get(sessions.sweep(3));
    assertThat(first).hasSizeLessThanOrEqualTo(3);
    var reported = first.stream().map(Gone::session).toList();
    sweptUp(leases.stream().filter(lease -> !reported.contains(lease.session())).toList());
  }

  @Test
  void concurrentSweepsReportEachSessionOnce() {
    var leases = released(60);
    engine.advance(ttl);
    var reported = new ArrayList<String>();
    atOnce(8, i -> () -> sweptInSmallSteps(i % 2 == 0 ? sessions : elsewhere))
        .forEach(reported::addAll);
    reported.retainAll(leases.stream().map(Lease::session).toList());
    assertThat(reported).doesNotHaveDuplicates();
    sweptUp(leases.stream().filter(lease -> !reported.contains(lease.session())).toList());
    assertNotSwept(leases.toArray(Lease[]::new));
  }

  private static List<String> sweptInSmallSteps(SessionStore store) {
    var swept = new ArrayList<String>();
    for (var i = 0; i < 20; i++) {
      get(store.sweep(3)).forEach(gone -> swept.add(gone.session()));
    }
    return swept;
  }

  @Test
  void sweepingLeavesTheLiving() {
    var dying = created();
    assertHeld(sessions.release(dying));
    engine.advance(most(ttl));
    var living = created();
    engine.advance(most(ttl));
    sweptUp(List.of(dying));
    assertNotSwept(living);
    assertThat(holder(living)).contains(Optional.of(living));
  }

  @Test
  void aRenewedSessionIsSweptWhenItsLaterTimeHasPassed() {
    var renewed = created();
    var other = created();
    assertHeld(sessions.release(other));
    engine.advance(most(ttl));
    get(sessions.renew(List.of(renewed)));
    assertHeld(sessions.release(renewed));
    engine.advance(most(ttl));
    sweptUp(List.of(other));
    assertNotSwept(renewed);
    engine.advance(most(ttl));
    sweptUp(List.of(renewed));
  }

  @Test
  void aSessionThatWasOftenClaimedAndReleasedIsSweptOnce() {
    var lease = created();
    for (var i = 0; i < 10; i++) {
      assertHeld(sessions.release(granted(here, lease.session()).lease()));
    }
    engine.advance(ttl);
    assertThat(claim(lease.session(), TOKEN, TOKEN)).isEqualTo(new Expired());
    sweptUp(List.of(lease));
    assertNotSwept(lease);
  }

  private List<Lease> created(int count) {
    return IntStream.range(0, count).mapToObj(i -> created()).toList();
  }

  private List<Lease> released(int count) {
    var leases = created(count);
    leases.forEach(lease -> assertHeld(sessions.release(lease)));
    return leases;
  }
}
