package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.delivery.InboxStore;
import io.byssus.core.delivery.InboxStore.Append;
import io.byssus.core.delivery.Router;
import io.byssus.core.delivery.Router.Routed;
import io.byssus.core.session.Lease;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.protocol.Json;
import io.byssus.protocol.Target;
import io.byssus.protocol.Target.ToSession;
import io.byssus.protocol.Target.ToTag;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A directed message that is sent again is taken once by each session. */
abstract class InboxDedupe extends InboxTests {
  private static final Append TAKEN = new Append.Taken(false, true);
  private static final Append AGAIN = new Append.Taken(true, true);

  private Append append(Lease to, long number, String dedupe) {
    return append(inboxes, to, number, dedupe);
  }

  private static Append append(InboxStore inboxes, Lease to, long number, String dedupe) {
    return get(
        inboxes.append(
            to.session(),
            new ToSession(to.session()),
            Json.of("" + number),
            Optional.empty(),
            dedupe));
  }

  @Test
  void aRepetitionIsTakenAlready() {
    var lease = created();
    assertThat(append(lease, 1, "a1")).isEqualTo(TAKEN);
    assertThat(append(lease, 2, "a2")).isEqualTo(TAKEN);
    assertThat(append(inboxesElsewhere, lease, 1, "a1")).isEqualTo(AGAIN);
    assertThat(numbers(page(lease, 0, 10))).containsExactly("1", "2");
  }

  @Test
  void itIsToldWhetherSomebodyHoldsTheSession() {
    var lease = created();
    assertHeld(sessions.release(lease));
    assertThat(append(lease, 1, "a1")).isEqualTo(new Append.Taken(false, false));
    assertThat(append(lease, 1, "a1")).isEqualTo(new Append.Taken(true, false));
    var back = granted(there, lease.session()).lease();
    assertThat(append(back, 1, "a1")).isEqualTo(AGAIN);
    assertThat(append(back, 2, "")).isEqualTo(TAKEN);
  }

  @Test
  void aRepetitionOfWhatIsAcknowledgedIsStillKnown() {
    var lease = created();
    assertThat(append(lease, 1, "a1")).isEqualTo(TAKEN);
    assertHeld(inboxes.acknowledge(lease, 1));
    assertThat(append(lease, 1, "a1")).isEqualTo(AGAIN);
    assertThat(page(lease, 0, 10).items()).isEmpty();
  }

  @Test
  void aRepetitionOfWhatHasPassedItsAgeIsStillKnown() {
    var lease = created();
    assertThat(append(lease, 1, "a1")).isEqualTo(TAKEN);
    if (settings.inboxAge().compareTo(settings.dedupeWindow()) < 0) {
      engine.advance(settings.inboxAge());
      assertThat(page(lease, 0, 10).items()).isEmpty();
    }
    assertThat(append(lease, 1, "a1")).isEqualTo(AGAIN);
  }

  @Test
  void withoutAnIdNothingIsARepetition() {
    var lease = created();
    assertThat(append(lease, 1, "")).isEqualTo(TAKEN);
    assertThat(append(lease, 1, "")).isEqualTo(TAKEN);
    assertThat(numbers(page(lease, 0, 10))).containsExactly("1", "1");
  }

  @Test
  void eachSessionRemembersItsOwn() {
    var lease = created();
    assertThat(append(lease, 1, "a1")).isEqualTo(TAKEN);
    assertThat(append(created(), 1, "a1")).isEqualTo(TAKEN);
  }

  @Test
  void anIdIsRememberedForTheWindowAndNoLonger() {
    var lease = created();
    assertThat(append(lease, 1, "a1")).isEqualTo(TAKEN);
    engine.advance(most(settings.dedupeWindow()));
    assertThat(append(lease, 2, "a2")).isEqualTo(TAKEN);
    assertThat(append(lease, 1, "a1")).isEqualTo(AGAIN);
    engine.advance(most(settings.dedupeWindow()));
    assertThat(append(lease, 2, "a2")).isEqualTo(AGAIN);
    assertThat(append(lease, 1, "a1")).isEqualTo(TAKEN);
  }

  @Test
  void asManyAreRememberedAsMessagesMayWaitAndTheOldestGoesFirst() {
    var lease = created();
    for (var i = 0; i <= settings.inboxMessages(); i++) {
      assertThat(append(lease, i, "a" + i)).isEqualTo(TAKEN);
      assertHeld(inboxes.acknowledge(lease, i + 1));
    }
    assertThat(append(lease, 1, "a1")).isEqualTo(AGAIN);
    assertThat(append(lease, 0, "a0")).isEqualTo(TAKEN);
  }

  @Test
  void whatFoundNoRoomIsNoRepetition() {
    var lease = created();
    assertStored(lease, 1, settings.inboxMessages());
    assertThat(append(lease, 0, "a1")).isEqualTo(Append.FULL);
    assertHeld(inboxes.acknowledge(lease, 1));
    assertThat(append(lease, 0, "a1")).isEqualTo(TAKEN);
    assertThat(append(lease, 0, "a2")).isEqualTo(Append.FULL);
    assertThat(append(lease, 0, "a1")).as("though it is full again").isEqualTo(AGAIN);
  }

  @Test
  void idsDieWithTheirSession() {
    var lease = created();
    assertThat(append(lease, 1, "a1")).isEqualTo(TAKEN);
    get(sessions.end(lease));
    assertThat(append(lease, 1, "a1")).isEqualTo(Append.NO_SESSION);
    var again =
        get(
            sessions.create(
                new NewSession(lease.session(), USER, Map.of(), Set.of(), TOKEN), here.owner()));
    assertThat(append(again.lease(), 1, "a1")).isEqualTo(TAKEN);
  }

  @Test
  void ofConcurrentRepetitionsOneIsStored() {
    var lease = created();
    var outcomes =
        atOnce(16, i -> () -> append(i % 2 == 0 ? inboxes : inboxesElsewhere, lease, i, "same"));
    assertThat(outcomes).containsOnlyOnce(TAKEN).contains(AGAIN);
    assertThat(page(lease, 0, 10).items()).hasSize(1);
  }

  @Test
  void aTagIsReachedByARepetitionWhereItWasNotBefore() {
    var tag = new ToTag(unique("tag"));
    var one = tagged(tag);
    assertThat(send(tag)).isEqualTo(new Routed(1, 0, 1, 0));
    assertThat(send(tag).duplicate()).isTrue();
    var other = tagged(tag);
    var routed = send(tag);
    assertThat(routed).isEqualTo(new Routed(2, 0, 2, 1));
    assertThat(routed.duplicate()).isFalse();
    assertThat(List.of(page(one, 0, 10).top(), page(other, 0, 10).top())).containsExactly(1L, 1L);
  }

  @Test
  void eachTargetHasItsOwnIds() {
    var tag = new ToTag(unique("tag"));
    var lease = tagged(tag);
    assertThat(send(tag).duplicate()).isFalse();
    assertThat(send(new ToSession(lease.session())).duplicate()).isFalse();
    assertThat(send(new ToSession(lease.session())).duplicate()).isTrue();
    assertThat(page(lease, 0, 10).top()).isEqualTo(2);
  }

  private Lease tagged(ToTag tag) {
    var lease = created(Map.of(), Set.of(tag.tag()));
    get(here.engine().directory().add(tag, lease.session()));
    return lease;
  }

  private Routed send(Target target) {
    return get(
        new Router(here.engine().directory(), inboxes)
            .send(target, Json.of("1"), Optional.empty(), "a1"));
  }
}
