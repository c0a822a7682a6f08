package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.presence.PresenceStore;
import io.byssus.core.presence.PresenceStore.Entry;
import io.byssus.core.presence.PresenceStore.Page;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage.Member;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link PresenceStore} promises. */
public abstract class PresenceStoreContract extends EngineTests {
  private static final Bounds ALL = Bounds.most(1_000);
  private static final Member ANN = new Member("session-of-ann", "ann", Map.of());
  private static final Owner OWNER = new Owner("one", "run");
  private static final Owner OTHER = new Owner("another", "run");
  private static final Member BOB =
      new Member("session-of-bob", "bob", Map.of("name", Json.of("\"Bob\"")));

  private PresenceStore presence;
  private PresenceStore elsewhere;
  private Duration ttl;
  private String channel;

  @BeforeEach
  void openStores() {
    presence = here.engine().presence();
    elsewhere = there.engine().presence();
    ttl = settings.presenceTtl();
    channel = unique("channel");
  }

  private void enter(Member... members) {
    for (var member : members) {
      get(presence.enter(channel, member, lease(member)));
    }
  }

  private static Lease lease(Member member) {
    return lease(member, OWNER, 3);
  }

  private static Lease lease(Member member, Owner owner, long term) {
    return new Lease(member.session(), owner, term);
  }

  private List<Entry> touch(Member member) {
    return touch(lease(member));
  }

  private List<Entry> touch(Lease lease) {
    return get(presence.touch(List.of(new Entry(channel, lease))));
  }

  private void assertMembers(Member... members) {
    var bySession = Stream.of(members).sorted(Comparator.comparing(Member::session)).toList();
    assertThat(get(presence.members(channel, ALL))).isEqualTo(new Page(bySession, members.length));
    assertThat(get(elsewhere.members(channel, ALL))).isEqualTo(new Page(bySession, members.length));
  }

  @Test
  void nobodyIsInAnUnknownChannel() {
    assertMembers();
  }

  @Test
  void whoeverEntersIsSeenFromEveryNode() {
    enter(ANN, BOB);
    assertMembers(ANN, BOB);
  }

  @Test
  void enteringAgainReplacesTheMember() {
    enter(ANN, BOB);
    var renamed = new Member(ANN.session(), ANN.user(), Map.of("name", Json.of("\"Anna\"")));
    enter(renamed);
    assertMembers(renamed, BOB);
  }

  @Test
  void whoeverLeavesIsSeenNoMore() {
    enter(ANN, BOB);
    get(elsewhere.leave(channel, lease(ANN)));
    assertMembers(BOB);
    get(elsewhere.leave(channel, lease(BOB)));
    assertMembers();
  }

  @Test
  void leavingWithoutHavingEnteredIsNoChange() {
    get(presence.leave(channel, lease(ANN)));
    enter(BOB);
    get(presence.leave(channel, lease(ANN)));
    assertMembers(BOB);
  }

  @Test
  void oneUserMayBeInAChannelWithSeveralSessions() {
    var again = new Member("another-session", ANN.user(), Map.of());
    enter(ANN, again);
    assertMembers(ANN, again);
  }

  @Test
  void channelsAreSeparate() {
    enter(ANN);
    get(presence.enter(unique("channel"), BOB, lease(BOB)));
    assertMembers(ANN);
  }

  @Test
  void noMoreMembersAreToldThanAskedFor() {
    enter(ANN, BOB);
    assertThat(get(presence.members(channel, Bounds.most(1)))).isEqualTo(new Page(List.of(ANN), 2));
    assertThat(get(presence.members(channel, Bounds.most(0)))).isEqualTo(new Page(List.of(), 2));
  }

  @Test
  void noMoreBytesAreToldThanAskedForButOneMember() {
    enter(ANN, BOB);
    assertThat(get(presence.members(channel, new Bounds(10, 1))))
        .isEqualTo(new Page(List.of(ANN), 2));
    assertThat(get(presence.members(channel, new Bounds(10, 10_000))).members()).hasSize(2);
  }

  @Test
  void touchingAndEnteringAgainChangeNothingInTheOrder() {
    enter(BOB, ANN);
    assertMembers(ANN, BOB);
    engine.advance(ttl.dividedBy(10));
    touch(ANN);
    assertMembers(ANN, BOB);
    engine.advance(ttl.dividedBy(10));
    enter(BOB, ANN);
    assertThat(get(presence.members(channel, Bounds.most(1)))).isEqualTo(new Page(List.of(ANN), 2));
  }

  @Test
  void whoseTimeHasPassedAreNotCountedAndHideNobody() {
    getAll(
        IntStream.range(0, 250)
            .mapToObj(i -> new Member("a-node-that-died-had-" + i, "", Map.of()))
            .map(gone -> presence.enter(channel, gone, lease(gone)))
            .toList());
    enter(ANN, BOB);
    assertThat(get(presence.members(channel, Bounds.most(2))).total()).isEqualTo(252);
    engine.advance(most(ttl));
    enter(ANN, BOB); // which drops some of the others, but not all
    engine.advance(most(ttl));
    assertThat(get(presence.members(channel, Bounds.most(1)))).isEqualTo(new Page(List.of(ANN), 2));
    touch(BOB);
    assertThat(get(presence.members(channel, Bounds.most(1)))).isEqualTo(new Page(List.of(ANN), 2));
    assertMembers(ANN, BOB);
  }

