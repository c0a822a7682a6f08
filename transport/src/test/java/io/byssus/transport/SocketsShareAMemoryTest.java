package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.byssus.core.Budget;
import io.byssus.core.Budgets;
import io.byssus.core.NodeObserver;
import io.byssus.core.connection.Overflow;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What all sockets hold together is bounded: the largest are let go of, newcomers are refused, and
 * whoever asks at once is answered.
 */
@ExtendWith(NoLeaks.class)
class SocketsShareAMemoryTest {
  private static final int HANDSHAKES = 10;
  private static final long SENDING = 1 << 20;
  private static final String BIG = "\"" + "x".repeat(32 << 10) + "\"";

  private final Budgets budgets =
      new Budgets(
          new Budget("sending", SENDING, NodeObserver.NONE),
          new Budget("sessions", 60L * Room.SOCKET_BYTES, NodeObserver.NONE),
          Budget.unbounded("histories"),
          Budget.unbounded("inboxes"));

  private final List<RawClient> clients = new ArrayList<>();
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    var http = TransportSettings.Http.DEFAULTS;
    var few =
        new TransportSettings.Http(
            http.requestTimeout(),
            http.keepAlive(),
            http.requestLineBytes(),
            http.headerBytes(),
            HANDSHAKES);
    server =
        new TestServer(TransportSettings.DEFAULTS.with(few), Transport.EPOLL, "127.0.0.1", budgets);
  }

  @AfterEach
  void allIsGivenBack() throws IOException {
    for (var client : clients) {
      client.close();
    }
    await().until(() -> server.connections() == 0);
    await().until(() -> budgets.sending().taken() == 0 && budgets.sessions().taken() == 0);
    server.close();
  }

  private RawClient client() throws IOException {
    var client = server.connect();
    clients.add(client);
    return client;
  }

  @Test
  void thoseGoThatLeaveTheMostUnread() throws Exception {
    var quick = client().open("/echo");
    var slow = new ArrayList<TestServer.Client>();
    for (var i = 0; i < 20; i++) {
      client().open("/ws");
      slow.add(server.next());
    }
    for (var each : slow) {
      fill(each);
    }
    await().until(() -> slow.stream().anyMatch(each -> !each.connection().open()));
    for (var each : slow) {
      if (!each.connection().open()) {
        assertThat(each.gone()).isEqualTo(CloseCode.SLOW_CONSUMER);
      }
    }
    await().until(() -> !budgets.sending().exceeded());
    quick.text("still here");
    assertThat(quick.frame().text()).isEqualTo("still here");
  }

  /** Until it is congested, and half its outbox on top. */
  private static void fill(TestServer.Client client) {
    client.onLane(() -> {
      var connection = client.connection();
      for (var offset = 1; offset < 40 && connection.open(); offset++) {
        var item = new ServerMessage.Item(offset, Json.of(BIG), Optional.empty());
        var frame = connection.encoding().frame(new ServerMessage.Message("news", "", item));
        connection.push(frame, "news", Overflow.DISCONNECT);
        connection.flush();
      }
    });
  }

  @Test
  void messagesThatDoNotComeAsAWholeCountToo() throws Exception {
    var quick = client().open("/echo");
    var frame = RawClient.frame(0x82, new byte[60_000]);
    var half = Arrays.copyOf(frame, frame.length - 1);
    var slow = new ArrayList<RawClient>();
    for (var i = 0; i < 25; i++) {
      slow.add(client().open("/echo"));
    }
    for (var each : slow) {
      each.send(half);
    }
    await().until(() -> server.connections() < 26);
    await().until(() -> !budgets.sending().exceeded());
    quick.text("still here");
    assertThat(quick.frame().text()).isEqualTo("still here");
  }

  @Test
  void newcomersAreRefusedAndPagesAnswered() throws Exception {
    var refused = 0;
    while (refused == 0) {
      var client = client();
      client.send(RawClient.handshake("/echo") + "\r\n");
      var response = client.head();
      if (response.status() != 101) {
        assertThat(response.status()).isEqualTo(503);
        assertThat(response.header("Retry-After")).isEqualTo("5");
        refused++;
      }
      assertThat(clients).hasSizeLessThan(70);
    }
    assertThat(clients).hasSizeGreaterThan(40);
    assertLives();
    for (var client : clients) {
      client.close();
    }
    await().until(() -> server.connections() == 0);
    assertThat(client().open("/echo")).isNotNull();
  }

  private void assertLives() throws IOException {
    var operator = client();
    operator.send("GET /health/live HTTP/1.1\r\nHost: byssus.test\r\nConnection: close\r\n\r\n");
    assertThat(operator.response().status()).isEqualTo(200);
  }

  @Test
  void whoOnlyConnectsMakesRoomForWhoAsks() throws Exception {
    var first = client();
    first.send("GET /ws HTTP/1.1\r\n");
    for (var i = 0; i < HANDSHAKES; i++) {
      client().send("GET /ws HTTP/1.1\r\n");
    }
    assertThatThrownBy(() -> first.read(1)).isInstanceOf(IOException.class);
    assertLives();
  }
}
