package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.delivery.InboxStore;
import io.byssus.core.delivery.InboxStore.Append;
import io.byssus.core.session.Lease;
import io.byssus.core.session.ResumeTokens;
import io.byssus.core.session.SessionStore;
import io.byssus.core.session.SessionStore.Claim;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.StoredSession;
import io.byssus.core.session.TokenHash;
import io.byssus.core.session.Tombstone;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage.Item;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the store has forgotten is written anew by its holder, and by nobody who may not. */
abstract class SessionRestoring extends SessionTests {
  private static final TokenHash SINCE = TokenHash.of("handed out since");

  private static StoredSession known(String session) {
    return new StoredSession(
        session,
        USER,
        new ResumeTokens(TOKEN, List.of(SINCE)),
        Map.of("name", Json.of("\"Ann\"")),
        Set.of("beta", "eu"),
        Map.of("news", Optional.of(new Position("epoch", 7)), "room.*", Optional.empty()),
        3);
  }

  private Lease forgotten(long term) {
    return new Lease(unique("session"), here.owner(), term);
  }

  private Lease restored(long term) {
    var lease = forgotten(term);
    assertHeld(sessions.restore(lease, known(lease.session()), 5, false));
    return lease;
  }

  @Test
  void aForgottenSessionIsBackWithAllItsParts() {
    var lease = restored(4);
    assertThat(holder(lease)).contains(Optional.of(lease));

    var claim = granted(there, lease.session());

    assertThat(claim.lease().term()).isEqualTo(5);
    assertThat(claim.previous()).contains(lease);
    var known = known(lease.session());
    assertThat(claim.session().user()).isEqualTo(known.user());
    assertThat(claim.session().attributes()).isEqualTo(known.attributes());
    assertThat(claim.session().tags()).isEqualTo(known.tags());
    assertThat(claim.session().subscriptions()).isEqualTo(known.subscriptions());
    assertThat(claim.session().inbox()).isEqualTo(3);
  }

  @Test
  void itsTokensResumeItAndNoOthers() {
    var lease = restored(1);
    var next = TokenHash.of("next");
    assertThat(claim(lease.session(), TokenHash.of("another"), next))
        .isEqualTo(new Claim.Refused());
    assertThat(claim(lease.session(), SINCE, next)).isInstanceOf(Claim.Granted.class);
    assertThat(claim(lease.session(), TOKEN, next)).isEqualTo(new Claim.Refused());
  }

  @Test
  void itLivesAndIsFoundLikeAnyOther() {
    var lease = restored(2);
    assertThat(get(sessions.renew(List.of(lease))).whole()).isTrue();
    assertThat(heldHere()).contains(lease.session());
    assertHeld(sessions.release(lease));
    engine.advance(ttl);
    assertThat(sweptUp(List.of(lease)))
        .containsExactly(new Gone(lease, USER, Set.of("beta", "eu"), Set.of("news", "room.*")));
  }

  private List<String> heldHere() {
    return IntStream.range(0, SessionStore.HELD_PARTS)
        .boxed()
        .flatMap(part -> get(sessions.heldBy(here.owner(), part)).stream())
        .toList();
  }

  @Test
  void theDeadHaveWhatTheyRestored() {
    var lease = restored(2);
    assertThat(get(elsewhere.abandon(here.owner(), 1_000)).stream().map(o -> o.session()))
        .contains(lease.session());
  }

  @Test
  void directedMessagesComeAfterThoseThatWereSent() {
    var lease = restored(1);
    assertThat(append(lease)).isInstanceOf(Append.Taken.class);
    assertThat(offsets(lease, 5)).containsExactly(6L);
  }

  @Test
  void whereMessagesMayBeMissingTheOffsetsLeap() {
    var lease = forgotten(1);
    assertHeld(sessions.restore(lease, known(lease.session()), 5, true));
    assertThat(append(lease)).isInstanceOf(Append.Taken.class);
    assertThat(offsets(lease, 5)).allMatch(offset -> offset >= 5 + InboxStore.LEAP - 1);
  }

  private Append append(Lease lease) {
    return get(here.engine().inboxes().append(lease.session(), Json.of("1"), Optional.empty()));
  }

  private List<Long> offsets(Lease lease, long after) {
    var page = get(here.engine().inboxes().read(lease, after, Bounds.most(10))).orElseThrow();
    return page.items().stream().map(Item::offset).toList();
  }

  @Test
  void whatIsThereIsWrittenOverButForItsInbox() {
    var lease = created(Map.of("old", Json.of("1")), Set.of("old"));
    for (var i = 0; i < 7; i++) {
      assertThat(append(lease)).isInstanceOf(Append.Taken.class);
    }

    assertHeld(sessions.restore(lease, known(lease.session()), 5, true));

    assertThat(offsets(lease, 3)).containsExactly(4L, 5L, 6L, 7L);
    assertThat(append(lease)).isInstanceOf(Append.Taken.class);
    assertThat(offsets(lease, 7)).containsExactly(8L);
    var kept = stored(lease);
    assertThat(kept.attributes()).isEqualTo(known(lease.session()).attributes());
    assertThat(kept.tags()).containsExactlyInAnyOrder("beta", "eu");
    assertThat(kept.subscriptions().keySet()).containsExactlyInAnyOrder("news", "room.*");
  }

