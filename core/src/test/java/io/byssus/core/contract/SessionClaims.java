package io.byssus.core.contract;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.session.Lease;
import io.byssus.core.session.ResumeTokens;
import io.byssus.core.session.SessionStore.Claim.Expired;
import io.byssus.core.session.SessionStore.Claim.Granted;
import io.byssus.core.session.SessionStore.Claim.Refused;
import io.byssus.core.session.SessionStore.Created;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.TokenHash;
import io.byssus.protocol.Json;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Who gets a session: tokens, terms, and one winner. */
abstract class SessionClaims extends SessionTests {
  private static final TokenHash SECOND = TokenHash.of("second");
  private static final TokenHash THIRD = TokenHash.of("third");
  private static final TokenHash FOURTH = TokenHash.of("fourth");

  @Test
  void aNewSessionIsHeldByItsMakerUnderTermOne() {
    var lease = created();
    assertThat(lease).isEqualTo(new Lease(lease.session(), here.owner(), 1));
    assertThat(holder(lease)).contains(Optional.of(lease));
    assertThat(get(elsewhere.holder(lease.session()))).contains(Optional.of(lease));
  }

  @Test
  void aNewSessionComesBackAsItWasMade() {
    var lease = created(Map.of("name", Json.of("\"Ann\"")), Set.of("beta", "eu"));
    var stored = stored(lease);
    assertThat(stored.id()).isEqualTo(lease.session());
    assertThat(stored.user()).isEqualTo(USER);
    assertThat(stored.attributes()).isEqualTo(Map.of("name", Json.of("\"Ann\"")));
    assertThat(stored.tags()).isEqualTo(Set.of("beta", "eu"));
    assertThat(stored.subscriptions()).isEmpty();
    assertThat(stored.inbox()).isZero();
  }

  @Test
  void aNewSessionHasNoAttributeThatIsNull() {
    var lease = created(Map.of("name", Json.NULL, "theme", Json.of("1")), Set.of());
    assertThat(stored(lease).attributes()).isEqualTo(Map.of("theme", Json.of("1")));
  }

  @Test
  void makingASessionAgainChangesNothing() {
    var draft = new NewSession(unique("session"), USER, Map.of(), Set.of(), TOKEN);
    var lease = get(sessions.create(draft, here.owner())).lease();
    assertHeld(setTags(lease, Set.of("beta")));
    assertThat(get(sessions.create(draft, here.owner())))
        .isEqualTo(new Created(lease, Optional.empty()));
    assertThat(holder(lease)).contains(Optional.of(lease));
    assertThat(stored(lease).tags()).containsExactly("beta");
  }

  @Test
  void aSessionWithoutTokenIsClaimedByItsUserAgainAndAgain() {
    var id = unique("device:g1:7");
    get(
        sessions.create(
            new NewSession(id, USER, Map.of(), Set.of(), TokenHash.NONE), here.owner()));
    for (var term = 2; term < 12; term++) {
      var claim = get(sessions.claim(id, USER, TokenHash.NONE, TokenHash.NONE, here.owner()));
      assertThat(claim).isInstanceOf(Granted.class);
      assertThat(((Granted) claim).lease().term()).isEqualTo(term);
    }
    assertThat(get(sessions.claim(id, "eve", TokenHash.NONE, TokenHash.NONE, here.owner())))
        .isEqualTo(new Refused());
    assertThat(get(sessions.claim(id, USER, TokenHash.of(""), SECOND, here.owner())))
        .isEqualTo(new Refused());
  }

  @Test
  void aSessionWithATokenIsNotClaimedWithoutOne() {
    var lease = created();
    assertThat(claim(lease.session(), TokenHash.NONE, TokenHash.NONE)).isEqualTo(new Refused());
  }

  @Test
  void aDetachedSessionHasNoHolder() {
    var lease = created();
    assertHeld(sessions.release(lease));
    assertThat(holder(lease)).contains(Optional.empty());
  }

  @Test
  void anUnknownSessionIsExpired() {
    assertThat(claim(unique("session"), TOKEN, SECOND)).isEqualTo(new Expired());
    assertThat(get(sessions.holder(unique("session")))).isEmpty();
  }

  @Test
  void theTokenOfTheNewestClaimIsGranted() {
    var session = created().session();
    assertThat(claim(session, TOKEN, SECOND)).isInstanceOf(Granted.class);
    assertThat(claim(session, SECOND, THIRD)).isInstanceOf(Granted.class);
    assertThat(claim(session, THIRD, FOURTH)).isInstanceOf(Granted.class);
  }

  @Test
  void aClientThatMissedItsNewestTokenComesAgainWithTheOneItHas() {
    var session = created().session();
    claim(session, TOKEN, SECOND); // an answer that never arrives
    assertThat(claim(session, TOKEN, THIRD)).isInstanceOf(Granted.class);
    assertThat(claim(session, THIRD, FOURTH)).isInstanceOf(Granted.class);
    assertThat(claim(session, TOKEN, FOURTH)).isEqualTo(new Refused());
    assertThat(claim(session, SECOND, FOURTH)).isEqualTo(new Refused());
  }

