package io.byssus.tests.memory;

import io.byssus.redis.testing.RedisProcess;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node with a heap of 64 MB, and a hundred strangers without a token who ask for everything at
 * its largest: it refuses some and cuts off some, answers its operator all the while, and is whole
 * by itself when they are gone. {@link MemoryTrial} presses longer, and makes the table in
 * docs/operations/one-node.md.
 */
class StrangersPressOnASmallNodeTest {
  private static final String HEAP = "64m";
  private static final int MOST = 4;
  private static final int STAY = 0;

  /** What never comes to the engine. */
  private static final Set<Pressure> OF_THE_TRANSPORT =
      EnumSet.of(
          Pressure.FRAGMENTS,
          Pressure.HALF_FRAMES,
          Pressure.COMPRESSED,
          Pressure.HALF_OPEN,
          Pressure.ECHO,
          Pressure.PAGES);

  @TempDir Path folder;

  @Test
  void nodeWithTheMemoryEngineIsWholeWhenTheyAreGone() throws Exception {
    try (var node = PressedNode.start(folder, HEAP, "memory")) {
      for (var pressure : Pressure.values()) {
        node.press(pressure, MOST, STAY);
      }
    }
  }

  @Test
  void nodeOnRedisIsWholeWhenTheyAreGone() throws Exception {
    try (var redis = RedisProcess.start();
        var node = PressedNode.start(folder, HEAP, "redis://127.0.0.1:" + redis.port())) {
      for (var pressure : EnumSet.complementOf(EnumSet.copyOf(OF_THE_TRANSPORT))) {
        node.press(pressure, MOST, STAY);
      }
    }
  }
}
