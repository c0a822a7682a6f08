package io.byssus.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SessionStateTest {
  private static final Owner N1 = new Owner("n1", "i1");
  private static final Owner N2 = new Owner("n2", "i2");

  @Test
  void aNewSessionIsAttachedUnderTermOne() {
    var created = SessionState.created("session", N1);
    assertThat(created.holder()).contains(new Lease("session", N1, 1));
    assertThat(created.heldUnder(new Lease("session", N1, 1))).isTrue();
  }

  @Test
  void everyClaimIsHeldUnderTheNextTermOnly() {
    var claimed = SessionState.created("session", N1).claimedBy(N2);
    assertThat(claimed.holder()).contains(new Lease("session", N2, 2));
    assertThat(claimed.heldUnder(new Lease("session", N1, 1))).isFalse();
    assertThat(claimed.heldUnder(new Lease("session", N1, 2))).isFalse();
    assertThat(claimed.heldUnder(new Lease("session", N2, 1))).isFalse();
    assertThat(claimed.heldUnder(new Lease("session", N2, 3))).isFalse();
    assertThat(claimed.heldUnder(new Lease("session", N2, 2))).isTrue();
  }

  @Test
  void aReleasedSessionIsHeldByNobodyAndRemembersItsTerm() {
    var released = SessionState.created("session", N1).released();
    assertThat(released.holder()).isEmpty();
    assertThat(released.heldUnder(released.newest())).isFalse();
    assertThat(released.released()).isEqualTo(released);
    assertThat(released.claimedBy(N1).newest().term()).isEqualTo(2);
  }
}
