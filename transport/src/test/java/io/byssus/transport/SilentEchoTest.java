package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class SilentEchoTest {
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
  void isClosedAfterAWhile() throws IOException {
    try (var client = server.connect().open("/echo")) {
      var started = System.nanoTime();
      client.assertClosedWith(1001);
      assertThat((System.nanoTime() - started) / 1_000_000).isBetween(1800L, 4000L);
    }
  }

  @Test
  void butNotWhileItIsHeard() throws Exception {
    try (var client = server.connect().open("/echo")) {
      for (var i = 0; i < 6; i++) {
        Thread.sleep(500);
        client.frame(0x89, "");
        assertThat(client.frame().first()).isEqualTo(0x8A);
      }
    }
  }
}
