package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class NodeFailsOnAMessageTest {
  /** Without a trace, to keep the log of the tests short. */
  private static final class Broken extends RuntimeException {
    Broken() {
      super("a secret, broken on purpose", null, false, false);
    }
  }

  static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void soTheConnectionEndsAndThePeerLearnsNothing() throws Exception {
    try (var client = server.connect().open("/ws");
        var other = server.connect().open("/ws")) {
      var told = server.expectFailures();
      server.next().failWith(new Broken());
      client.text("{\"type\":\"ping\"}");
      var close = client.frame();
      assertThat(close.closeCode()).isEqualTo(1011);
      assertThat(close.closeReason()).isEqualTo("internal_error");
      client.assertEnded();
      assertThat(told).singleElement().isInstanceOf(Broken.class);
      other.text("{\"type\":\"ping\"}");
      assertThat(other.frame().text()).isEqualTo("{\"type\":\"pong\"}");
    }
  }
}
