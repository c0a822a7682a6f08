package io.byssus.client;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Index.atIndex;

import io.byssus.protocol.Command;
import io.byssus.protocol.Position;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The states of section 18, and what leads from one to the next. */
class ClientComesBackTest {
  @Test
  void firstConnectMakesASession() {
    var server = ScriptedServer.start();
    assertThat(server.client().state()).isEqualTo(ClientState.CONNECTING);
    server.line().opened();
    var connect = server.line().last(Command.Connect.class);
    assertThat(connect.resume()).isEmpty();
    assertThat(connect.batch()).isTrue();
    server.connected();
    assertThat(server.client().state()).isEqualTo(ClientState.CONNECTED);
    assertThat(server.client().ready()).isCompleted();
    assertThat(server.client().session().id()).isEqualTo("s1");
    assertThat(server.client().session().ttl()).isEqualTo(ofSeconds(1800));
  }

  @Test
  void aBrokenConnectionIsResumedWithTheNewestTokenAndThePositions() {
    var server = ScriptedServer.start();
    server.client().subscribe("news").onMessage(_ -> {});
    server.connected().subscribed("news", "q7", 4).message("news", 5).breaks();
    assertThat(server.client().state()).isEqualTo(ClientState.WAITING);
    server.passes(ofMillis(250));
    assertThat(server.client().state()).isEqualTo(ClientState.RESUMING);
    var again = server.line().opened().last(Command.Connect.class);
    assertThat(again.resume()).contains(new Command.Resume("s1", "r1"));
    assertThat(again.positions())
        .containsExactly(java.util.Map.entry("news", new Position("q7", 5)));
    server.line().connected("s1", "r2", true);
    assertThat(server.client().session().resumed()).isTrue();
    assertThat(server.line().all(Command.Subscribe.class)).as("the server restores").isEmpty();
    server.line().breaks();
    server.passes(ofSeconds(2));
    assertThat(server.line().opened().last(Command.Connect.class).resume())
        .contains(new Command.Resume("s1", "r2"));
  }

  @Test
  void waitsAtRandomWithinTwiceAsMuchEachTime() {
    var server = ScriptedServer.start();
    server.random = 1;
    var delays = new ArrayList<Long>();
    for (int i = 0; i < 8; i++) {
      server.line().breaks();
      delays.add(server.lastChange().delay().toMillis());
      server.passes(server.lastChange().delay());
    }
    assertThat(delays)
        .containsExactly(500L, 1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L);
    server.random = 0;
    server.line().breaks();
    assertThat(server.lastChange().delay()).isZero();
  }

  @Test
  void onlyAConnectionThatHasLastedSetsTheDelayBack() {
    var server = ScriptedServer.start();
    server.random = 1;
    server.connected().breaks();
    assertThat(server.lastChange().delay()).isEqualTo(ofMillis(500));
    server.passes(ofMillis(500));
    server.line().opened().connected("s1", "r2", true).breaks();
    assertThat(server.lastChange().delay()).isEqualTo(ofMillis(1_000));
    server.passes(ofMillis(1_000));
    server.line().opened().connected("s1", "r3", true);
    server.passes(ofSeconds(10));
    server.line().breaks();
    assertThat(server.lastChange().delay()).isEqualTo(ofMillis(500));
  }

  @Test
  void reconnectIsObeyedOnce() {
    var server = ScriptedServer.start();
    server.connected().says("{'type':'reconnect','afterMs':1200,'reason':'drain'}");
    assertThat(server.client().state()).isEqualTo(ClientState.CONNECTED);
    server.line().closes(1012, "service_restart");
    assertThat(server.lastChange().delay()).isEqualTo(ofMillis(1_200));
    server.passes(ofMillis(1_199));
    assertThat(server.lines).hasSize(1);
    server.passes(ofMillis(1));
    assertThat(server.lines).hasSize(2);
    server.line().breaks();
    assertThat(server.lastChange().delay()).isEqualTo(ofMillis(250));
  }

  @Test
  void whereAClientWasSentAwayFromDoesNotMatterOnTheNextConnection() {
    var server = ScriptedServer.start();
    server.connected().says("{'type':'reconnect','afterMs':60000,'reason':'drain'}");
    server.client().reconnect();
    server.lane.settle();
    server.line().opened().connected("s1", "r2", true).breaks();
    assertThat(server.lastChange().delay()).isEqualTo(ofMillis(250));
  }

