package io.byssus.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.device.Crc;
import io.byssus.server.config.Loading;
import io.byssus.tools.Terminal;
import io.byssus.tools.simulator.DevicePlan;
import io.byssus.tools.simulator.DeviceSimulator;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The simulator says what it did to each frame; the server's counters say what came of it. */
@Timeout(120)
class SimulatedLineIsCountedAsItIsTest {
  private static final int FRAMES = 200;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private boolean play(URI to, DevicePlan.Faults faults) throws InterruptedException {
    var plan =
        new DevicePlan(
            to,
            "",
            List.of(7),
            Crc.CCITT_FALSE,
            1,
            true,
            Optional.empty(),
            Duration.ofMillis(1),
            FRAMES,
            faults,
            5);
    var terminal = new Terminal(new PrintStream(out), new PrintStream(err), () -> false);
    return DeviceSimulator.run(plan, terminal, new CompletableFuture<>());
  }

  private long said(String what) {
    return Pattern.compile(what).matcher(out.toString()).results().count();
  }

  private static DevicePlan.Faults faults(double garbage, double drop, double duplicate) {
    return new DevicePlan.Faults(0, garbage, drop, duplicate, 0.2, 0, Duration.ofSeconds(1));
  }

  @Test
  void lostRepeatedAndSkipped() throws Exception {
    var config =
        Loading.yaml("")
            .set("listen.host", "127.0.0.1")
            .set("listen.port", "0")
            .set("devices.tcp.port", "0")
            .set("devices.sequence", "true")
            .set("devices.frames-per-second", "1000000")
            .config();
    try (var server = Server.start(config)) {
      var port = server.deviceAddress().orElseThrow().getPort();
      play(URI.create("tcp://127.0.0.1:" + port), faults(0.1, 0.1, 0.1));

      var metrics = new TestMetrics(server);
      var dropped = said("dropped");
      var repeated = said("once more");
      var garbage = Pattern.compile("garbage: (.*)").matcher(out.toString()).results();
      metrics.awaitDevices("frames", FRAMES - dropped + repeated);
      metrics.awaitDevices("lost_frames", dropped);
      metrics.awaitDevices("repeated_frames", repeated);
      metrics.awaitDevices("unpublished_frames", 0);
      metrics.awaitDevices(
          "skipped_bytes", garbage.mapToLong(found -> found.group(1).split(" ").length).sum());
      assertThat(dropped).isPositive();
      assertThat(repeated).isPositive();
    }
  }

  @Test
  void aServerThatIsNotThereIsToldOnBothWays() throws Exception {
    for (var scheme : List.of("tcp", "ws")) {
      err.reset();
      assertThat(play(URI.create(scheme + "://127.0.0.1:1/device"), faults(0, 0, 0))).isFalse();
      assertThat(err.toString()).contains("cannot be reached: Connection refused");
    }
  }
}
