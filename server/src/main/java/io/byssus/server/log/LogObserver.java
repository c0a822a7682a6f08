package io.byssus.server.log;

import io.byssus.core.NodeObserver;
import io.byssus.core.NotDoneException;
import io.byssus.core.lane.Ticker;
import io.byssus.devices.DeviceEvent;
import io.byssus.devices.DeviceObserver;
import io.byssus.protocol.Gap;
import io.byssus.server.auth.TokenObserver;
import io.byssus.server.auth.TokenRefusal;
import io.byssus.transport.TransportObserver;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what an operator should know of. What happens all day long is counted, in the metrics, and
 * not written.
 */
public final class LogObserver
    implements NodeObserver, TransportObserver, DeviceObserver, TokenObserver {
  private static final Logger log = LoggerFactory.getLogger("io.byssus.node");
  private static final Duration PERIOD = Duration.ofSeconds(10);

  private final RateLimitedLog failures;
  private final RateLimitedLog gaps;
  private final RateLimitedLog drops;
  private final RateLimitedLog stalls;
  private final RateLimitedLog origins;
  private final RateLimitedLog defects;
  private final RateLimitedLog large;
  private final RateLimitedLog accepts;
  private final Map<TokenRefusal, RateLimitedLog> refusals = new EnumMap<>(TokenRefusal.class);
  private final RateLimitedLog memory;
  private final Map<DeviceEvent, RateLimitedLog> devices = new EnumMap<>(DeviceEvent.class);
  private volatile boolean reachable = true;

  public LogObserver(Ticker ticker) {
    failures = new RateLimitedLog(PERIOD, ticker);
    gaps = new RateLimitedLog(PERIOD, ticker);
    drops = new RateLimitedLog(PERIOD, ticker);
    stalls = new RateLimitedLog(PERIOD, ticker);
    origins = new RateLimitedLog(PERIOD, ticker);
    defects = new RateLimitedLog(PERIOD, ticker);
    large = new RateLimitedLog(PERIOD, ticker);
    accepts = new RateLimitedLog(PERIOD, ticker);
    for (var reason : TokenRefusal.values()) {
      refusals.put(reason, new RateLimitedLog(PERIOD, ticker));
    }
    memory = new RateLimitedLog(PERIOD, ticker);
    for (var event : DeviceEvent.values()) {
      devices.put(event, new RateLimitedLog(PERIOD, ticker));
    }
  }

  @Override
  public void laneStalled(Duration pause) {
    stalls.times(
        1,
        count ->
            LogEvent.warn(log, "lane_stalled")
                .with("ms", pause.toMillis())
                .with("times", count)
                .say(
                    "an event loop did not run for {ms} ms ("
                        + lately(count)
                        + "): no client is timed out for one more heartbeat interval. Check GC"
                        + " pauses, swapping and CPU limits"));
  }

  @Override
  public void taskFailed(Throwable failure) {
    defects.times(
        1,
        count ->
            LogEvent.error(log, "task_failed")
                .with("times", count)
                .say(
                    "an internal task failed (%s); the node goes on. If memory ran out, give it"
                            .formatted(lately(count))
                        + " more or admit fewer clients; otherwise please report this",
                    failure));
  }

  @Override
  public void memoryShort(String kind) {
    memory.times(
        1,
        count ->
            LogEvent.warn(log, "memory_short")
                .with("kind", kind)
                .with("times", count)
                .say(
                    "clients use all of memory.{kind}: some were refused or disconnected, or lost what was kept for them (%s). Give the JVM more memory (-Xmx) or admit"
                            .formatted(lately(count))
                        + " fewer clients"));
  }

  @Override
  public void engineFailed(String step, Throwable failure) {
    if (reachable || !surelyNotDone(failure)) {
      failures.times(1, count -> tell(step, failure, count));
    }
  }

  /** Where it failed is written only of what nobody has foreseen. */
  private static void tell(String step, Throwable failure, long count) {
    var event = LogEvent.warn(log, "engine_failed").with("step", step).with("times", count);
    var sentence = "the engine did not answer: {step} (%s)".formatted(lately(count));
    if (surelyNotDone(failure)) {
      var reason = OneLine.of(String.valueOf(root(failure).getMessage()), 300);
      event.with("reason", reason).say(sentence + ": {reason}");
    } else {
      event.say(sentence, failure);
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
            LogEvent.warn(log, "gap")
                .with("channel", OneLine.of(channel, 100))
                .with("reason", reason.wire())
                .with("times", count)
                .say(
                    "subscribers of {channel} missed publications that are not kept any more"
                        + " ({reason}); they were told"
                        + " (%s)".formatted(lately(count))));
  }

  @Override
  public void dropped(int pushes, long bytes) {
    drops.times(
        pushes,
        count ->
            LogEvent.warn(log, "pushes_dropped")
                .with("times", count)
                .say("{times} messages to slow readers were dropped lately"));
  }

  @Override
  public void originRefused(String origin, String expected) {
    origins.times(
        1,
        count ->
            LogEvent.warn(log, "origin_refused")
                .with("origin", OneLine.of(origin, 200))
                .with("expected", OneLine.of(expected, 200))
                .with("times", count)
                .say(
                    "a page of origin '{origin}' was refused: allowed are '{expected}' (from the Host header) and listen.allowed-origins (%s)"
                            .formatted(lately(count))
                        + ". Behind a proxy that terminates TLS, list its address in"
                        + " listen.trusted-proxies and let it set X-Forwarded-Proto"));
  }

  @Override
  public void requestRefused(int status) {
    switch (status) {
      case 414 -> tooLarge(status, "its first line is longer than limits.request-line");
      case 431 ->
          tooLarge(status, "its headers, cookies among them, are longer than limits.headers");
      default -> {} // counted
    }
  }

  private void tooLarge(int status, String what) {
    large.times(
        1,
        count ->
            LogEvent.warn(log, "request_too_large")
                .with("status", status)
                .with("times", count)
                .say(
                    "a request was refused with {status}: %s (%s)".formatted(what, lately(count))));
  }

  @Override
  public void acceptFailed(Throwable failure) {
    accepts.times(
        1,
        count -> {
          var reason = OneLine.of(String.valueOf(failure.getMessage()), 300);
          var event =
              LogEvent.error(log, "accept_failed").with("reason", reason).with("times", count);
          if (reason.contains("Too many open files")) {
            var limit = FileDescriptors.limit();
            event
                .with("limit", limit.isPresent() ? limit.getAsLong() : "unknown")
                .say(
                    "no file descriptor is left for new connections (ulimit -n is {limit}); they wait until others close (%s)"
                        .formatted(lately(count)));
          } else {
            event.say("a connection could not be accepted (%s): {reason}".formatted(lately(count)));
          }
        });
  }

  /**
   * Tokens expire all day long, and at an open port strangers come without one: that alone is no
   * reason to be woken.
   */
  @Override
  public void refused(TokenRefusal reason, String why) {
    Objects.requireNonNull(refusals.get(reason))
        .times(
            1,
            count -> {
              var event =
                  switch (reason) {
                    case EXPIRED, MISSING -> LogEvent.info(log, "token_refused");
                    default -> LogEvent.warn(log, "token_refused");
                  };
              event
                  .with("reason", reason.name().toLowerCase(Locale.ROOT))
                  .with("why", OneLine.of(why, 300))
                  .with("times", count)
                  .say("a client was refused: {why} (%s)".formatted(lately(count)));
            });
  }

  @Override
  public void keysChanged(String path, int keys) {
    LogEvent.info(log, "keys_changed")
        .with("path", path)
        .with("keys", keys)
        .say("tokens are checked with other keys from now on: {path} has {keys}");
  }

  /** Told when it begins, and when the reason is another. */
  @Override
  public void keysFailed(String path, String why) {
    LogEvent.warn(log, "keys_failed")
        .with("path", path)
        .with("why", OneLine.of(why, 300))
        .say("keys of tokens cannot be read, those of before stay good: {path}: {why}");
  }

  @Override
  public void happened(DeviceEvent event, long times, String who) {
    switch (event) {
      case TAKEOVERS ->
          sparingly(
              event,
              times,
              who,
              "another connection took over {who}: its gateway runs twice or has reconnected");
      case BAD_COMMANDS ->
          sparingly(
              event, times, who, "a message to {who} does not fit a device frame and was dropped");
      case EXCESS_ADDRESSES ->
          sparingly(event, times, who, "gateway {who} has more addresses than devices.addresses");
      case THROTTLES ->
          sparingly(event, times, who, "gateway {who} sends more than devices.frames-per-second");
      case REFUSED_GATEWAYS -> sparingly(event, times, who, "a gateway at {who} was refused");
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
        .times(
            times,
            count ->
                LogEvent.warn(log, "device_" + event.name().toLowerCase(Locale.ROOT))
                    .with("who", OneLine.of(who, 100))
                    .with("times", count)
                    .say(line + " (%s)".formatted(lately(count))));
  }

  @Override
  public void engineReachable(boolean now) {
    reachable = now;
    if (now) {
      LogEvent.info(log, "engine_reachable")
          .say("the engine answers again; all leases are being checked");
    } else {
      LogEvent.error(log, "engine_unreachable")
          .say("the engine cannot be reached: the node is not ready, and clients are told");
    }
  }

  @Override
  public void nodeJoined(String node) {
    LogEvent.info(log, "node_joined").with("peer", OneLine.of(node, 100)).say("node {peer} joined");
  }

  @Override
  public void nodeLeft(String node) {
    LogEvent.info(log, "node_left")
        .with("peer", OneLine.of(node, 100))
        .say("node {peer} left: its sessions wait for their clients");
  }

  @Override
  public void nodeGone(String node) {
    LogEvent.warn(log, "node_gone")
        .with("peer", OneLine.of(node, 100))
        .say("node {peer} disappeared without leaving: its sessions wait for their clients");
  }

  @Override
  public void engineForgot() {
    log.warn(
        "Redis lost data, or its clock was changed: this node writes the sessions of its connected"
            + " clients again");
  }

  @Override
  public void sessionsHealed(int count) {
    log.info("{} sessions of connected clients were written to Redis again", count);
  }

  @Override
  public void nameLost() {
    LogEvent.error(log, "name_lost")
        .say("another process uses this node's name: this node disconnects its clients and stops");
  }

  private static String lately(long times) {
    return times == 1 ? "once lately" : times + " times lately";
  }
}
