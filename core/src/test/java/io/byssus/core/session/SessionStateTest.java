package io.byssus.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SessionStateTest {
  private static final Owner N1 = new Owner("n1", "i1");
  private static final Owner N2 = new Owner("n2", "i2");

  private static SessionState attached() {
    return new SessionState.Attached(new Lease("session", N1, 1));
  }

  @Test
  void aNewSessionIsAttachedUnderTermOne() {
    var created = attached();
    assertThat(created.holder()).contains(new Lease("session", N1, 1));
    assertThat(created.heldUnder(new Lease("session", N1, 1))).isTrue();
  }

  @Test
  void everyClaimIsHeldUnderTheNextTermOnly() {
    var claimed = attached().claimedBy(N2);
    assertThat(claimed.holder()).contains(new Lease("session", N2, 2));
    assertThat(claimed.heldUnder(new Lease("session", N1, 1))).isFalse();
    assertThat(claimed.heldUnder(new Lease("session", N1, 2))).isFalse();
    assertThat(claimed.heldUnder(new Lease("session", N2, 1))).isFalse();
    assertThat(claimed.heldUnder(new Lease("session", N2, 3))).isFalse();
    assertThat(claimed.heldUnder(new Lease("session", N2, 2))).isTrue();
  }

  @Test
  void aReleasedSessionIsHeldByNobodyAndRemembersItsTerm() {
    var released = attached().released();
    assertThat(released.holder()).isEmpty();
    assertThat(released.heldUnder(released.newest())).isFalse();
    assertThat(released.released()).isEqualTo(released);
    assertThat(released.claimedBy(N1).newest().term()).isEqualTo(2);
  }

  @Test
  void whoWasTakenForDeadIsAwaitedUntilItGivesTheSessionBackOrAnotherTakesIt() {
    var mine = new Lease("session", N1, 1);
    assertThat(attached().awaits(mine)).isFalse();
    assertThat(attached().abandoned().awaits(mine)).isTrue();
    assertThat(attached().abandoned().awaits(new Lease("session", N2, 1))).isFalse();
    assertThat(attached().abandoned().released().awaits(mine)).isFalse();
    assertThat(attached().abandoned().claimedBy(N2).abandoned().awaits(mine)).isFalse();
  }

  @Test
  void aStateIsOlderThanALeaseOfALaterTerm() {
    assertThat(attached().olderThan(new Lease("session", N1, 2))).isTrue();
    assertThat(attached().olderThan(new Lease("session", N2, 1))).isFalse();
  }
}
