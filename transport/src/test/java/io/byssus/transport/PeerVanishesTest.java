package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.byssus.protocol.CloseCode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However a peer leaves, its session hears of it and its socket is freed. */
@ExtendWith(NoLeaks.class)
class PeerVanishesTest {
  static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer(TestServer.impatient());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void withACloseFrame() throws Exception {
    try (var client = server.connect().open("/ws")) {
      client.send(RawClient.frame(0x88, new byte[] {0x03, (byte) 0xE8, 'b', 'y', 'e'}));
      assertThat(client.frame().closeCode()).isEqualTo(1000);
      client.assertEnded();
      assertThat(server.next().gone()).isEqualTo(CloseCode.GOING_AWAY);
    }
  }

  @Test
  void withACloseFrameThatSaysNothing() throws Exception {
    try (var client = server.connect().open("/ws")) {
      client.send(RawClient.frame(0x88, new byte[0]));
      assertThat(client.frame().payload()).isEmpty();
      client.assertEnded();
      assertThat(server.next().gone()).isEqualTo(CloseCode.GOING_AWAY);
    }
  }

  @Test
  void withoutACloseFrame() throws Exception {
    try (var client = server.connect().open("/ws")) {
      client.shutdownOutput();
      client.assertEnded();
      assertThat(server.next().gone()).isEqualTo(CloseCode.GOING_AWAY);
    }
  }

  @Test
  void byAReset() throws Exception {
    var client = server.connect().open("/ws");
    client.reset();
    assertThat(server.next().gone()).isEqualTo(CloseCode.GOING_AWAY);
  }

  @Test
  void inTheMiddleOfAFrame() throws Exception {
    try (var client = server.connect().open("/ws")) {
      client.send((byte) 0x82, (byte) 0xFE, (byte) 0x10, (byte) 0x00, (byte) 1);
      client.shutdownOutput();
      client.assertEnded();
      assertThat(server.next().gone()).isEqualTo(CloseCode.GOING_AWAY);
    }
  }

  @Test
  void inTheMiddleOfAMessage() throws Exception {
    try (var client = server.connect().open("/ws")) {
      client.frame(0x01, "half");
      client.shutdownOutput();
      client.assertEnded();
      assertThat(server.next().gone()).isEqualTo(CloseCode.GOING_AWAY);
    }
  }

  @Test
  void whenWeCloseAndItDoesNotAnswer() throws Exception {
    try (var client = server.connect().open("/ws")) {
      var session = server.next();
      session.onLane(() -> session.connection().close(CloseCode.SERVICE_RESTART));
      assertThat(client.frame().closeCode()).isEqualTo(1012);
      client.assertEnded();
    }
  }

  @Test
  void whenWeCloseAndItAnswersLate() throws Exception {
    try (var client = server.connect().open("/ws")) {
      var session = server.next();
      session.onLane(() -> session.connection().close(CloseCode.TAKEN_OVER));
      assertThat(client.frame()).extracting(RawClient.Frame::closeCode).isEqualTo(4409);
      client.text("not heard any more").frame(0x89, "nor this");
      client.send(RawClient.frame(0x88, new byte[] {0x11, 0x39}));
      client.assertEnded();
      assertThat(session.waiting()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fin", "reset", "half", "refused"})
  void leavingNothingBehind(String way) throws Exception {
    await().atMost(Duration.ofSeconds(5)).until(() -> server.connections() == 0);
    var before = descriptors();
    for (var i = 0; i < 50; i++) {
      var client = server.connect().open("/echo");
      client.text("x");
      switch (way) {
        case "fin" -> client.close();
        case "reset" -> client.reset();
        case "half" -> client.shutdownOutput();
        default -> client.frame(0x83, "");
      }
      if (!way.equals("fin") && !way.equals("reset")) {
        client.frame();
        client.close();
      }
    }
    await().atMost(Duration.ofSeconds(5)).until(() -> server.connections() == 0);
    await().atMost(Duration.ofSeconds(5)).until(() -> descriptors() <= before);
  }

  private static long descriptors() throws IOException {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  @Test
  void withoutKeepingTheLoopBusy() throws Exception {
    try (var client = server.connect().open("/ws")) {
      var session = server.next();
      // Not reading is when a half-closed socket could be reported over and over.
      session.onLane(() -> session.connection().reading(false));
      client.text("{\"type\":\"ping\"}");
      client.shutdownOutput();
      Thread.sleep(100);
      var before = cpuNs();
      Thread.sleep(300);
      assertThat(cpuNs() - before).isLessThan(100_000_000);
      session.onLane(() -> session.connection().reading(true));
      assertThat(session.gone()).isEqualTo(CloseCode.GOING_AWAY);
    }
  }

  /** Of the loops, and not of the process: the compiler is busy with what other tests have run. */
  private static long cpuNs() {
    var threads = ManagementFactory.getThreadMXBean();
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("byssus-lane"))
        .mapToLong(thread -> threads.getThreadCpuTime(thread.threadId()))
        .sum();
  }
}
