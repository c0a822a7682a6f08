package io.byssus.server.log;

import io.byssus.core.NodeObserver;
import io.byssus.core.NotDoneException;
import io.byssus.core.lane.Ticker;
import io.byssus.protocol.Gap;
import io.byssus.server.device.DeviceEvent;
import io.byssus.server.device.DeviceObserver;
import io.byssus.server.transport.TransportObserver;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what an operator should know of. What happens all day long is counted, in the metrics, and
 * not written.
 */
public final class LogObserver implements NodeObserver, TransportObserver, DeviceObserver {
  private static final Logger log = LoggerFactory.getLogger("io.byssus.node");
  private static final Duration PERIOD = Duration.ofSeconds(10);

  private final Sparingly failures;
  private final Sparingly gaps;
  private final Sparingly drops;
  private final Sparingly stalls;
  private final Sparingly origins;
  private final Sparingly defects;
  private final Map<DeviceEvent, Sparingly> devices = new EnumMap<>(DeviceEvent.class);
  private volatile boolean reachable = true;

  public LogObserver(Ticker ticker) {
    failures = new Sparingly(PERIOD, ticker);
    gaps = new Sparingly(PERIOD, ticker);
    drops = new Sparingly(PERIOD, ticker);
    stalls = new Sparingly(PERIOD, ticker);
    origins = new Sparingly(PERIOD, ticker);
    defects = new Sparingly(PERIOD, ticker);
    for (var event : DeviceEvent.values()) {
      devices.put(event, new Sparingly(PERIOD, ticker));
    }
  }

  @Override
  public void laneStalled(Duration pause) {
    stalls.times(
        1,
        count ->
            log.warn(
                "a lane stood still for {} ms ({} times lately): no client is judged dead for a"
                    + " full heartbeat. Look at GC pauses, swapping and CPU limits",
                pause.toMillis(),
                count));
  }

  @Override
  public void taskFailed(Throwable failure) {
    defects.times(
        1,
        count ->
            log.error(
                "a task failed that must not ({} times lately); the node goes on. If memory ran"
                    + " out, give it more or let fewer clients in; else please report this",
                count,
                failure));
  }

  @Override
  public void engineFailed(String step, Throwable failure) {
    if (reachable || !surelyNotDone(failure)) {
      failures.times(1, count -> tell(step, failure, count));
    }
  }

  /** Where it failed is written only of what nobody has foreseen. */
  private static void tell(String step, Throwable failure, long count) {
    if (surelyNotDone(failure)) {
      var reason = OneLine.of(String.valueOf(root(failure).getMessage()), 300);
      log.warn("the engine did not answer: {} ({} times lately): {}", step, count, reason);
    } else {
      log.warn("the engine did not answer: {} ({} times lately)", step, count, failure);
    }
  }

  private static boolean surelyNotDone(Throwable failure) {
    return root(failure) instanceof NotDoneException;
  }

  private static Throwable root(Throwable failure) {
    var cause = failure.getCause();
    return cause != null && failure instanceof CompletionException ? root(cause) : failure;
  }

  @Override
  public void gap(String channel, Gap reason) {
    if (reason == Gap.EPHEMERAL) {
      return; // as configured
    }
    gaps.times(
        1,
        count ->
            log.warn(
                "subscribers of {} lost publications for good, {}; they were told ({} times"
                    + " lately)",
                OneLine.of(channel, 100),
                reason.wire(),
                count));
  }

  @Override
  public void dropped(int pushes, long bytes) {
    drops.times(pushes, count -> log.warn("slow readers: {} pushes were dropped lately", count));
  }

  @Override
  public void originRefused(String origin, String expected) {
    origins.times(
        1,
        count ->
            log.warn(
                "a page of the origin '{}' was refused: expected '{}', as Host says, or one of"
                    + " listen.allowed-origins ({} times lately). Behind a proxy that ends TLS,"
                    + " listen.trusted-proxies must hold its address, and the proxy set"
                    + " X-Forwarded-Proto",
                OneLine.of(origin, 200),
                OneLine.of(expected, 200),
                count));
  }

  @Override
  public void happened(DeviceEvent event, long times, String who) {
    switch (event) {
      case TAKEOVERS ->
          sparingly(
              event,
              times,
              who,
              "another connection has taken over {}: its gateway runs twice, or came back");
      case BAD_COMMANDS ->
          sparingly(
              event, times, who, "no frame can be made of what was sent to {}: it is dropped");
      case EXCESS_ADDRESSES ->
          sparingly(event, times, who, "gateway {} has more addresses than devices.addresses");
      case THROTTLES ->
          sparingly(event, times, who, "gateway {} sends more than devices.frames-per-second");
      case REFUSED_GATEWAYS -> sparingly(event, times, who, "a gateway at {} was refused");
      case FRAMES,
          BAD_FRAMES,
          SKIPPED_BYTES,
          HEARTBEATS,
          LOST_FRAMES,
          REPEATED_FRAMES,
          UNPUBLISHED_FRAMES,
          SUPERSEDED_FRAMES,
          COMMANDS,
          EXPIRED_COMMANDS,
          GATEWAYS -> {}
    }
  }

  private void sparingly(DeviceEvent event, long times, String who, String line) {
    Objects.requireNonNull(devices.get(event))
        .times(times, count -> log.warn(line + " ({} times lately)", OneLine.of(who, 100), count));
  }

  @Override
  public void engineReachable(boolean now) {
    reachable = now;
    if (now) {
      log.info("the engine answers again: all leases are checked");
    } else {
      log.error("the engine cannot be reached: clients are told, and the node is not ready");
    }
  }

  @Override
  public void nodeJoined(String node) {
    log.info("node {} is there", OneLine.of(node, 100));
  }

  @Override
  public void nodeGone(String node) {
    log.warn("node {} is gone: its sessions wait for their clients", OneLine.of(node, 100));
  }

  @Override
  public void nameLost() {
    log.error("another process runs under this node's name: this one sends its clients away");
  }
}
