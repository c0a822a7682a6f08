package io.byssus.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.byssus.redis.testing.RedisProcess;
import io.byssus.tests.browser.NodeJs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Everything real: two nodes, a Redis, a simulated device on TCP, and Chromium. */
@Timeout(240)
class DeviceMeetsABrowserOnAnotherNodeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void aPageSeesTheReadingsAndTheDeviceObeys() throws Exception {
    try (var redis = RedisProcess.start();
        var here = new DeviceNode("n1", folder, redis);
        var there = new DeviceNode("n2", folder, redis)) {
      here.process.awaitReady();
      there.process.awaitReady();
      try (var device = device(here, "first")) {
        runPageOn(there);
        awaitOutput(device, "←   7  control 16   2a");
        assertThat(here.counted("commands")).isEqualTo(1);

        // The gateway is moved, and the one that was forgotten goes on sending.
        try (var moved = device(there, "second")) {
          await().atMost(PATIENCE).until(() -> here.counted("takeovers") == 1);
          await().atMost(PATIENCE).until(() -> here.counted("superseded_frames") >= 10);
          runPageOn(here);
          awaitOutput(moved, "←   7  control 16   2a");
          assertThat(output(device)).containsOnlyOnce("←");
          assertThat(here.counted("takeovers")).isEqualTo(1);
          assertThat(there.counted("takeovers")).isZero();
        }
      }
    }
  }

  private static final class DeviceNode implements AutoCloseable {
    final int devicePort = RedisProcess.freePort();
    final NodeProcess process;

    DeviceNode(String name, Path folder, RedisProcess redis) {
      var arguments = new ArrayList<>(List.of("--engine", "redis://" + redis.host()));
      for (var setting :
          List.of(
              "devices.tcp.port=" + devicePort,
              "devices.tcp.gateways=g1=127.0.0.1",
              "devices.controls=temperature=1,switch=0x10")) {
        arguments.addAll(List.of("--set", setting));
      }
      process = NodeProcess.start(name, folder, arguments);
    }

    int counted(String what) {
      var counter = Pattern.compile("(?m)^byssus_devices_" + what + "_total (\\d+)\\.0$");
      var found = counter.matcher(process.apiPage("/metrics"));
      assertThat(found.find()).as(what).isTrue();
      return Integer.parseInt(found.group(1));
    }

    @Override
    public void close() {
      process.close();
    }
  }

  /** The simulator as anybody would start it. */
  private record Device(Process process, Path said) implements AutoCloseable {
    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  private Device device(DeviceNode node, String name) throws IOException {
    var said = folder.resolve(name + ".txt");
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.byssus.server.Main",
                "device",
                "--to",
                "tcp://127.0.0.1:" + node.devicePort,
                "--addresses",
                "7",
                "--every",
                "100ms")
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    return new Device(process, said);
  }

  private static void awaitOutput(Device device, String part) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(output(device)).contains(part));
  }

  private static String output(Device device) {
    try {
      return Files.readString(device.said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void runPageOn(DeviceNode node) throws Exception {
    NodeJs.run(
        Path.of("browser"),
        Map.of("BYSSUS_URL", node.process.address()),
        List.of("node", "device.browser.mjs"));
  }
}
