package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.RateLimit;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class ControlFrameFloodTest {
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
  void pingsBeyondTheBudgetEndTheConnection() throws IOException {
    assertEnded(0x89, 0x8A);
  }

  @Test
  void soDoPongsThatNobodyAskedFor() throws IOException {
    assertEnded(0x8A, -1);
  }

  private static void assertEnded(int sent, int answer) throws IOException {
    try (var client = server.connect().open("/ws")) {
      for (var i = 0; i < 60; i++) {
        client.frame(sent, "p" + i);
      }
      var answers = 0;
      var frame = client.frame();
      for (; frame.first() == answer; frame = client.frame()) {
        assertThat(frame.text()).isEqualTo("p" + answers++);
      }
      assertThat(frame.closeCode()).isEqualTo(1008);
      assertThat(answers).isEqualTo(answer < 0 ? 0 : 50);
    }
  }

  @Test
  void theBudgetFillsUpAgain() {
    var rate = RateLimit.of(10, 50);
    var now = Long.MAX_VALUE - 1_000_000_000;
    var fullAt = now;
    for (var i = 0; i < 50; i++) {
      fullAt = rate.spend(fullAt, now);
      assertThat(rate.exceeded(fullAt, now)).isFalse();
    }
    assertThat(rate.exceeded(rate.spend(fullAt, now), now)).isTrue();
    now += 100_000_000;
    fullAt = rate.spend(fullAt, now);
    assertThat(rate.exceeded(fullAt, now)).isFalse();
    assertThat(rate.exceeded(rate.spend(fullAt, now), now)).isTrue();
    now += 60_000_000_000L;
    assertThat(rate.spend(fullAt, now)).isEqualTo(now + 100_000_000);
  }
}
