package io.byssus.tests.memory;

import io.byssus.redis.testing.RedisProcess;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;

/**
 * Presses on nodes for longer than a test may, and writes a table of how they came through:
 *
 * <pre>
 * mvn -q -o test-compile exec:java … io.byssus.tests.memory.MemoryTrial HEAP ENGINE SECONDS [KIND…]
 * </pre>
 *
 * HEAP is that of the node (64m), ENGINE memory or redis, SECONDS how long the strangers stay, and
 * each KIND one of {@link Pressure}; without any, all of them.
 */
final class MemoryTrial {
  private static final int MOST = 20;

  private MemoryTrial() {}

  public static void main(String[] arguments) throws Exception {
    var heap = arguments[0];
    var seconds = Integer.parseInt(arguments[2]);
    var kinds =
        arguments.length > 3
            ? Arrays.stream(arguments).skip(3).map(Pressure::valueOf).toList()
            : List.of(Pressure.values());
    var folder = Files.createTempDirectory("byssus-memory-trial");
    System.out.println(
        "| a hundred strangers | connections | had enough | the node counted | a bystander | whole"
            + " again after |");
    System.out.println("|---|---|---|---|---|---|");
    try (var redis = arguments[1].equals("redis") ? RedisProcess.start() : null;
        var node =
            PressedNode.start(
                folder, heap, redis == null ? "memory" : "redis://127.0.0.1:" + redis.port())) {
      for (var kind : kinds) {
        var outcome = node.press(kind, MOST, seconds);
        System.out.printf(
            "| %s | %d | %d | %s | %s | %d ms |%n",
            kind.what(),
            outcome.open(),
            outcome.ended(),
            outcome.counted(),
            outcome.bystander(),
            outcome.wholeMs());
      }
      System.out.println(node.said());
    }
    System.exit(0);
  }
}
