package io.byssus.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the program does inside its handlers happens behind what was told, never in its middle. */
class HandlersMayActTest {
  @ParameterizedTest
  @EnumSource(names = {"RESUMING", "WAITING", "CONNECTED"})
  void closedWhereAStateIsToldItStaysClosedAndOpensNothingMore(ClientState state) {
    var server = ScriptedServer.start();
    var first = server.connected();
    var states = new ArrayList<ClientState>();
    server
        .client()
        .on(
            ClientEvent.StateChanged.class,
            change -> {
              states.add(change.state());
              if (change.state() == state) {
                server.client().close();
              }
            });
    first.breaks();
    if (state == ClientState.CONNECTED) {
      server.resumed();
    }
    server.passes(Duration.ofSeconds(1));
    server.lane.settle();

    assertThat(server.client().state()).isEqualTo(ClientState.CLOSED);
    assertThat(states.getLast()).isEqualTo(ClientState.CLOSED);
    var lines = server.lines.size();
    server.passes(Duration.ofMinutes(5));
    assertThat(server.lines).hasSize(lines);
    assertThat(server.lines).allMatch(line -> line == first || line.gone());
  }

  @Test
  void closedWhereItsSessionHasExpiredItStaysClosed() {
    var server = ScriptedServer.start();
    server.connected().breaks();
    server.client().on(ClientEvent.Expired.class, _ -> server.client().close());
    server.comesBack();
    var line = server.line().opened();
    line.error(line.last(Command.Connect.class).id(), "session_expired", false);
    server.lane.settle();
    server.passes(Duration.ofMinutes(5));

    assertThat(server.client().state()).isEqualTo(ClientState.CLOSED);
    assertThat(server.lines).allMatch(each -> each == server.lines.getFirst() || each.gone());
  }

  @Test
  void leftElsewhereInsideARestoreItHearsThereWhatBecameOfIt() {
    var server = ScriptedServer.start();
    var line = server.connected();
    var subscription = server.client().subscribe("news");
    var told = new ArrayList<String>();
    server.lane.settle();
    line.subscribed("news", "e", 3);
    line.breaks();
    subscription.on(StreamEvent.Recovered.class, event -> told.add(event.toString()));
    var once = new AtomicBoolean(true);
    subscription.on(
        StreamEvent.Subscribed.class,
        _ -> {
          if (once.getAndSet(false)) {
            server.client().reconnect();
          }
        });
    server.resumed().restored("news", "e", 5, 2);
    server.lane.settle();
    var second = server.line().opened().connected("s1", "r3", true);
    second.restored("news", "e", 3, 0);
    server.lane.settle();

    assertThat(told)
        .containsExactly(new StreamEvent.Recovered(true, Optional.empty(), 0).toString());
    assertThat(server.client().state()).isEqualTo(ClientState.CONNECTED);
  }
}
