package io.byssus.tests.memory;

import io.byssus.redis.testing.RedisProcess;
import java.nio.file.Path;
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
  private static final int SECONDS = 1;

  @TempDir Path folder;

  @Test
  void nodeWithTheMemoryEngineIsWholeWhenTheyAreGone() throws Exception {
    try (var node = PressedNode.start(folder, HEAP, "memory")) {
      for (var pressure : Pressure.values()) {
        node.press(pressure, SECONDS);
      }
    }
  }

  @Test
  void nodeOnRedisIsWholeWhenTheyAreGone() throws Exception {
    try (var redis = RedisProcess.start();
        var node = PressedNode.start(folder, HEAP, "redis://127.0.0.1:" + redis.port())) {
      for (var pressure : Pressure.values()) {
        node.press(pressure, SECONDS);
      }
    }
  }
}