  @Test
  void anOldConnectThatArrivesLateDoesNotVoidTheTokenOfTheNewer() {
    var session = created().session();
    claim(session, TOKEN, SECOND); // the client hears of this one
    claim(session, TOKEN, THIRD); // and had given this one up
    assertThat(claim(session, SECOND, FOURTH)).isInstanceOf(Granted.class);
  }

  @Test
  void ofManyTokensHandedOutOnlyTheNewestLive() {
    var session = created().session();
    for (int i = 0; i <= ResumeTokens.HANDED_OUT_MAX; i++) {
      claim(session, TOKEN, TokenHash.of("handed-out-" + i));
    }
    assertThat(claim(session, TokenHash.of("handed-out-0"), SECOND)).isEqualTo(new Refused());
    assertThat(claim(session, TokenHash.of("handed-out-1"), SECOND)).isInstanceOf(Granted.class);
  }

  @Test
  void theTokenBeforeThePreviousIsVoid() {
    var session = created().session();
    claim(session, TOKEN, SECOND);
    claim(session, SECOND, THIRD);
    assertThat(claim(session, TOKEN, FOURTH)).isEqualTo(new Refused());
    assertThat(claim(session, SECOND, FOURTH)).isInstanceOf(Granted.class);
  }

  @Test
  void aClaimMayBeRepeatedWhenItsOutcomeIsUnknown() {
    var session = created().session();
    var first = (Granted) claim(session, TOKEN, SECOND);
    var again = (Granted) claim(session, TOKEN, SECOND);
    assertThat(again.lease().term()).isGreaterThan(first.lease().term());
    assertThat(claim(session, SECOND, THIRD)).isInstanceOf(Granted.class);
  }

  @Test
  void aWrongTokenIsRefusedAndChangesNothing() {
    var lease = created();
    assertThat(claim(lease.session(), TokenHash.of("guessed"), SECOND)).isEqualTo(new Refused());
    assertThat(holder(lease)).contains(Optional.of(lease));
    assertHeld(setTags(lease, Set.of("still-mine")));
    assertThat(claim(lease.session(), SECOND, THIRD)).isEqualTo(new Refused());
    assertThat(claim(lease.session(), TOKEN, SECOND)).isInstanceOf(Granted.class);
  }

  @Test
  void anotherUserIsRefusedEvenWithTheToken() {
    var lease = created();
    for (var user : Set.of("mallory", "")) {
      assertThat(get(sessions.claim(lease.session(), user, TOKEN, SECOND, here.owner())))
          .isEqualTo(new Refused());
    }
    assertHeld(setTags(lease, Set.of("still-mine")));
  }

  @Test
  void anAnonymousSessionIsGrantedToWhoeverHasItsToken() {
    var draft = new NewSession(unique("session"), "", Map.of(), Set.of(), TOKEN);
    get(sessions.create(draft, here.owner()));
    var claim = get(sessions.claim(draft.id(), "", TOKEN, SECOND, here.owner()));
    assertThat(claim).isInstanceOf(Granted.class);
  }

  @Test
  void aClaimTellsWhoHeldTheSessionUntilThen() {
    var lease = created();
    var taken = granted(there, lease.session());
    assertThat(taken.previous()).contains(lease);
    assertThat(taken.lease()).isEqualTo(new Lease(lease.session(), there.owner(), 2));
    assertThat(holder(lease)).contains(Optional.of(taken.lease()));
  }

  @Test
  void aClaimOfADetachedSessionTellsThatNobodyHeldIt() {
    var lease = created();
    assertHeld(sessions.release(lease));
    assertThat(granted(there, lease.session()).previous()).isEmpty();
  }

  @Test
  void termsOnlyGrowThroughTakeoversAndReleases() {
    var lease = created();
    for (var term = 2; term < 6; term++) {
      lease = granted(term % 2 == 0 ? there : here, lease.session()).lease();
      assertThat(lease.term()).isEqualTo(term);
      assertHeld(sessions.release(lease));
    }
  }

  @Test
  void ofAHundredConcurrentClaimsOneHolds() {
    var first = created();
    var grants = atOnce(100, i -> () -> grantedWithATokenOfItsOwn(first.session(), i));
    assertThat(grants.stream().map(grant -> grant.lease().term()).collect(toSet()))
        .isEqualTo(LongStream.rangeClosed(2, 101).boxed().collect(toSet()));
    for (var grant : grants) {
      assertThat(grant.previous().orElseThrow().term()).isEqualTo(grant.lease().term() - 1);
    }

    var winner =
        grants.stream().map(Granted::lease).max(Comparator.comparing(Lease::term)).orElseThrow();
    assertThat(holder(first)).contains(Optional.of(winner));
    for (var grant : grants) {
      var write = setTags(grant.lease(), Set.of("term-" + grant.lease().term()));
      if (grant.lease().equals(winner)) {
        assertHeld(write);
      } else {
        assertLost(write);
      }
    }
    assertThat(stored(first).tags()).containsExactly("term-101");
  }

  private Granted grantedWithATokenOfItsOwn(String session, int i) {
    var node = i % 2 == 0 ? here : there;
    return (Granted) get(claiming(node, session, TOKEN, TokenHash.of("of claim " + i)));
  }
}
