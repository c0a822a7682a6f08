package io.byssus.server.metrics;

import io.byssus.core.Budget;
import io.byssus.core.Budgets;
import io.byssus.core.NodeObserver;
import io.byssus.devices.DeviceEvent;
import io.byssus.devices.DeviceObserver;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Gap;
import io.byssus.server.auth.TokenObserver;
import io.byssus.server.auth.TokenRefusal;
import io.byssus.transport.TransportObserver;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * Counts what happens. Counting is one addition, on whichever thread; Micrometer comes in when the
 * page is asked for, and is not even loaded before. No label names a user, a session or a channel:
 * there are too many of them, and it is nobody's business.
 */
public final class MetricsObserver
    implements NodeObserver, TransportObserver, DeviceObserver, TokenObserver {
  final LongAdder connectionsOpened = new LongAdder();
  final Tally<CloseCode> connectionsClosed = new Tally<>(CloseCode.values());
  final LongAdder sessionsCreated = new LongAdder();
  final LongAdder sessionsResumed = new LongAdder();
  final LongAdder sessionsTakenOver = new LongAdder();
  final LongAdder sessionsDetached = new LongAdder();
  final LongAdder sessionsLost = new LongAdder();
  final LongAdder sessionsEnded = new LongAdder();
  final LongAdder sessionsExpired = new LongAdder();
  final Tally<ErrorCode> commandsFailed = new Tally<>(ErrorCode.values());
  final LongAdder published = new LongAdder();
  final LongAdder delivered = new LongAdder();
  final LongAdder dropped = new LongAdder();
  final LongAdder droppedBytes = new LongAdder();
  final LongAdder gapsRepaired = new LongAdder();
  final LongAdder gapItemsRead = new LongAdder();
  final Tally<Gap> gaps = new Tally<>(Gap.values());
  final LongAdder laneStalls = new LongAdder();
  final LongAdder laneStallNs = new LongAdder();
  final LongAdder tasksFailed = new LongAdder();
  final LongAdder engineFailures = new LongAdder();
  final LongAdder engineOutages = new LongAdder();
  final Map<String, LongAdder> memoryShort =
      Budgets.unbounded().all().stream()
          .collect(Collectors.toUnmodifiableMap(Budget::name, _ -> new LongAdder()));
  final LongAdder nodesJoined = new LongAdder();
  final LongAdder nodesGone = new LongAdder();
  final LongAdder sessionsOrphaned = new LongAdder();
  final LongAdder engineForgot = new LongAdder();
  final LongAdder clusterMessagesUnknown = new LongAdder();
  final LongAdder sessionsHealed = new LongAdder();
  final Tally<DeviceEvent> devices = new Tally<>(DeviceEvent.values());
  volatile boolean engineReachable = true;
  final Tally<TokenRefusal> tokensRefused = new Tally<>(TokenRefusal.values());
  final LongAdder tokensVerified = new LongAdder();
  final LongAdder tokensRecognized = new LongAdder();
  final LongAdder keysFailed = new LongAdder();
  final LongAdder acceptsFailed = new LongAdder();
  final LongAdder requestsTimedOut = new LongAdder();
  final Map<Integer, LongAdder> requestsRefused =
      REFUSALS.stream()
          .collect(Collectors.toUnmodifiableMap(status -> status, _ -> new LongAdder()));

  @Override
  public void connectionOpened() {
    connectionsOpened.increment();
  }

  @Override
  public void connectionClosed(CloseCode code) {
    connectionsClosed.count(code);
  }

  @Override
  public void sessionCreated(String session) {
    sessionsCreated.increment();
  }

  @Override
  public void sessionResumed(String session, boolean takeover) {
    sessionsResumed.increment();
    if (takeover) {
      sessionsTakenOver.increment();
    }
  }

  @Override
  public void sessionDetached(String session) {
    sessionsDetached.increment();
  }

  @Override
  public void sessionLost(String session) {
    sessionsLost.increment();
  }

  @Override
  public void sessionEnded(String session) {
    sessionsEnded.increment();
  }

  @Override
  public void sessionsExpired(int count) {
    sessionsExpired.add(count);
  }

  @Override
  public void commandFailed(ErrorCode code) {
    commandsFailed.count(code);
  }

  @Override
  public void published(String channel) {
    published.increment();
  }

  @Override
  public void delivered(String channel, int messages, int connections) {
    delivered.add((long) messages * connections);
  }

  @Override
  public void dropped(int pushes, long bytes) {
    dropped.add(pushes);
    droppedBytes.add(bytes);
  }

  @Override
  public void gapRepaired(String channel, int items) {
    gapsRepaired.increment();
    gapItemsRead.add(items);
  }

  @Override
  public void gap(String channel, Gap reason) {
    gaps.count(reason);
  }

  @Override
  public void laneStalled(Duration pause) {
    laneStalls.increment();
    laneStallNs.add(pause.toNanos());
  }

  @Override
  public void taskFailed(Throwable failure) {
    tasksFailed.increment();
  }

  @Override
  public void engineFailed(String step, Throwable failure) {
    engineFailures.increment();
  }

  @Override
  public void engineReachable(boolean reachable) {
    engineReachable = reachable;
    if (!reachable) {
      engineOutages.increment();
    }
  }

  @Override
  public void memoryShort(String kind) {
    Objects.requireNonNull(memoryShort.get(kind)).increment();
  }

  @Override
  public void nodeJoined(String node) {
    nodesJoined.increment();
  }

  @Override
  public void nodeLeft(String node) {
    nodesGone.increment();
  }

  @Override
  public void nodeGone(String node) {
    nodesGone.increment();
  }

  @Override
  public void clusterMessageUnknown(String type) {
    clusterMessagesUnknown.increment();
  }

  @Override
  public void engineForgot() {
    engineForgot.increment();
  }

  @Override
  public void sessionsHealed(int count) {
    sessionsHealed.add(count);
  }

  @Override
  public void sessionsOrphaned(int count) {
    sessionsOrphaned.add(count);
  }

  @Override
  public void requestRefused(int status) {
    Objects.requireNonNull(requestsRefused.get(status)).increment();
  }

  @Override
  public void acceptFailed(Throwable failure) {
    acceptsFailed.increment();
  }

  @Override
  public void requestTimedOut() {
    requestsTimedOut.increment();
  }

  @Override
  public void refused(TokenRefusal reason, String why) {
    tokensRefused.count(reason);
  }

  @Override
  public void verified() {
    tokensVerified.increment();
  }

  @Override
  public void recognized() {
    tokensRecognized.increment();
  }

  @Override
  public void keysFailed(String path, String why) {
    keysFailed.increment();
  }

  @Override
  public void happened(DeviceEvent event, long times, String who) {
    devices.count(event, times);
  }

  /** Open now: of all opened those that were not closed. */
  public long connections() {
    return connectionsOpened.sum() - connectionsClosed.sum();
  }
}