  @Test
  void anOlderStateYields() {
    var older = created();
    var lease = new Lease(older.session(), there.owner(), 3);

    assertHeld(elsewhere.restore(lease, known(lease.session()), 0, false));

    assertThat(holder(older)).contains(Optional.of(lease));
    assertLost(sessions.subscribe(older, "late", Optional.empty()));
    assertThat(get(sessions.renew(List.of(older))).lost()).containsExactly(older);
    assertThat(get(elsewhere.renew(List.of(lease))).whole()).isTrue();
  }

  @Test
  void nobodyRestoresWhatAnotherHasTaken() {
    var mine = created();
    var taken = granted(there, mine.session()).lease();
    assertLost(sessions.restore(mine, known(mine.session()), 0, false));
    assertHeld(elsewhere.release(taken));
    assertLost(sessions.restore(mine, known(mine.session()), 0, false));
    assertThat(holder(mine)).contains(Optional.empty());
  }

  @Test
  void ofTwoWithTheSameTermTheOneThatTheStoreKnowsHasTheSession() {
    var known = created();
    var other = new Lease(known.session(), there.owner(), known.term());
    assertLost(elsewhere.restore(other, known(known.session()), 0, false));
    assertThat(holder(known)).contains(Optional.of(known));
  }

  @Test
  void nobodyRestoresWhatItGaveBack() {
    var lease = created();
    assertHeld(sessions.release(lease));
    assertLost(sessions.restore(lease, known(lease.session()), 0, false));
    assertThat(holder(lease)).contains(Optional.empty());
  }

  @Test
  void whoWasTakenForDeadMayRestore() {
    var lease = created();
    get(elsewhere.abandon(here.owner(), 1_000));
    assertThat(holder(lease)).contains(Optional.empty());
    assertHeld(sessions.restore(lease, known(lease.session()), 0, false));
    assertThat(holder(lease)).contains(Optional.of(lease));
  }

  @Test
  void nobodyRestoresWhatHasEnded() {
    var ended = created();
    assertThat(get(sessions.end(ended))).isPresent();
    assertLost(sessions.restore(ended, known(ended.session()), 0, false));
    var removed = created();
    assertThat(get(elsewhere.remove(removed.session()))).isPresent();
    assertLost(sessions.restore(removed, known(removed.session()), 0, false));
    assertThat(get(sessions.renew(List.of(ended, removed))).lost())
        .containsExactlyInAnyOrder(ended, removed);
  }

  @Test
  void whatWasSweptMayBeRestored() {
    var lease = created();
    engine.advance(ttl);
    sweptUntil(() -> holder(lease).equals(Optional.of(Optional.empty())));
    engine.advance(ttl);
    sweptUp(List.of(lease));
    assertThat(get(sessions.renew(List.of(lease))).forgotten()).containsExactly(lease);
    assertHeld(sessions.restore(lease, known(lease.session()), 0, false));
  }

  @Test
  void atATombstoneThatIsSaidAgainNobodyRestores() {
    var lease = forgotten(3);
    assertThat(get(elsewhere.bury(List.of(new Tombstone(lease.session(), 3))))).isEmpty();
    assertLost(sessions.restore(lease, known(lease.session()), 0, false));
    assertThat(get(sessions.renew(List.of(lease))).lost()).containsExactly(lease);
    var later = new Lease(lease.session(), there.owner(), 4);
    assertHeld(elsewhere.restore(later, known(lease.session()), 0, false));
  }

  @Test
  void whatWasRestoredTooEarlyGoesWithItsTombstone() {
    var lease = restored(3);
    assertThat(get(elsewhere.bury(List.of(new Tombstone(lease.session(), 3)))))
        .containsExactly(new Gone(lease, USER, Set.of("beta", "eu"), Set.of("news", "room.*")));
    assertThat(holder(lease)).isEmpty();
    assertThat(append(lease)).isEqualTo(Append.NO_SESSION);
  }

  @Test
  void aTombstoneOfAnEarlierTermHarmsNobody() {
    var lease = restored(3);
    assertThat(get(elsewhere.bury(List.of(new Tombstone(lease.session(), 2))))).isEmpty();
    assertThat(holder(lease)).contains(Optional.of(lease));
    assertHeld(sessions.release(lease));
    assertThat(get(elsewhere.bury(List.of(new Tombstone(lease.session(), 2))))).isEmpty();
    assertThat(holder(lease)).contains(Optional.empty());
  }

  @Test
  void whoIsMadeAnewAfterItsEndComesAfterItsTombstone() {
    var ended = restored(6);
    assertThat(get(sessions.end(ended))).isPresent();
    var draft = new NewSession(ended.session(), USER, Map.of(), Set.of(), TOKEN);

    var made = get(elsewhere.create(draft, there.owner())).lease();

    assertThat(made.term()).isEqualTo(7);
    assertLost(sessions.restore(ended, known(ended.session()), 0, false));
    assertThat(get(sessions.bury(List.of(new Tombstone(ended.session(), 6))))).isEmpty();
    assertThat(holder(made)).contains(Optional.of(made));
  }
}
