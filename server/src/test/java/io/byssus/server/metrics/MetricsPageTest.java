package io.byssus.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Budgets;
import io.byssus.core.node.NodeView;
import io.byssus.core.session.Owner;
import io.byssus.devices.DeviceEvent;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Gap;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
  private final MetricsObserver counted = new MetricsObserver();
  private boolean ready = true;
  private List<NodeView> members = List.of();
  private final MetricsPage page =
      new MetricsPage(counted, () -> ready, () -> members, Budgets.unbounded());

  private double value(String sample) {
    return page.get()
        .lines()
        .filter(line -> line.startsWith(sample + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(sample + " is not in\n" + page.get()));
  }

  @Test
  void whatHappenedIsOnThePage() {
    counted.connectionOpened();
    counted.connectionOpened();
    counted.connectionClosed(CloseCode.SLOW_CONSUMER);
    counted.sessionResumed("s", true);
    counted.commandFailed(ErrorCode.RATE_LIMITED);
    counted.delivered("news", 3, 5);
    counted.dropped(2, 200);
    counted.gap("news", Gap.TRIMMED);
    counted.laneStalled(Duration.ofSeconds(2));
    assertThat(value("byssus_connections")).isEqualTo(1);
    assertThat(value("byssus_connections_opened_total")).isEqualTo(2);
    assertThat(value("byssus_connections_closed_total{code=\"slow_consumer\"}")).isEqualTo(1);
    assertThat(value("byssus_connections_closed_total{code=\"normal\"}")).isZero();
    assertThat(value("byssus_sessions_taken_over_total")).isEqualTo(1);
    assertThat(value("byssus_commands_failed_total{code=\"rate_limited\"}")).isEqualTo(1);
    assertThat(value("byssus_deliveries_total")).isEqualTo(15);
    assertThat(value("byssus_pushes_dropped_bytes_total")).isEqualTo(200);
    assertThat(value("byssus_gaps_total{reason=\"trimmed\"}")).isEqualTo(1);
    assertThat(value("byssus_lane_stalls_seconds_total")).isEqualTo(2);
    counted.delivered("news", 1, 1);
    assertThat(value("byssus_deliveries_total")).isEqualTo(16);
  }

  @Test
  void pageTellsWhetherClientsMayCome() {
    assertThat(value("byssus_ready")).isEqualTo(1);
    ready = false;
    assertThat(value("byssus_ready")).isZero();
  }

  @Test
  void pageTellsWhetherTheEngineAnswers() {
    assertThat(value("byssus_engine_reachable")).isEqualTo(1);
    counted.engineReachable(false);
    assertThat(value("byssus_engine_reachable")).isZero();
    counted.engineReachable(true);
    counted.engineForgot();
    counted.sessionsHealed(7);
    counted.clusterMessageUnknown("lamp");
    assertThat(value("byssus_engine_reachable")).isEqualTo(1);
    assertThat(value("byssus_engine_outages_total")).isEqualTo(1);
    assertThat(value("byssus_engine_forgot_total")).isEqualTo(1);
    assertThat(value("byssus_sessions_healed_total")).isEqualTo(7);
    assertThat(value("byssus_cluster_messages_unknown_total")).isEqualTo(1);
  }

  @Test
  void pageTellsHowManyNodesAreSeen() {
    assertThat(value("byssus_cluster_members")).isZero();
    members = List.of(node("a", true), node("b", false));
    assertThat(value("byssus_cluster_members")).isEqualTo(2);
  }

  private static NodeView node(String name, boolean self) {
    return new NodeView(
        new Owner(name, "i1"),
        NodeView.State.ALIVE,
        name + ".example:8080",
        "1.2",
        Duration.ofSeconds(61),
        3,
        4,
        self,
        self);
  }

  @Test
  void machineIsOnThePageToo() {
    assertThat(page.get())
        .contains("jvm_memory_used_bytes", "jvm_threads_live_threads", "process_uptime_seconds");
  }

  @Test
  void nobodyIsNamed() {
    counted.sessionCreated("session-id-of-zaphod");
    counted.published("private:zaphod");
    counted.delivered("private:zaphod", 1, 1);
    counted.gap("private:zaphod", Gap.EXPIRED);
    counted.happened(DeviceEvent.TAKEOVERS, 1, "device:zaphod:7");
    counted.engineFailed("claim of zaphod", new IllegalStateException("zaphod"));
    assertThat(page.get()).doesNotContain("zaphod");
  }

  /** Whoever writes an alert finds a name here before it is gone. */
  @Test
  void namesAreTheOnesThatWerePromised() {
    var names =
        page.get()
            .lines()
            .filter(line -> line.startsWith("# TYPE byssus_"))
            .map(line -> line.split(" ")[2])
            .toList();
    assertThat(names)
        .containsExactlyInAnyOrderElementsOf(
            List.of(
                "byssus_devices_frames_total",
                "byssus_devices_bad_frames_total",
                "byssus_devices_skipped_bytes_total",
                "byssus_devices_heartbeats_total",
                "byssus_devices_lost_frames_total",
                "byssus_devices_repeated_frames_total",
                "byssus_devices_unpublished_frames_total",
                "byssus_devices_superseded_frames_total",
                "byssus_devices_excess_addresses_total",
                "byssus_devices_commands_total",
                "byssus_devices_bad_commands_total",
                "byssus_devices_expired_commands_total",
                "byssus_devices_takeovers_total",
                "byssus_devices_throttles_total",
                "byssus_devices_gateways_total",
                "byssus_devices_refused_gateways_total",
                "byssus_ready",
                "byssus_engine_reachable",
                "byssus_engine_outages_total",
                "byssus_engine_forgot_total",
                "byssus_sessions_healed_total",
                "byssus_cluster_members",
                "byssus_cluster_nodes_joined_total",
                "byssus_cluster_messages_unknown_total",
                "byssus_cluster_nodes_gone_total",
                "byssus_sessions_orphaned_total",
                "byssus_connections",
                "byssus_connections_opened_total",
                "byssus_connections_closed_total",
                "byssus_sessions_started_total",
                "byssus_sessions_resumed_total",
                "byssus_sessions_taken_over_total",
                "byssus_sessions_detached_total",
                "byssus_sessions_lost_total",
                "byssus_sessions_ended_total",
                "byssus_sessions_expired_total",
                "byssus_commands_failed_total",
                "byssus_publications_total",
                "byssus_deliveries_total",
                "byssus_pushes_dropped_total",
                "byssus_pushes_dropped_bytes_total",
                "byssus_gaps_repaired_total",
                "byssus_gaps_repaired_items_total",
                "byssus_gaps_total",
                "byssus_lane_stalls_total",
                "byssus_lane_stalls_seconds_total",
                "byssus_memory_bytes",
                "byssus_memory_max_bytes",
                "byssus_memory_short_total",
                "byssus_tasks_failed_total",
                "byssus_engine_failures_total",
                "byssus_requests_refused_total",
                "byssus_requests_timed_out_total",
                "byssus_tokens_refused_total",
                "byssus_tokens_verified_total",
                "byssus_tokens_recognized_total",
                "byssus_keys_failed_total",
                "byssus_accepts_failed_total"));
  }
}