  @Test
  void manyMembersAreAllTold() {
    var many =
        IntStream.range(0, 300)
            .mapToObj(i -> new Member("session-" + i, "", Map.of()))
            .toArray(Member[]::new);
    enter(many);
    assertMembers(many);
  }

  @Test
  void theMembersOfADeadNodeVanish() {
    enter(ANN);
    engine.advance(most(ttl));
    assertMembers(ANN);
    engine.advance(ttl);
    assertMembers();
  }

  @Test
  void touchingStartsTheTimeAnew() {
    enter(ANN, BOB);
    for (var i = 0; i < 3; i++) {
      engine.advance(most(ttl));
      touch(ANN);
    }
    assertMembers(ANN);
  }

  @Test
  void enteringAgainStartsTheTimeAnew() {
    enter(ANN, BOB);
    engine.advance(most(ttl));
    enter(ANN);
    engine.advance(most(ttl));
    assertMembers(ANN);
  }

  @Test
  void manyAreTouchedAtOnce() {
    var other = unique("channel");
    enter(ANN, BOB);
    get(presence.enter(other, ANN, lease(ANN)));
    engine.advance(most(ttl));
    var nobody = new Entry(channel, new Lease("nobody", OWNER, 1));
    var nowhere = new Entry(unique("channel"), lease(ANN));
    var foreign = new Entry(channel, lease(BOB, OTHER, 4));
    assertThat(
            get(
                presence.touch(
                    List.of(
                        new Entry(channel, lease(ANN)),
                        nobody,
                        nowhere,
                        foreign,
                        new Entry(other, lease(ANN))))))
        .containsExactlyInAnyOrder(nobody, nowhere, foreign);
    engine.advance(most(ttl));
    assertMembers(ANN);
    assertThat(get(presence.members(other, ALL))).isEqualTo(new Page(List.of(ANN), 1));
  }

  @Test
  void touchingTellsWhoIsNotThereAndBringsNobodyBack() {
    enter(ANN);
    engine.advance(ttl);
    assertThat(touch(ANN)).containsExactly(new Entry(channel, lease(ANN)));
    assertMembers();
    enter(BOB);
    get(presence.leave(channel, lease(BOB)));
    assertThat(touch(BOB)).containsExactly(new Entry(channel, lease(BOB)));
    assertMembers();
    enter(BOB);
    assertThat(touch(BOB)).isEmpty();
  }

  @Test
  void aLateLeaveOfTheFormerHolderTakesOutNobody() {
    enter(ANN);
    get(elsewhere.enter(channel, ANN, lease(ANN, OTHER, 4)));
    get(presence.leave(channel, lease(ANN)));
    assertMembers(ANN);
    get(elsewhere.leave(channel, lease(ANN, OTHER, 4)));
    assertMembers();
  }

  @Test
  void aLateEntryOfTheFormerHolderChangesNothing() {
    var before = new Member(ANN.session(), ANN.user(), Map.of("name", Json.of("\"old\"")));
    get(elsewhere.enter(channel, ANN, lease(ANN, OTHER, 4)));
    enter(before);
    assertMembers(ANN);
    get(presence.leave(channel, lease(ANN)));
    assertMembers(ANN);
  }

  @Test
  void whatAnEarlierTermEnteredIsTakenOutByALaterOne() {
    enter(ANN);
    get(elsewhere.leave(channel, lease(ANN, OTHER, 4)));
    assertMembers();
  }

  /** A store that lost its end may give the same term to two owners. */
  @Test
  void ofTwoWithTheSameTermTheLastToEnterIsThere() {
    enter(ANN);
    get(elsewhere.enter(channel, ANN, lease(ANN, OTHER, 3)));
    get(presence.leave(channel, lease(ANN)));
    assertMembers(ANN);
    assertThat(touch(lease(ANN, OTHER, 3))).isEmpty();
    assertThat(touch(ANN)).containsExactly(new Entry(channel, lease(ANN)));
  }

  @Test
  void theFormerHolderIsNotAskedToEnterAgainAndGivesTheNewOneNoTime() {
    get(elsewhere.enter(channel, ANN, lease(ANN, OTHER, 4)));
    engine.advance(most(ttl));
    assertThat(touch(ANN)).isEmpty();
    engine.advance(most(ttl));
    assertMembers();
  }

  @Test
  void theNewHolderIsAskedToEnterWhereOnlyTheFormerOneIs() {
    enter(ANN);
    var later = lease(ANN, OTHER, 4);
    assertThat(touch(later)).containsExactly(new Entry(channel, later));
  }

  @Test
  void anEntryWhoseTimeHasPassedStandsInNobodysWay() {
    get(elsewhere.enter(channel, ANN, lease(ANN, OTHER, 4)));
    engine.advance(ttl);
    enter(ANN);
    assertMembers(ANN);
  }

  @Test
  void whoeverVanishedMayEnterAgain() {
    enter(ANN);
    engine.advance(ttl);
    enter(ANN);
    assertMembers(ANN);
  }

  @Test
  void concurrentEntriesAreAllSeen() {
    var members =
        atOnce(
            50,
            i ->
                () -> {
                  var member = new Member("session-" + i, "", Map.of());
                  get((i % 2 == 0 ? presence : elsewhere).enter(channel, member, lease(member)));
                  return member;
                });
    assertMembers(members.toArray(Member[]::new));
  }
}