  @Test
  void aServerThatSendsUsAwayAndDoesNotCloseIsLeft() {
    var server = ScriptedServer.start();
    server.connected().says("{'type':'reconnect','afterMs':1200,'reason':'drain'}");
    server.passes(ofSeconds(10));
    assertThat(server.client().state()).isEqualTo(ClientState.WAITING);
    assertThat(server.lastChange().delay()).isEqualTo(ofMillis(1_200));
  }

  @Test
  void faultIsToldAfterThreeTriesAndOnce() {
    var server = ScriptedServer.start();
    for (int i = 0; i < 7; i++) {
      server.line().breaks();
      assertThat(server.events(ClientEvent.Fault.class)).hasSize(i < 2 ? 0 : 1);
      server.comesBack();
    }
    server.connected().breaks();
    server.comesBack();
    for (int i = 0; i < 3; i++) {
      server.line().breaks();
      server.comesBack();
    }
    assertThat(server.events(ClientEvent.Fault.class)).hasSize(2);
  }

  @Test
  void noAnswerInTenSecondsIsAFailedTry() {
    var server = ScriptedServer.start();
    server.line().opened();
    server.passes(ofMillis(9_999));
    assertThat(server.client().state()).isEqualTo(ClientState.CONNECTING);
    server.passes(ofMillis(1));
    assertThat(server.client().state()).isEqualTo(ClientState.WAITING);
    assertThat(server.line().gone()).isTrue();
  }

  @Test
  void whatAnOldConnectionSaysIsNotHeard() {
    var server = ScriptedServer.start();
    var heard = new ArrayList<Long>();
    server.client().subscribe("news").onMessage(message -> heard.add(message.offset()));
    var old = server.connected().subscribed("news", "q7", 0);
    server.passes(ofSeconds(40)); // it is dead
    server.resumed().restored("news", "q7", 0, 0);
    old.message("news", 1).closes(4409, "taken_over");
    assertThat(heard).isEmpty();
    assertThat(server.client().state()).isEqualTo(ClientState.CONNECTED);
  }

  @Test
  void anExpiredSessionIsReplacedOnTheSameConnectionAndPositionsStay() {
    var server = ScriptedServer.start();
    server.client().subscribe("news").onMessage(_ -> {});
    server.connected().subscribed("news", "q7", 4).breaks();
    server.passes(ofSeconds(1));
    var line = server.line().opened();
    line.error(line.last(Command.Connect.class).id(), "session_expired", false);
    assertThat(server.events(ClientEvent.Expired.class)).hasSize(1);
    assertThat(server.client().state()).isEqualTo(ClientState.CONNECTING);
    assertThat(server.line()).isSameAs(line);
    assertThat(line.last(Command.Connect.class).resume()).isEmpty();
    line.connected("s2", "x1", false);
    assertThat(line.last(Command.Subscribe.class).position()).contains(new Position("q7", 4));
    assertThat(server.client().session().id()).isEqualTo("s2");
  }

  @ParameterizedTest
  @ValueSource(ints = {4400, 4403, 4409, 4410, 4411, 4412, 4999, 1000, 1002, 1008, 1009})
  void aCodeThatEndsEnds(int code) {
    var server = ScriptedServer.start();
    server.connected().closes(code, "");
    server.passes(ofSeconds(300));
    assertThat(server.client().state()).isEqualTo(ClientState.CLOSED);
    assertThat(server.lines).hasSize(1);
    assertThat(server.events(ClientEvent.Closed.class).getFirst().why()).isPresent();
  }

  @Test
  void theCodeSaysWhyAndNotTheWordsThatCameWithIt() {
    var server = ScriptedServer.start();
    server.connected().closes(4409, "Bye!");
    var other = ScriptedServer.start();
    other.connected().closes(4999, "Bye!");
    assertThat(List.of(server, other))
        .extracting(s -> s.events(ClientEvent.Closed.class).getFirst().why().orElseThrow())
        .satisfies(why -> assertThat(why.code()).isEqualTo("taken_over"), atIndex(0))
        .satisfies(why -> assertThat(why.code()).isEqualTo("closed"), atIndex(1))
        .allSatisfy(why -> assertThat(why).hasMessageContaining("Bye!"));
  }

