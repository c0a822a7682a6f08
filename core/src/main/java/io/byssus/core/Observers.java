package io.byssus.core;

import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Gap;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Two observers that hear the same, in this order. One that throws harms nobody: neither the other
 * one nor whoever tells; the failure is told as {@link #taskFailed}.
 */
public record Observers(NodeObserver first, NodeObserver second) implements NodeObserver {
  /** Hears what {@code observer} hears, and never throws. */
  public static NodeObserver guarded(NodeObserver observer) {
    return observer instanceof Observers ? observer : new Observers(observer, NONE);
  }

  private void each(Consumer<NodeObserver> event) {
    try {
      event.accept(first);
    } catch (Throwable failure) {
      taskFailed(failure);
    }
    try {
      event.accept(second);
    } catch (Throwable failure) {
      taskFailed(failure);
    }
  }

  /** The last resort: one that cannot hear even this is passed over. */
  @Override
  public void taskFailed(Throwable failure) {
    try {
      first.taskFailed(failure);
    } catch (Throwable again) {
      also(failure, again);
    }
    try {
      second.taskFailed(failure);
    } catch (Throwable again) {
      also(failure, again);
    }
  }

  private static void also(Throwable failure, Throwable again) {
    if (again != failure) {
      failure.addSuppressed(again);
    }
  }

  // Said out loud, as these come for each publication: no object is made to say it.

  @Override
  public void published(String channel) {
    try {
      first.published(channel);
    } catch (Throwable failure) {
      taskFailed(failure);
    }
    try {
      second.published(channel);
    } catch (Throwable failure) {
      taskFailed(failure);
    }
  }

  @Override
  public void delivered(String channel, int messages, int connections) {
    try {
      first.delivered(channel, messages, connections);
    } catch (Throwable failure) {
      taskFailed(failure);
    }
    try {
      second.delivered(channel, messages, connections);
    } catch (Throwable failure) {
      taskFailed(failure);
    }
  }

  // The others.

  @Override
  public void connectionOpened() {
    each(NodeObserver::connectionOpened);
  }

  @Override
  public void connectionClosed(CloseCode code) {
    each(observer -> observer.connectionClosed(code));
  }

  @Override
  public void sessionCreated(String session) {
    each(observer -> observer.sessionCreated(session));
  }

  @Override
  public void sessionResumed(String session, boolean takeover) {
    each(observer -> observer.sessionResumed(session, takeover));
  }

  @Override
  public void sessionDetached(String session) {
    each(observer -> observer.sessionDetached(session));
  }

  @Override
  public void sessionLost(String session) {
    each(observer -> observer.sessionLost(session));
  }

  @Override
  public void sessionEnded(String session) {
    each(observer -> observer.sessionEnded(session));
  }

  @Override
  public void sessionsExpired(int count) {
    each(observer -> observer.sessionsExpired(count));
  }

  @Override
  public void commandFailed(ErrorCode code) {
    each(observer -> observer.commandFailed(code));
  }

  @Override
  public void dropped(int pushes, long bytes) {
    each(observer -> observer.dropped(pushes, bytes));
  }

  @Override
  public void gapRepaired(String channel, int items) {
    each(observer -> observer.gapRepaired(channel, items));
  }

  @Override
  public void gap(String channel, Gap reason) {
    each(observer -> observer.gap(channel, reason));
  }

  @Override
  public void laneStalled(Duration pause) {
    each(observer -> observer.laneStalled(pause));
  }

  @Override
  public void engineFailed(String step, Throwable failure) {
    each(observer -> observer.engineFailed(step, failure));
  }

  @Override
  public void draining(int connections) {
    each(observer -> observer.draining(connections));
  }

  @Override
  public void nodeJoined(String node) {
    each(observer -> observer.nodeJoined(node));
  }

  @Override
  public void nodeLeft(String node) {
    each(observer -> observer.nodeLeft(node));
  }

  @Override
  public void nodeGone(String node) {
    each(observer -> observer.nodeGone(node));
  }

  @Override
  public void clusterMessageUnknown(String type) {
    each(observer -> observer.clusterMessageUnknown(type));
  }

  @Override
  public void sessionsOrphaned(int count) {
    each(observer -> observer.sessionsOrphaned(count));
  }

  @Override
  public void memoryShort(String kind) {
    each(observer -> observer.memoryShort(kind));
  }

  @Override
  public void engineForgot() {
    each(NodeObserver::engineForgot);
  }

  @Override
  public void sessionsHealed(int count) {
    each(observer -> observer.sessionsHealed(count));
  }

  @Override
  public void nameLost() {
    each(NodeObserver::nameLost);
  }

  @Override
  public void engineReachable(boolean reachable) {
    each(observer -> observer.engineReachable(reachable));
  }
}
