package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.byssus.core.connection.Overflow;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A peer that does not read costs a bounded amount of memory and nobody else's time. */
@ExtendWith(NoLeaks.class)
class SlowReaderTest {
  private static final String BIG = "\"" + "x".repeat(32 << 10) + "\"";

  private static final int ECHOES = 800;

  static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer(TestServer.impatient());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static ServerMessage message(int offset) {
    var item = new ServerMessage.Item(offset, Json.of(BIG), Optional.empty());
    return new ServerMessage.Message("news", "", item);
  }

  @Test
  void isNotWritableUntilItReads() throws Exception {
    try (var client = server.connect().open("/ws")) {
      var session = server.next();
      var pushed = fill(session);
      assertThat(session.timesDrained()).isZero();
      for (var offset = 1; offset <= pushed; offset++) {
        assertThat(client.frame().text()).contains("\"offset\":" + offset + ",");
      }
      await().until(() -> session.timesDrained() > 0);
      session.send(new ServerMessage.Pong(7, false));
      assertThat(client.frame().text()).contains("\"id\":7");
    }
  }

  /** Pushes until the connection is congested; how many it took. */
  private static int fill(TestServer.Client session) throws Exception {
    var pushed = new CompletableFuture<Integer>();
    session.onLane(() -> {
      var connection = session.connection();
      var count = 0;
      while (!connection.congested()) {
        var frame = connection.encoding().frame(message(++count));
        connection.push(frame, "news", Overflow.DISCONNECT);
        connection.flush();
      }
      pushed.complete(count);
    });
    return pushed.get();
  }

  @Test
  void isNotHoardedForByTheKernel() throws Exception {
    try (var _ = server.connect().open("/ws")) {
      var session = server.next();
      // What fills the transport once the kernel has had time to take all that it wants.
      var taken = 0;
      for (var round = 0; round < 10; round++) {
        taken += fill(session);
        Thread.sleep(20);
      }
      assertThat(taken * 32L << 10).isLessThan(1 << 20);
    }
  }

  @Test
  void isClosedByResetWhenItsOutboxIsFull() throws Exception {
    try (var client = server.connect().open("/ws")) {
      var session = server.next();
      session.onLane(() -> {
        for (var offset = 1; session.connection().open(); offset++) {
          var frame = session.connection().encoding().frame(message(offset));
          session.connection().push(frame, "news", Overflow.DISCONNECT);
          session.connection().flush();
        }
      });
      assertThat(session.gone()).isEqualTo(CloseCode.SLOW_CONSUMER);
      await().until(() -> server.connections() == 0);
    }
  }

  @Test
  void getsOnlyTheLatestPong() throws Exception {
    try (var client = server.connect().open("/ws")) {
      var session = server.next();
      var pushed = fill(session);
      for (var i = 0; i < 20; i++) {
        client.frame(0x89, "p" + i);
      }
      // Commands come in order, so once this one is there the pings were too.
      client.text("{\"type\":\"pong\"}");
      session.received();
      var pongs = 0;
      for (var frames = 0; frames < pushed + 1; frames++) {
        var frame = client.frame();
        if (frame.first() == 0x8A) {
          pongs++;
          assertThat(frame.text()).isEqualTo("p19");
        }
      }
      assertThat(pongs).isOne();
    }
  }

  @Test
  void isNotReadFromWhileItDoesNotTakeItsEcho() throws Exception {
    try (var slow = server.connect().open("/echo")) {
      var frame = RawClient.frame(0x82, new byte[60_000]);
      var sent = new CompletableFuture<Integer>();
      var sender =
          Thread.startVirtualThread(() -> {
            var count = 0;
            try {
              for (; count < ECHOES; count++) {
                slow.send(frame);
              }
              sent.complete(count);
            } catch (IOException closed) {
              sent.complete(count);
            }
          });
      sender.join(Duration.ofMillis(700));
      assertThat(sent).as("48 MB were taken from who reads none of it").isNotDone();
      try (var other = server.connect().open("/echo")) {
        other.text("quick");
        assertThat(other.frame().text()).isEqualTo("quick");
      }
      for (var i = 0; i < ECHOES; i++) {
        assertThat(slow.frame().payload()).hasSize(60_000);
      }
      assertThat(sent.get()).isEqualTo(ECHOES);
    }
  }
}
