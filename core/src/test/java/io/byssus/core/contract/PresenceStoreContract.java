package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.presence.PresenceStore;
import io.byssus.core.presence.PresenceStore.Entry;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage.Member;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link PresenceStore} promises. */
public abstract class PresenceStoreContract extends EngineTests {
  private static final int ALL = 1_000;
  private static final Member ANN = new Member("session-of-ann", "ann", Map.of());
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
      get(presence.enter(channel, member));
    }
  }

  private void touch(Member member) {
    get(presence.touch(List.of(new Entry(channel, member.session()))));
  }

  private void assertMembers(Member... members) {
    assertThat(get(presence.members(channel, ALL))).containsExactlyInAnyOrder(members);
    assertThat(get(elsewhere.members(channel, ALL))).containsExactlyInAnyOrder(members);
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
    get(elsewhere.leave(channel, ANN.session()));
    assertMembers(BOB);
    get(elsewhere.leave(channel, BOB.session()));
    assertMembers();
  }

  @Test
  void leavingWithoutHavingEnteredIsNoChange() {
    get(presence.leave(channel, ANN.session()));
    enter(BOB);
    get(presence.leave(channel, ANN.session()));
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
    get(presence.enter(unique("channel"), BOB));
    assertMembers(ANN);
  }

  @Test
  void noMoreMembersAreToldThanAskedFor() {
    enter(ANN, BOB);
    assertThat(get(presence.members(channel, 1))).hasSize(1).isSubsetOf(ANN, BOB);
    assertThat(get(presence.members(channel, 0))).isEmpty();
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
    get(presence.enter(other, ANN));
    engine.advance(most(ttl));
    get(
        presence.touch(
            List.of(
                new Entry(channel, ANN.session()),
                new Entry(channel, "nobody"),
                new Entry(unique("channel"), ANN.session()),
                new Entry(other, ANN.session()))));
    engine.advance(most(ttl));
    assertMembers(ANN);
    assertThat(get(presence.members(other, ALL))).containsExactly(ANN);
  }

  @Test
  void touchingBringsNobodyBack() {
    enter(ANN);
    engine.advance(ttl);
    touch(ANN);
    assertMembers();
    enter(BOB);
    get(presence.leave(channel, BOB.session()));
    touch(BOB);
    assertMembers();
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
                  get((i % 2 == 0 ? presence : elsewhere).enter(channel, member));
                  return member;
                });
    assertMembers(members.toArray(Member[]::new));
  }
}
