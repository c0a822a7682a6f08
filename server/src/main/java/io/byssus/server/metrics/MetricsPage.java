package io.byssus.server.metrics;

import io.byssus.core.Budget;
import io.byssus.core.Budgets;
import io.byssus.core.node.NodeView;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.netty4.NettyAllocatorMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The page of /metrics, in the Prometheus text format. Its library is loaded by the first request,
 * so that a start does not wait for it.
 */
public final class MetricsPage implements Supplier<String> {
  private static final double NS_PER_SECOND = 1e9;

  private final MetricsObserver counted;
  private final BooleanSupplier ready;
  private final Supplier<List<NodeView>> members;
  private final Budgets budgets;
  private @Nullable PrometheusMeterRegistry registry;

  public MetricsPage(
      MetricsObserver counted,
      BooleanSupplier ready,
      Supplier<List<NodeView>> members,
      Budgets budgets) {
    this.budgets = budgets;
    this.counted = counted;
    this.ready = ready;
    this.members = members;
  }

  @Override
  public String get() {
    return registry().scrape();
  }

  private synchronized PrometheusMeterRegistry registry() {
    var known = registry;
    if (known == null) {
      known = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
      bindNode(known);
      for (var budget : budgets.all()) {
        bindMemory(known, budget);
      }
      bindMachine(known);
      registry = known;
    }
    return known;
  }

  private void bindNode(MeterRegistry to) {
    Gauge.builder("byssus.ready", () -> ready.getAsBoolean() ? 1 : 0)
        .description("1 while clients may be sent here")
        .register(to);
    Gauge.builder("byssus.engine.reachable", () -> counted.engineReachable ? 1 : 0)
        .description("1 while the engine answers")
        .register(to);
    Gauge.builder("byssus.cluster.members", () -> members.get().size())
        .description("Nodes of the cluster that this one sees, itself among them")
        .register(to);
    Gauge.builder("byssus.connections", counted::connections)
        .description("Open connections of the native protocol")
        .register(to);
    var count = new Counters(to);
    count.all("connections.opened", "Connections opened", counted.connectionsOpened);
    count.each("connections.closed", "code", "Connections closed", counted.connectionsClosed);
    // Not "created": the format keeps that ending for itself.
    count.all("sessions.started", "Sessions created", counted.sessionsCreated);
    count.all("sessions.resumed", "Sessions resumed", counted.sessionsResumed);
    count.all("sessions.taken.over", "Resumed while still attached", counted.sessionsTakenOver);
    count.all("sessions.detached", "Sessions whose connection went", counted.sessionsDetached);
    count.all("sessions.lost", "Sessions that this node had to give up", counted.sessionsLost);
    count.all("sessions.ended", "Sessions ended on purpose", counted.sessionsEnded);
    count.all("sessions.expired", "Sessions whose time had passed", counted.sessionsExpired);
    count.each("commands.failed", "code", "Commands answered with error", counted.commandsFailed);
    count.all("publications", "Publications taken from clients", counted.published);
    count.all("deliveries", "Publications written to connections", counted.delivered);
    count.all("pushes.dropped", "Pushes dropped for slow readers", counted.dropped);
    count.all("pushes.dropped.bytes", "Bytes of dropped pushes", counted.droppedBytes);
    count.all("gaps.repaired", "Offset jumps repaired from history", counted.gapsRepaired);
    count.all("gaps.repaired.items", "Publications read again for that", counted.gapItemsRead);
    count.each("gaps", "reason", "Live subscriptions that lost publications", counted.gaps);
    count.all("lane.stalls", "Times that a lane stood still", counted.laneStalls);
    FunctionCounter.builder(
            "byssus.lane.stalls.seconds", counted.laneStallNs, ns -> ns.sum() / NS_PER_SECOND)
        .description("How long lanes stood still")
        .register(to);
    count.all("tasks.failed", "Tasks that threw what they must not", counted.tasksFailed);
    count.all("engine.failures", "Engine calls without an answer", counted.engineFailures);
    count.all("engine.outages", "Times that the engine was unreachable", counted.engineOutages);
    count.all(
        "engine.forgot",
        "Times that the engine lost data, or may have, or its clock was set",
        counted.engineForgot);
    count.all(
        "sessions.healed",
        "Sessions of connected clients that were written to the engine anew",
        counted.sessionsHealed);
    count.all(
        "cluster.messages.unknown",
        "Messages of other nodes that this build does not know",
        counted.clusterMessagesUnknown);
    count.all("cluster.nodes.joined", "Times that another node came", counted.nodesJoined);
    count.all("cluster.nodes.gone", "Times that another node went", counted.nodesGone);
    count.all(
        "sessions.orphaned",
        "Sessions of a node that went, detached by this one",
        counted.sessionsOrphaned);
    counted.requestsRefused.forEach((status, sum) ->
        count.one("requests.refused", "status", "" + status, "HTTP requests refused", sum));
    count.each("tokens.refused", "reason", "Clients not let in, by why", counted.tokensRefused);
    count.all("tokens.verified", "Tokens whose signature was good", counted.tokensVerified);
    count.all(
        "tokens.recognized", "Tokens that had been verified before", counted.tokensRecognized);
    count.all(
        "keys.failed", "Times that keys of tokens could not be read any more", counted.keysFailed);
    counted.devices.forEach((event, sum) ->
        count.all(
            "devices." + event.name().toLowerCase(Locale.ROOT).replace('_', '.'),
            event.description(),
            sum));
    count.all("accepts.failed", "Connections that could not be taken", counted.acceptsFailed);
    count.all("requests.timed.out", "Connections without a request", counted.requestsTimedOut);
  }

  private void bindMemory(MeterRegistry to, Budget budget) {
    Gauge.builder("byssus.memory.bytes", budget::taken)
        .tag("kind", budget.name())
        .description("What clients hold, as it is counted against its bound")
        .register(to);
    Gauge.builder("byssus.memory.max.bytes", budget::max)
        .tag("kind", budget.name())
        .description("How much they may hold together")
        .register(to);
    new Counters(to)
        .one(
            "memory.short",
            "kind",
            budget.name(),
            "Times that somebody was refused or had to let go for want of it",
            Objects.requireNonNull(counted.memoryShort.get(budget.name())));
  }

  private record Counters(MeterRegistry to) {
    void all(String name, String description, LongAdder sum) {
      FunctionCounter.builder("byssus." + name, sum, LongAdder::sum)
          .description(description)
          .register(to);
    }

    void one(String name, String tag, String value, String description, LongAdder sum) {
      FunctionCounter.builder("byssus." + name, sum, LongAdder::sum)
          .tag(tag, value)
          .description(description)
          .register(to);
    }

    <E extends Enum<E>> void each(String name, String tag, String description, Tally<E> tally) {
      tally.forEach(
          (value, sum) -> one(name, tag, value.name().toLowerCase(Locale.ROOT), description, sum));
    }
  }

  // The registry lives as long as the process; so do the listeners that these leave behind.
  @SuppressWarnings("resource")
  private static void bindMachine(MeterRegistry to) {
    new JvmMemoryMetrics().bindTo(to);
    new JvmGcMetrics().bindTo(to);
    new JvmThreadMetrics().bindTo(to);
    new ClassLoaderMetrics().bindTo(to);
    new ProcessorMetrics().bindTo(to);
    new FileDescriptorMetrics().bindTo(to);
    new UptimeMetrics().bindTo(to);
    if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider allocator) {
      new NettyAllocatorMetrics(allocator).bindTo(to);
    }
  }
}