  @Test
  void anAddressThatIsNoneAndAttributesThatAreNotJsonAreRefusedOnTheSpot() {
    for (var address : List.of("http://a/ws", "ws:a", "ws://a_b/ws", "ws://a/ws#there")) {
      assertThatThrownBy(() -> Byssus.client(URI.create(address)))
          .as(address)
          .isInstanceOf(IllegalArgumentException.class);
    }
    var builder = Byssus.client(URI.create("wss://a/ws"));
    assertThatThrownBy(() -> builder.attributes(Map.of("name", "Ann")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Byssus.text");
  }

  @ParameterizedTest
  @ValueSource(
      ints = {4001, 4002, 4008, 4029, 4030, 4399, 1001, 1005, 1006, 1011, 1012, 1013, 1014})
  void aCodeThatInvitesInvites(int code) {
    var server = ScriptedServer.start();
    server.connected().closes(code, "");
    server.passes(ofSeconds(1));
    assertThat(server.client().state()).isEqualTo(ClientState.RESUMING);
  }

  @ParameterizedTest
  @ValueSource(ints = {4403, 4409})
  void aSessionThatIsSomebodyElsesIsForgotten(int code) {
    var store = Store.inMemory();
    var server = ScriptedServer.start(builder -> builder.store(store));
    server.connected();
    assertThat(store.load()).isPresent();
    server.line().closes(code, "");
    assertThat(store.load()).isEmpty();
  }

  @Test
  void aServerThatCannotNowIsTriedAgain() {
    var server = ScriptedServer.start();
    var line = server.line().opened();
    line.error(line.last(Command.Connect.class).id(), "draining", true);
    assertThat(server.client().state()).isEqualTo(ClientState.WAITING);
    assertThat(line.gone()).isTrue();
  }

  @Test
  void aRefusedResumeEnds() {
    var server = ScriptedServer.start();
    server.connected().breaks();
    server.passes(ofSeconds(1));
    var line = server.line().opened();
    line.error(line.last(Command.Connect.class).id(), "resume_refused", false);
    assertThat(server.client().state()).isEqualTo(ClientState.CLOSED);
    assertThat(server.lastChange().code()).isEqualTo(4403);
  }

  @Test
  void aFixedTokenThatIsRefusedEnds() {
    var server = ScriptedServer.start(builder -> builder.token("old"));
    var line = server.line().opened();
    assertThat(line.last(Command.Connect.class).token()).isEqualTo("old");
    line.error(line.last(Command.Connect.class).id(), "unauthorized", false);
    assertThat(server.client().state()).isEqualTo(ClientState.CLOSED);
    assertThatThrownBy(() -> server.client().ready().join())
        .hasCauseInstanceOf(ByssusException.class)
        .hasMessageContaining("unauthorized");
  }

  @Test
  void aTokenSourceIsAskedAgainThreeTimes() {
    var asked = new ArrayList<Boolean>();
    var server =
        ScriptedServer.start(builder ->
            builder.token(refused -> {
              asked.add(refused);
              return CompletableFuture.completedFuture("t" + asked.size());
            }));
    for (int i = 1; i <= 2; i++) {
      var line = server.line().opened();
      assertThat(line.last(Command.Connect.class).token()).isEqualTo("t" + i);
      line.error(line.last(Command.Connect.class).id(), "unauthorized", false)
          .closes(4401, "unauthorized");
      assertThat(server.client().state()).isEqualTo(ClientState.WAITING);
      server.comesBack();
    }
    server.line().opened().closes(4401, "unauthorized");
    assertThat(server.client().state()).isEqualTo(ClientState.CLOSED);
    assertThat(asked).containsExactly(false, true, true);
  }

  @Test
  void aTokenThatDoesNotComeIsAFailedTry() {
    var server = ScriptedServer.start(builder -> builder.token(_ -> new CompletableFuture<>()));
    server.passes(ofSeconds(10));
    assertThat(server.client().state()).isEqualTo(ClientState.WAITING);
  }

  @Test
  void theNetworkIsBack() {
    var server = ScriptedServer.start();
    server.connected().breaks();
    server.client().reconnect();
    server.lane.settle();
    assertThat(server.client().state()).isEqualTo(ClientState.RESUMING);
    var line = server.line().opened().connected("s1", "r2", true);
    server.client().probe();
    server.lane.settle();
    assertThat(line.all(Command.Ping.class)).hasSize(1);
    server.client().reconnect();
    server.lane.settle();
    assertThat(line.gone()).isTrue();
    assertThat(server.lines).hasSize(3);
    server.line().opened().connected("s1", "r3", true);
    server.passes(ofSeconds(5));
    assertThat(server.lines).hasSize(3);
  }

  @Test
  void closingDetachesAndEndingEnds() {
    var server = ScriptedServer.start();
    server.connected();
    server.client().close();
    server.lane.settle();
    assertThat(server.line().gone()).isTrue();
    assertThat(server.line().all(Command.End.class)).isEmpty();
    assertThat(server.events(ClientEvent.Closed.class))
        .containsExactly(new ClientEvent.Closed(Optional.empty()));

    var store = Store.inMemory();
    var other = ScriptedServer.start(builder -> builder.store(store));
    var line = other.connected();
    var end = other.client().end();
    other.lane.settle();
    line.says("{'type':'ended','id':%d}".formatted(line.last(Command.End.class).id()));
    line.closes(4412, "ended");
    assertThat(end).isCompleted();
    assertThat(other.client().state()).isEqualTo(ClientState.CLOSED);
    assertThat(other.events(ClientEvent.Closed.class).getFirst().why()).isEmpty();
    assertThat(store.load()).isEmpty();
  }

  @Test
  void endingWhileAwayIsSaidAfterTheResume() {
    var server = ScriptedServer.start();
    server.connected().breaks();
    var end = server.client().end();
    server.lane.settle();
    var line = server.resumed();
    line.says("{'type':'ended','id':%d}".formatted(line.last(Command.End.class).id()));
    assertThat(end).isCompleted();
    assertThat(server.client().state()).isEqualTo(ClientState.CLOSED);
  }

  @Test
  void endingThatTheServerRefusesLeavesTheSessionAndMayBeSaidAgain() {
    for (var code : List.of("unavailable", "unknown")) {
      var store = Store.inMemory();
      var server = ScriptedServer.start(builder -> builder.store(store));
      var line = server.connected();
      var end = server.client().end();
      server.lane.settle();
      line.says(
          "{'type':'error','id':%d,'code':'%s','message':'not now','retryable':true}"
              .formatted(line.last(Command.End.class).id(), code));
      server.lane.settle();

      assertThat(end).isCompletedExceptionally();
      assertThat(server.client().state()).isEqualTo(ClientState.CONNECTED);
      assertThat(line.gone()).isFalse();
      var again = server.client().end();
      server.lane.settle();
      line.says("{'type':'ended','id':%d}".formatted(line.last(Command.End.class).id()));
      server.lane.settle();
      assertThat(again).isCompleted();
      assertThat(again).isNotCompletedExceptionally();
      assertThat(server.client().state()).isEqualTo(ClientState.CLOSED);
      assertThat(store.load()).isEmpty();
    }
  }

  @Test
  void endingThatNobodyHearsFailsAndTheSessionIsKept() {
    var store = Store.inMemory();
    var server = ScriptedServer.start(builder -> builder.store(store));
    server.connected().breaks();
    var end = server.client().end();
    server.passes(ofSeconds(10));
    assertThat(end).isCompletedExceptionally();
    assertThat(server.client().state()).isNotEqualTo(ClientState.CLOSED);

    server.client().close();
    server.lane.settle();
    assertThat(server.client().state()).isEqualTo(ClientState.CLOSED);
    assertThat(store.load()).isPresent();
  }

  @Test
  void theCloseMayOvertakeTheAnswerToEnd() {
    var server = ScriptedServer.start();
    server.connected();
    var end = server.client().end();
    server.lane.settle();
    server.line().closes(4412, "ended");
    assertThat(end).isCompleted();
    assertThat(end).isNotCompletedExceptionally();
  }

  @Test
  void aClosedClientDoesNothing() {
    var server = ScriptedServer.start();
    server.client().close();
    server.lane.settle();
    var client = server.client();
    var ended = new ArrayList<String>();
    for (var future :
        List.of(client.ready(), client.publish("a", "1"), client.presence("a"), client.end())) {
      server.lane.settle();
      future.whenComplete((_, failure) -> ended.add(String.valueOf(failure)));
    }
    assertThat(ended).hasSize(4).allMatch(why -> why.contains("closed:"));
    server.passes(ofSeconds(100));
    assertThat(server.lines).hasSize(1);
  }

  @Test
  void whatANewerServerSaysIsPassedOver() {
    var server = ScriptedServer.start();
    server
        .connected()
        .says(
            "{'type':'weather','sun':true}\n\n"
                + "{'type':'task','key':'k'}\n"
                + "{'type':'degraded','active':true}\n");
    assertThat(server.events(ClientEvent.Notice.class)).isEmpty();
    assertThat(server.events(ClientEvent.Degraded.class)).hasSize(1);
    server.line().says("{'type':'error','code':'rate_limited','message':'slow','retryable':true}");
    assertThat(server.events(ClientEvent.Notice.class).getFirst().code()).isEqualTo("rate_limited");
  }
}
