package io.byssus.core.contract;

import io.byssus.core.engine.Engine;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.Owner;
import io.byssus.protocol.Durability;
import java.time.Duration;

/** An engine, its time and its neighbour, as the contracts see them. */
public interface EngineUnderTest extends AutoCloseable {
  /** The node that most steps are done on. */
  Node here();

  /**
   * Another node of the same cluster. An engine without neighbours gives the same engine, under
   * another owner.
   */
  Node there();

  /** One node's way into the engine. */
  record Node(Owner owner, Engine engine) {}

  /**
   * What the engine was told. An engine that lives in real time is told short times, which the
   * contracts wait for.
   */
  EngineSettings settings();

  /** The age of publications in tests about it; as short as the settings. */
  Duration historyAge();

  /** The strongest durability that this deployment can keep. */
  Durability durability();

  /**
   * When it returns, at least {@code time} has passed for the engine, and as little more as can be.
   */
  void advance(Duration time);

  @Override
  void close();
}
