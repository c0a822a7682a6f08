package io.byssus.core.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Budget;
import io.byssus.core.Budgets;
import io.byssus.core.channel.Broker.Draft;
import io.byssus.core.channel.Broker.Outcome;
import io.byssus.core.channel.Retention;
import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.TokenHash;
import io.byssus.core.session.Tombstones;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage.Member;
import io.byssus.protocol.Target.ToSession;
import io.byssus.protocol.Target.ToTag;
import io.byssus.protocol.Target.ToUser;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Nothing stays in memory because somebody once asked for it. */
class WhatIsUnusedIsForgottenTest {
  private static final EngineSettings SETTINGS = EngineSettings.DEFAULTS;
  private static final Retention KEPT = new Retention(10, SETTINGS.inboxAge());
  private static final int DEDUPE_IDS = 3;
  private static final Lease ANN = new Lease("ann", new Owner("n1", "1"), 1);

  private final ManualTicker ticker = new ManualTicker();
  private final MemoryBroker broker =
      new MemoryBroker(
          SETTINGS,
          ticker,
          new Epochs(new SplittableRandom(1))::next,
          DEDUPE_IDS,
          Budget.unbounded("histories"));
  private final MemoryPresence presence = new MemoryPresence(SETTINGS.presenceTtl(), ticker);
  private final MemoryDirectory directory = new MemoryDirectory(SETTINGS.sessionTtl(), ticker);

  private Outcome publish(String channel, String dedupe, Retention retention) {
    var draft = new Draft(Json.of("1"), Optional.empty(), dedupe, Durability.ACCEPTED);
    return broker.publish(channel, draft, retention).toCompletableFuture().join();
  }

  @Test
  void aRemovedSessionLeavesNothingToSweep() {
    var deadlines = new SessionDeadlines(SETTINGS.sessionTtl(), ticker);
    var stones = new Tombstones(ticker, SETTINGS.sessionTtl(), 1);
    var table = new SessionTable(deadlines, stones, Budgets.unbounded());
    var made = new NewSession("session", "", Map.of(), Set.of(), TokenHash.of("token"));
    table.create(made, new Owner("n1", "i1"));
    assertThat(table.living("session", table::remove)).isPresent();
    assertThat(table.size()).isZero();
    ticker.advance(SETTINGS.sessionTtl());
    assertThat(deadlines.takePassed()).isEmpty();
  }

  @Test
  void ephemeralChannelsLeaveNothing() {
    broker.subscribe("news", (channel, epoch, item) -> {});
    publish("news", "", Retention.EPHEMERAL);
    publish("sport", "", Retention.EPHEMERAL);
    broker.unsubscribe("news");
    assertThat(broker.size()).isZero();
  }

  @Test
  void aListenerAloneLeavesNothing() {
    broker.subscribe("news", (channel, epoch, item) -> {});
    broker.unsubscribe("news");
    assertThat(broker.size()).isZero();
  }

  @Test
  void anUnusedChannelIsSweptOnTime() {
    publish("news", "", KEPT);
    ticker.advance(SETTINGS.channelTtl().minusNanos(1));
    broker.sweep(10);
    assertThat(broker.size()).isOne();
    ticker.advance(Duration.ofNanos(1));
    broker.sweep(10);
    assertThat(broker.size()).isZero();
  }

  @Test
  void sweepsOfAFewReachAllChannelsInTime() {
    for (var i = 0; i < 100; i++) {
      publish("channel-" + i, "", KEPT);
    }
    ticker.advance(SETTINGS.channelTtl());
    for (var i = 0; i < 20; i++) {
      broker.sweep(10);
    }
    assertThat(broker.size()).isZero();
  }

  @Test
  void aListenerKeepsItsChannelUntilItLeaves() {
    broker.subscribe("news", (channel, epoch, item) -> {});
    publish("news", "", KEPT);
    ticker.advance(SETTINGS.channelTtl().multipliedBy(2));
    broker.sweep(10);
    assertThat(broker.size()).isOne();
    broker.unsubscribe("news");
    broker.sweep(10);
    assertThat(broker.size()).isOne();
    ticker.advance(SETTINGS.channelTtl());
    broker.sweep(10);
    assertThat(broker.size()).isZero();
  }

  @Test
  void noMoreDedupeIdsAreRememberedThanThereIsRoomFor() {
    for (var i = 0; i < DEDUPE_IDS; i++) {
      assertThat(publish("news", "id-" + i, KEPT)).isInstanceOf(Outcome.Stored.class);
    }
    assertThat(publish("news", "one more", KEPT))
        .isEqualTo(new Outcome.Rejected(ErrorCode.RATE_LIMITED));
    assertThat(publish("news", "id-0", KEPT)).isInstanceOf(Outcome.Stored.class);
    assertThat(publish("news", "", KEPT)).isInstanceOf(Outcome.Stored.class);
    ticker.advance(SETTINGS.dedupeWindow());
    assertThat(publish("news", "one more", KEPT)).isInstanceOf(Outcome.Stored.class);
  }

  @Test
  void aChannelThatEverybodyLeftIsNotInPresence() {
    presence.enter("news", new Member("ann", "", Map.of()), ANN);
    presence.leave("news", ANN);
    presence.leave("sport", ANN);
    assertThat(presence.size()).isZero();
  }

  @Test
  void theMembersOfADeadNodeAreSwept() {
    for (var i = 0; i < 100; i++) {
      presence.enter("channel-" + i, new Member("ann", "", Map.of()), ANN);
    }
    ticker.advance(SETTINGS.presenceTtl());
    for (var i = 0; i < 20; i++) {
      presence.sweep(10);
    }
    assertThat(presence.size()).isZero();
  }

  @Test
  void aTargetWithoutSessionsIsNotInTheDirectory() {
    directory.add(new ToUser("ann"), "a");
    directory.add(new ToTag("beta"), "a");
    directory.add(new ToTag("beta"), "b");
    directory.remove(new ToUser("ann"), "a");
    directory.remove(new ToTag("beta"), "a");
    directory.remove(new ToTag("beta"), "b");
    directory.remove(new ToTag("never"), "b");
    directory.add(new ToSession("a"), "a");
    assertThat(directory.size()).isZero();
  }

  @Test
  void sessionsThatNobodyListsAnyMoreAreSwept() {
    for (var i = 0; i < 100; i++) {
      directory.add(new ToUser("user-" + i), "a");
      directory.add(new ToUser("user-" + i), "b");
    }
    ticker.advance(SETTINGS.sessionTtl().multipliedBy(SessionDirectory.LIVES));
    for (var i = 0; i < 20; i++) {
      directory.sweep(10);
    }
    assertThat(directory.size()).isZero();
  }
}
