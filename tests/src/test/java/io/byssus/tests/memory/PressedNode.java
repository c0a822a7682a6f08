package io.byssus.tests.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.byssus.tests.cluster.NodeProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A node of its own with so much heap, and what strangers make of it. */
final class PressedNode implements AutoCloseable {
  private static final int STRANGERS = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** So many fresh clients find a silent lane of two with a chance of one in 2 to the 24th. */
  private static final int FRESH = 24;

  private final NodeProcess node;

  private PressedNode(NodeProcess node) {
    this.node = node;
  }

  static PressedNode start(Path folder, String heap, String engine) {
    var arguments =
        new ArrayList<>(List.of("--set", "engine=" + engine, "--set", "deflate.on=true"));
    arguments.addAll(List.of("--set", "auth.anonymous=local"));
    var node = NodeProcess.start("pressed", folder, List.of("-Xmx" + heap), arguments);
    node.awaitReady();
    return new PressedNode(node);
  }

  /**
   * @param most for what they do, in seconds; who is made to wait has not done it all by then
   * @param stay how long they are there after that
   */
  Outcome press(Pressure pressure, int most, int stay) throws Exception {
    var before = metrics();
    try (var bystander = Bystander.start(node.port(), "bystander." + pressure);
        var crowd = new Pressure.Crowd(node.port())) {
      await().atMost(PATIENCE).until(() -> bystander.heard() > 0);
      var ended = new AtomicInteger();
      var done = new CountDownLatch(STRANGERS);
      for (var i = 0; i < STRANGERS; i++) {
        Thread.startVirtualThread(() -> {
          try {
            pressure.press(crowd);
          } catch (IOException hadEnough) {
            ended.incrementAndGet();
          } finally {
            done.countDown();
          }
        });
      }
      // What the operator wants to know is answered in the middle of it.
      assertAnswers("/health/live");
      var all = done.await(most, TimeUnit.SECONDS);
      assertAnswers("/health/live");
      var during = metrics();
      TimeUnit.SECONDS.sleep(stay);
      assertAnswers("/health/live");
      var open = crowd.size();
      crowd.close();
      var from = System.nanoTime();
      assertWhole(pressure + " " + from);
      var wholeMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
      return new Outcome(
          pressure,
          open,
          ended.get() + (all ? 0 : (int) done.getCount()),
          difference(before, during),
          bystander.toString(),
          wholeMs);
    }
  }

  /**
   * @param open connections that they had
   * @param ended strangers whom the node refused, cut off or made to wait
   * @param counted which refusals the node has counted
   */
  record Outcome(
      Pressure pressure, int open, int ended, String counted, String bystander, long wholeMs) {}

  private void assertAnswers(String page) {
    await()
        .atMost(PATIENCE)
        .failFast("the node has ended:\n" + node.said(), () -> !node.alive())
        .until(() -> node.status(page) == 200);
  }

  private String metrics() {
    var page = new AtomicReference<String>();
    await()
        .atMost(PATIENCE)
        .failFast("the node has ended:\n" + node.said(), () -> !node.alive())
        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
        .until(() -> {
          page.set(node.apiPage("/metrics"));
          return true;
        });
    return page.get();
  }

  /** What has grown of what tells of a bound. */
  private static String difference(String before, String after) {
    var told = new ArrayList<String>();
    for (var line : after.lines().toList()) {
      if (line.startsWith("byssus_memory_short_total")
          || line.startsWith("byssus_requests_refused_total")
          || line.startsWith("byssus_connections_closed_total")
          || line.startsWith("byssus_commands_failed_total")
          || line.startsWith("byssus_requests_timed_out_total")
          || line.startsWith("byssus_tasks_failed_total")) {
        var name = line.substring(0, line.lastIndexOf(' '));
        var grown = value(after, name) - value(before, name);
        if (grown > 0) {
          told.add(
              name.replace("byssus_", "").replace("_total", "").replaceAll("\\{.*=\"(.*)\"}", " $1")
                  + " "
                  + (long) grown);
        }
      }
    }
    return String.join(", ", told);
  }

  private static double value(String page, String name) {
    return page.lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** Ready, without a failure, and with every lane at work: fresh clients hear each other. */
  void assertWhole(String prefix) {
    await()
        .atMost(PATIENCE)
        .failFast("the node has ended:\n" + node.said(), () -> !node.alive())
        .until(() -> node.status("/health/ready") == 200);
    for (var i = 0; i < FRESH; i++) {
      var name = prefix + i;
      await()
          .atMost(PATIENCE)
          .pollDelay(Duration.ZERO)
          .ignoreExceptionsInstanceOf(IOException.class)
          .until(() -> hears(name));
    }
    assertThat(value(metrics(), "byssus_tasks_failed_total")).as(node.said()).isZero();
    assertThat(node.said()).doesNotContain("OutOfMemory").doesNotContain("OutOfDirectMemory");
  }

  private boolean hears(String channel) throws IOException {
    try (var fresh = Stranger.connected(node.port())) {
      fresh.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + channel + "\"}");
      fresh.await("\"id\":2");
      fresh.text("{\"type\":\"publish\",\"channel\":\"" + channel + "\",\"data\":\"whole\"}");
      fresh.await("\"whole\"");
      return true;
    }
  }

  String said() {
    return node.said();
  }

  @Override
  public void close() {
    node.close();
  }
}
