package io.byssus.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nothing is asserted of times: a benchmark that miscounts is wrong at any speed. */
class GeneratorCountsEveryMessageTest {
  private static final Duration SHORT = Duration.ofMillis(300);

  private final MinimalNetty server = MinimalNetty.start(0);
  private final Generator generator = new Generator();
  private final Dialect dialect = new Dialect.Plain();

  @AfterEach
  void stop() {
    generator.close();
    server.close();
  }

  @Test
  void aBroadcastReachesEachSubscriberOnce() {
    try (var load = Broadcast.open(generator, server.address(), dialect, 20, 1)) {
      for (var round = 0; round < 2; round++) {
        assertThat(load.run(SHORT)).isPositive().satisfies(n -> assertThat(n % 20).isZero());
      }
    }
  }

  @Test
  void joinedFramesAreCountedOneByOne() {
    try (var load = Broadcast.open(generator, server.address(), dialect, 20, 10)) {
      assertThat(load.run(SHORT)).isPositive().satisfies(n -> assertThat(n % 200).isZero());
    }
  }

  @Test
  void aSubscriberThatIsGoneIsNoticed() {
    var subscribers = generator.open(server.address(), 3, _ -> dialect.subscriber());
    server.close();
    assertThatThrownBy(() -> generator.open(server.address(), dialect.newcomer()))
        .isInstanceOf(IllegalStateException.class);
    assertThat(subscribers).allSatisfy(client -> assertThat(client.ending()).isNotEmpty());
  }

  @Test
  void echoesComeBackWhole() {
    try (var load = Echoes.open(generator, server.address(), 5)) {
      assertThat(load.run(SHORT)).isGreaterThanOrEqualTo(5);
    }
  }

  @Test
  void clientsComeAndGo() {
    try (var load = new Arrivals(generator, server.address(), dialect.newcomer(), 4)) {
      assertThat(load.run(SHORT)).isGreaterThanOrEqualTo(4);
    }
  }
}
