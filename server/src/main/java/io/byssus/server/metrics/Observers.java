package io.byssus.server.metrics;

import io.byssus.core.NodeObserver;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Gap;
import java.time.Duration;

/** Two observers that hear the same, in this order. */
public record Observers(NodeObserver first, NodeObserver second) implements NodeObserver {
  @Override
  public void connectionOpened() {
    first.connectionOpened();
    second.connectionOpened();
  }

  @Override
  public void connectionClosed(CloseCode code) {
    first.connectionClosed(code);
    second.connectionClosed(code);
  }

  @Override
  public void sessionCreated(String session) {
    first.sessionCreated(session);
    second.sessionCreated(session);
  }

  @Override
  public void sessionResumed(String session, boolean takeover) {
    first.sessionResumed(session, takeover);
    second.sessionResumed(session, takeover);
  }

  @Override
  public void sessionDetached(String session) {
    first.sessionDetached(session);
    second.sessionDetached(session);
  }

  @Override
  public void sessionLost(String session) {
    first.sessionLost(session);
    second.sessionLost(session);
  }

  @Override
  public void sessionEnded(String session) {
    first.sessionEnded(session);
    second.sessionEnded(session);
  }

  @Override
  public void sessionsExpired(int count) {
    first.sessionsExpired(count);
    second.sessionsExpired(count);
  }

  @Override
  public void commandFailed(ErrorCode code) {
    first.commandFailed(code);
    second.commandFailed(code);
  }

  @Override
  public void published(String channel) {
    first.published(channel);
    second.published(channel);
  }

  @Override
  public void delivered(String channel, int messages, int connections) {
    first.delivered(channel, messages, connections);
    second.delivered(channel, messages, connections);
  }

  @Override
  public void dropped(int pushes, long bytes) {
    first.dropped(pushes, bytes);
    second.dropped(pushes, bytes);
  }

  @Override
  public void gapRepaired(String channel, int items) {
    first.gapRepaired(channel, items);
    second.gapRepaired(channel, items);
  }

  @Override
  public void gap(String channel, Gap reason) {
    first.gap(channel, reason);
    second.gap(channel, reason);
  }

  @Override
  public void laneStalled(Duration pause) {
    first.laneStalled(pause);
    second.laneStalled(pause);
  }

  @Override
  public void engineFailed(String step, Throwable failure) {
    first.engineFailed(step, failure);
    second.engineFailed(step, failure);
  }

  @Override
  public void draining(int connections) {
    first.draining(connections);
    second.draining(connections);
  }

  @Override
  public void nodeJoined(String node) {
    first.nodeJoined(node);
    second.nodeJoined(node);
  }

  @Override
  public void nodeGone(String node) {
    first.nodeGone(node);
    second.nodeGone(node);
  }

  @Override
  public void sessionsOrphaned(int count) {
    first.sessionsOrphaned(count);
    second.sessionsOrphaned(count);
  }

  @Override
  public void nameLost() {
    first.nameLost();
    second.nameLost();
  }

  @Override
  public void engineReachable(boolean reachable) {
    first.engineReachable(reachable);
    second.engineReachable(reachable);
  }
}
