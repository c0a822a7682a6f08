package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.engine.ClusterBus.Announcement;
import io.byssus.core.session.Owner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MembershipTest {
  private static final Owner SELF = new Owner("n1", "a");
  private static final Owner OTHER = new Owner("n2", "a");
  private static final Owner RESTARTED = new Owner("n2", "b");

  private final Membership membership = new Membership(SELF);
  private final List<Owner> gone = new ArrayList<>();
  private double now = 100;

  @Test
  void aSilentNodeIsSuspectedAndThenGoneOnce() {
    hear(SELF);
    hear(OTHER);

    pass(4.9, SELF);
    assertThat(states()).containsExactly("n1 ALIVE", "n2 ALIVE");
    pass(0.2, SELF);
    assertThat(states()).containsExactly("n1 ALIVE", "n2 SUSPECT");
    pass(4.8, SELF);
    assertThat(gone).isEmpty();
    pass(0.2, SELF);
    assertThat(gone).containsExactly(OTHER);
    assertThat(states()).containsExactly("n1 ALIVE");
    pass(20, SELF);
    assertThat(gone).hasSize(1);
  }

  @Test
  void aSuspectThatSpeaksIsAlive() {
    hear(SELF);
    hear(OTHER);
    pass(7, SELF);
    hear(OTHER);
    assertThat(states()).containsExactly("n1 ALIVE", "n2 ALIVE");
    pass(9, SELF);
    assertThat(gone).isEmpty();
  }

  @Test
  void oneThatLeavesIsGoneAtOnce() {
    hear(OTHER);
    assertThat(membership.left(OTHER)).isTrue();
    assertThat(membership.left(OTHER)).isFalse();
    assertThat(states()).isEmpty();
  }

  @Test
  void oneThatOnlyTheStoreKnowsIsGoneAfterItsSilenceHere() {
    hear(SELF);
    pass(100, SELF);
    membership.met(OTHER, ns());
    assertThat(states()).containsExactly("n1 ALIVE");
    pass(9.9, SELF);
    assertThat(gone).isEmpty();
    pass(0.2, SELF);
    assertThat(gone).containsExactly(OTHER);
    pass(20, SELF);
    assertThat(gone).hasSize(1);
  }

  @Test
  void oneThatOnlyTheStoreKnowsAndThatIsHeardIsNotGone() {
    hear(SELF);
    membership.met(OTHER, ns());
    membership.met(SELF, ns());
    pass(5, SELF);
    hear(OTHER);
    pass(9, SELF);
    assertThat(gone).isEmpty();
  }

  @Test
  void aRestartMakesTheOlderRunGoneAtOnce() {
    hear(OTHER);
    hear(RESTARTED);
    assertThat(gone).containsExactly(OTHER);
    assertThat(membership.knows(RESTARTED)).isTrue();
    assertThat(membership.knows(OTHER)).isFalse();
  }

  @Test
  void whatTheOlderRunSaidLateBringsItNotBack() {
    hear(OTHER);
    hear(RESTARTED);
    hear(OTHER);
    hear(RESTARTED);
    hear(OTHER);
    assertThat(gone).containsExactly(OTHER);
    assertThat(membership.left(OTHER)).isFalse();
    assertThat(membership.knows(RESTARTED)).isTrue();
  }

  @Test
  void oneThatDoesNotHearItselfJudgesNobody() {
    hear(SELF);
    hear(OTHER);
    pass(60);
    assertThat(gone).isEmpty();
    assertThat(states()).contains("n2 ALIVE");
  }

  @Test
  void afterwardsItListensForAFullPeriodFirst() {
    hear(SELF);
    hear(OTHER);
    pass(60);
    hear(SELF);
    pass(9, SELF);
    assertThat(gone).isEmpty();
    pass(2, SELF);
    assertThat(gone).containsExactly(OTHER);
  }

  @Test
  void whatWaitedWhileItStoodStillIsNoSignOfListening() {
    hear(SELF);
    hear(OTHER);
    now += 30; // nothing ran, then its own old announcement is heard before anybody is judged
    hear(SELF);
    pass(9, SELF);
    assertThat(gone).isEmpty();
  }

  @Test
  void oneThatNeverHeardItselfJudgesNobody() {
    hear(OTHER);
    pass(60);
    assertThat(gone).isEmpty();
  }

  @Test
  void anotherRunOfItsOwnNameIsNoneOfItsBusiness() {
    hear(SELF);
    hear(new Owner("n1", "b"));
    assertThat(gone).isEmpty();
    assertThat(membership.knows(SELF)).isTrue();
  }

  /** The seconds pass, with an announcement of each of {@code speakers} every other one. */
  private void pass(double seconds, Owner... speakers) {
    var until = now + seconds;
    for (now += 2; now < until; now += 2) {
      List.of(speakers).forEach(this::hear);
      gone.addAll(membership.gone(ns()));
    }
    now = until;
    List.of(speakers).forEach(this::hear);
    gone.addAll(membership.gone(ns()));
  }

  private void hear(Owner owner) {
    membership
        .announced(new Announcement(owner, "", "", Duration.ZERO, 0, 0, true), ns())
        .ifPresent(gone::add);
  }

  private List<String> states() {
    return membership.members(ns()).stream()
        .map(view -> view.owner().node() + " " + view.state())
        .toList();
  }

  private long ns() {
    return Math.round(now * 1e9);
  }
}
