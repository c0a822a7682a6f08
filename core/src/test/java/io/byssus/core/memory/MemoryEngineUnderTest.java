package io.byssus.core.memory;

import io.byssus.core.contract.EngineUnderTest;
import io.byssus.core.engine.Engine;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.Owner;
import io.byssus.protocol.Durability;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * A new memory engine, whose time stands still between steps. It has no neighbour: two owners share
 * it.
 */
final class MemoryEngineUnderTest implements EngineUnderTest {
  static final EngineSettings SETTINGS =
      new EngineSettings(
          Duration.ofMinutes(30),
          100,
          1 << 10,
          Duration.ofMinutes(10),
          Duration.ofMinutes(1),
          Duration.ofMinutes(5),
          Duration.ofHours(2));

  private final ManualTicker ticker = new ManualTicker();
  private final Engine engine = MemoryEngine.create(SETTINGS, ticker, new SplittableRandom(42));

  @Override
  public Node here() {
    return new Node(new Owner("n1", "i1"), engine);
  }

  @Override
  public Node there() {
    return new Node(new Owner("n2", "i2"), engine);
  }

  @Override
  public EngineSettings settings() {
    return SETTINGS;
  }

  @Override
  public Duration historyAge() {
    return Duration.ofMinutes(10);
  }

  @Override
  public Durability durability() {
    return Durability.ACCEPTED;
  }

  @Override
  public void advance(Duration time) {
    ticker.advance(time);
  }

  @Override
  public void close() {}
}
